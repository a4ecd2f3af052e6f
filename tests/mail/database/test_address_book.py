import re
from datetime import UTC, timedelta

import pytest
from sqlalchemy import update

from statusgen.errors import UsageError
from statusgen.mail.database.schema import subscriber
from statusgen.mail.subscribers.address_book import Imported
from statusgen.mail.subscribers.subscriber import (
    Consent,
    NewSubscriber,
    SubscriberRecord,
    SubscriberState,
)
from tests.fakes.mail import NOW, URL, make_book

DAY = timedelta(days=1)
ANN = NewSubscriber("Ann@example.com", "subscribers", ("api", "checkout"), "SEV3", "de")


def test_who_is_added_is_found_by_token_and_by_address_in_any_case(book):
    ann = book.add(ANN, "by hand", NOW)

    assert re.fullmatch(r"sub_[a-z0-9]{8}", ann.token)
    assert ann.components == ("api", "checkout")
    assert ann.state is SubscriberState.ACTIVE
    assert book.find(ann.token) == book.find("ann@EXAMPLE.com") == ann
    assert book.find("bob@example.com") is None


def test_the_same_address_is_not_added_twice(book):
    book.add(ANN, "by hand", NOW)

    with pytest.raises(UsageError, match="subscribed already"):
        book.add(NewSubscriber("ANN@example.com"), "by hand", NOW)


def test_an_import_adds_updates_and_brings_nobody_back(book):
    book.import_rows([ANN, NewSubscriber("bob@example.com")], "one.csv", NOW)
    book.set_state(book.find("bob@example.com").id, SubscriberState.UNSUBSCRIBED, NOW)

    rows = [
        NewSubscriber("ann@example.com", language="fr"),
        NewSubscriber("bob@example.com"),
        NewSubscriber("cy@example.com"),
    ]
    done = book.import_rows(rows, "two.csv", NOW)

    assert done == Imported(added=1, updated=1, left_out=1)
    assert book.find("ann@example.com").language == "fr"
    assert book.find("bob@example.com").state is SubscriberState.UNSUBSCRIBED


def test_an_import_that_breaks_off_imports_nothing(book):
    def rows():
        yield from (NewSubscriber(f"p{number}@example.com") for number in range(1200))
        raise RuntimeError

    with pytest.raises(RuntimeError):
        book.import_rows(rows(), "list.csv", NOW)

    assert list(book.subscribers()) == []


def test_who_left_can_be_added_again_by_hand(book):
    ann = book.add(ANN, "by hand", NOW)
    book.set_state(ann.id, SubscriberState.UNSUBSCRIBED, NOW)

    again = book.add(ANN, "asked again", NOW)

    assert (again.id, again.token, again.state) == (ann.id, ann.token, SubscriberState.ACTIVE)


def test_a_record_names_the_consent_the_last_change_and_no_strike(book):
    ann = book.add(ANN, "by hand", NOW)

    record = book.record(ann.id, NOW)

    assert record == SubscriberRecord(Consent("by hand", NOW), NOW, ())
    assert record.changed_at.tzinfo is UTC


def test_what_changes_an_entry_leaves_its_consent(book):
    ann = book.add(ANN, "by hand", NOW)
    book.import_rows([ANN, NewSubscriber("bob@example.com")], "list.csv", NOW + DAY)

    updated = book.record(ann.id, NOW)
    book.set_state(ann.id, SubscriberState.UNSUBSCRIBED, NOW + 2 * DAY)
    left = book.record(ann.id, NOW)
    book.add(ANN, "asked again", NOW + 3 * DAY)
    again = book.record(ann.id, NOW)

    assert (updated.consent, updated.changed_at) == (Consent("by hand", NOW), NOW + DAY)
    assert (left.consent, left.changed_at) == (Consent("by hand", NOW), NOW + 2 * DAY)
    assert again == SubscriberRecord(Consent("asked again", NOW + 3 * DAY), NOW + 3 * DAY, ())
    bob = book.find("bob@example.com")
    assert book.record(bob.id, NOW).consent == Consent("list.csv", NOW + DAY)


