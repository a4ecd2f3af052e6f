from datetime import date, datetime, timedelta, timezone

from statusgen.mail.subscribers.address_book import STRIKES_LAST, Strike
from statusgen.mail.subscribers.subscriber import NewSubscriber, SubscriberState
from tests.fakes.mail import NOW

DAY = timedelta(days=1)
ANN = NewSubscriber("ann@example.com")


def strikes(book, *days: int) -> list[Strike]:
    ann = book.find("ann@example.com")
    return [book.strike(ann.id, NOW + day * DAY) for day in days]


def test_the_third_day_of_trouble_is_the_last(book):
    book.add(ANN, "by hand", NOW)

    assert strikes(book, 0, 0, 8, 8, 9) == ["counted", "repeated", "counted", "repeated", "last"]
    assert book.find("ann@example.com").state is SubscriberState.BOUNCED


def test_a_strike_lapses(book):
    book.add(ANN, "by hand", NOW)
    lasts = STRIKES_LAST.days

    assert strikes(book, 0, 1, lasts, lasts + 1, lasts + 1) == [*["counted"] * 4, "repeated"]
    assert strikes(book, 2 * lasts - 1) == ["last"]


def test_who_is_added_again_begins_without_strikes(book):
    ann = book.add(ANN, "by hand", NOW)
    bob = book.add(NewSubscriber("bob@example.com"), "by hand", NOW)
    for day in (0, 1, 2):
        strikes(book, day)
        book.strike(bob.id, NOW + min(day, 1) * DAY)

    book.add(ANN, "asked again", NOW + 3 * DAY)

    assert strikes(book, 3, 4) == ["counted", "counted"]
    assert book.find(ann.token).state is SubscriberState.ACTIVE
    assert book.strike(bob.id, NOW + 3 * DAY) is Strike.LAST


def test_a_record_has_the_strikes_that_count_oldest_first(book):
    ann = book.add(ANN, "by hand", NOW)
    bob = book.add(NewSubscriber("bob@example.com"), "by hand", NOW)
    strikes(book, 1, 0)
    book.strike(bob.id, NOW + 2 * DAY)
    first, second = NOW.date(), (NOW + DAY).date()

    counting = {
        days: book.record(ann.id, NOW + timedelta(days)).strikes
        for days in (1, STRIKES_LAST.days - 1, STRIKES_LAST.days, STRIKES_LAST.days + 1)
    }

    assert list(counting.values()) == [(first, second), (first, second), (second,), ()]
    assert strikes(book, STRIKES_LAST.days) == ["counted"]  # as add_strike sees it too


def test_the_day_of_a_strike_is_that_of_utc(book):
    ann = book.add(ANN, "by hand", NOW)
    in_zone = datetime(2026, 11, 22, 0, 30, tzinfo=timezone(timedelta(hours=1)))

    book.strike(ann.id, in_zone)

    assert book.record(ann.id, in_zone).strikes == (date(2026, 11, 21),)


def test_who_bounced_since_an_instant_is_written_to_again_and_begins_without_strikes(book):
    ann = book.add(ANN, "by hand", NOW)
    others = {
        state: book.add(NewSubscriber(f"{state}@example.com"), "by hand", NOW)
        for state in SubscriberState
    }
    for state, one in others.items():
        book.set_state(one.id, state, NOW + 2 * DAY)
    early = book.add(NewSubscriber("early@example.com"), "by hand", NOW)
    book.set_state(early.id, SubscriberState.BOUNCED, NOW + DAY)
    strikes(book, 0, 1, 2)

    restored = book.restore(NOW + 2 * DAY, NOW + 3 * DAY)

    states = {one.address: one.state for one in book.subscribers()}
    assert restored == 2
    assert states.pop("ann@example.com") == states.pop("bounced@example.com") == "active"
    assert states.pop("early@example.com") == "bounced"
    assert all(address.startswith(state) for address, state in states.items())
    assert book.record(ann.id, NOW + 3 * DAY).strikes == ()