def test_an_erased_entry_has_no_source_of_its_consent(book):
    ann = book.add(ANN, "by hand", NOW)

    book.erase(ann.id, NOW + DAY)

    assert book.record(ann.id, NOW).consent.source == ""
    assert book.record(ann.id, NOW).changed_at == NOW + DAY


def test_those_in_a_state_are_counted_also_since_when(book):
    ann = book.add(ANN, "by hand", NOW)
    bob = book.add(NewSubscriber("bob@example.com"), "by hand", NOW)
    book.set_state(bob.id, SubscriberState.BOUNCED, NOW + DAY)

    assert [book.count(one) for one in ("active", "bounced", "complained")] == [1, 1, 0]
    assert [book.count(SubscriberState.BOUNCED, NOW + day * DAY) for day in (0, 1)] == [1, 0]
    book.erase(ann.id, NOW)
    assert book.count(SubscriberState.ACTIVE) == 0


@pytest.mark.parametrize("url", [URL])
def test_erasing_leaves_no_byte_of_the_address_and_no_import_brings_it_back(database, book):
    book.import_rows([NewSubscriber(f"p{n}@example.com") for n in range(300)], "list.csv", NOW)
    ann = book.add(ANN, "by hand", NOW)

    book.erase(ann.id, NOW)

    files = [path for path in database.path.parent.iterdir() if path.is_file()]
    assert not any(b"ann@example" in path.read_bytes().lower() for path in files)
    assert book.find(ann.token) is None
    assert book.import_rows([ANN], "list.csv", NOW) == Imported(left_out=1)
    assert make_book(database).add(ANN, "asked again", NOW).state is SubscriberState.ACTIVE


def test_all_are_listed_in_order_over_several_batches(book):
    rows = [NewSubscriber(f"p{number}@example.com") for number in range(1100)]
    book.import_rows([*rows, NewSubscriber("boss@example.com", "stakeholders")], "list.csv", NOW)

    listed = [one.address for one in book.subscribers("subscribers", SubscriberState.ACTIVE)]

    assert listed == [row.address for row in rows]


SHARP, DOUBLE = "ß@example.com", "ss@example.com"


def entered_by_an_earlier_version(book, database):
    """`ß@` under the key that it had then, which is that of `ss@`."""
    sharp = book.add(NewSubscriber(SHARP), "by hand", NOW)
    with database.writing() as connection:
        theirs = update(subscriber).where(subscriber.c.id == sharp.id)
        connection.execute(theirs.values(address_key=DOUBLE))
    return sharp


def test_a_sharp_s_and_two_are_two_subscribers(book):
    sharp, double = (book.add(NewSubscriber(one), "by hand", NOW) for one in (SHARP, DOUBLE))

    assert sharp.id != double.id
    assert [book.find(one).id for one in (SHARP, DOUBLE)] == [sharp.id, double.id]


@pytest.mark.parametrize("way", ["add", "import"])
@pytest.mark.parametrize("address", [SHARP, DOUBLE])
def test_who_has_the_key_of_an_earlier_version_keeps_one_entry(book, database, address, way):
    sharp = entered_by_an_earlier_version(book, database)
    assert (book.find(SHARP), book.find(DOUBLE)) == (sharp, None)
    new = NewSubscriber(address)

    if way == "import":
        book.import_rows([new], "list.csv", NOW)
    elif address == SHARP:
        with pytest.raises(UsageError):
            book.add(new, "by hand", NOW)
    else:
        book.add(new, "by hand", NOW)

    everybody = sorted(one.address for one in book.subscribers())
    assert everybody == ([SHARP] if address == SHARP else [DOUBLE, SHARP])
    assert book.find(SHARP).id == sharp.id


def test_who_was_erased_under_an_earlier_key_is_not_brought_back(book, database):
    sharp = entered_by_an_earlier_version(book, database)
    book.erase(sharp.id, NOW)

    assert book.import_rows([NewSubscriber(SHARP)], "list.csv", NOW).left_out == 1
