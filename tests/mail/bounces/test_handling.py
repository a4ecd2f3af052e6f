from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest

from statusgen.config.settings import MailSettings, PageSettings
from statusgen.errors import MailError
from statusgen.mail.bounces.handling import Effect, Proofs, Reading, read_bounces
from statusgen.mail.bounces.mailbox import Mail
from statusgen.mail.bounces.message import read_message
from statusgen.mail.letters.identity import Identity
from statusgen.mail.letters.tokens import UnsubscribeTokens
from statusgen.mail.subscribers.subscriber import NewSubscriber, SubscriberState
from tests.fakes.mail import NOW, make_book, make_database
from tests.mail.bounces import messages

PAGE = PageSettings("Acme Status", "https://status.example.com", "Acme")
MAIL = MailSettings("Acme", "status@example.com", "folder:outbox", return_path="b@example.com")
TOKENS = UnsubscribeTokens(b"key")
IDENTITY = Identity(PAGE, MAIL, b"key")
DAY = timedelta(days=1)


class FakeMailbox:
    """Holds messages until they are settled; breaks off before the message `fail_on`."""

    def __init__(self, *heads: bytes, is_trusted: bool = False) -> None:
        self.is_trusted = is_trusted
        self.fail_on = len(heads)
        self.mails = [Mail(str(number), head, NOW) for number, head in enumerate(heads)]
        self.settled: dict[str, bool] = {}

    def arrive(self, *days_ago: int) -> "FakeMailbox":
        self.mails = [
            Mail(mail.name, mail.head, NOW - ago * DAY)
            for mail, ago in zip(self.mails, days_ago, strict=True)
        ]
        return self

    def unsettled(self) -> Iterator[Mail]:
        for number, mail in enumerate(self.mails):
            if number == self.fail_on:
                raise MailError("it broke off")
            if mail.name not in self.settled:
                yield mail

    def settle(self, mail: Mail, *, is_understood: bool) -> None:
        self.settled[mail.name] = is_understood

    def close(self) -> None:
        pass


class Case:
    """An address book with ann and bob, and messages about ann."""

    def __init__(self, book) -> None:
        self.book = book
        self.ann = book.add(NewSubscriber("ann@example.org"), "test", NOW)
        self.bob = book.add(NewSubscriber("bob@example.org"), "test", NOW)

    def state(self, address: str = "ann@example.org") -> SubscriberState:
        return self.book.find(address).state

    def proved(self, raw: bytes) -> bytes:
        """Return the message as it would come back if we had sent the letter."""
        label = IDENTITY.sender(self.ann.token).partition("+")[2].partition("@")[0]
        return self.signed(raw.replace(messages.LABEL.encode(), label.encode()))

    def proved_of(self, number: int) -> bytes:
        token = self.book.find(f"p{number}@example.org").token
        label = IDENTITY.sender(token).partition("+")[2].partition("@")[0]
        return gone(number).replace(messages.LABEL.encode(), label.encode())

    def signed(self, raw: bytes) -> bytes:
        return raw.replace(messages.SIGNED.encode(), TOKENS.sign(self.ann.token).encode())

    def read(self, mailbox: FakeMailbox, *, is_required: bool = True, now=NOW) -> Reading:
        proofs = Proofs(IDENTITY, TOKENS, is_required)
        return read_bounces(mailbox, read_message, self.book, proofs, now)

    def act(self, *heads: bytes, **options) -> list[tuple[str, str]]:
        mailbox = FakeMailbox(*heads)
        reading = self.read(mailbox, **options)
        assert mailbox.settled.keys() == {mail.name for mail in mailbox.mails}
        return [(one.effect.value, one.token) for one in reading.findings]


@pytest.fixture
def case(tmp_path):
    database = make_database(tmp_path)
    yield Case(make_book(database))
    database.close()


def test_a_mailbox_that_does_not_exist_ends_the_letters_at_once(case):
    assert case.act(case.proved(messages.POSTFIX)) == [("bounced", case.ann.token)]
    assert case.state() is SubscriberState.BOUNCED


def test_trouble_ends_them_after_three_days_also_when_read_at_once(case):
    mailbox = FakeMailbox(*[case.proved(messages.GMAIL)] * 3).arrive(2, 1, 0)

    reading = case.read(mailbox)

    assert [one.effect for one in reading.findings] == [
        *(Effect.STRIKE, Effect.STRIKE, Effect.BOUNCED)
    ]
    assert case.state() is SubscriberState.BOUNCED


def test_any_number_of_reports_on_one_day_is_one_strike_and_counted_as_one(case):
    first = case.read(FakeMailbox(*[case.proved(messages.GMAIL)] * 9))
    case.read(FakeMailbox(case.proved(messages.GMAIL)), now=NOW + DAY)

    assert Counter(one.effect for one in first.findings) == {Effect.STRIKE: 1, Effect.IGNORED: 8}
    assert case.state() is SubscriberState.ACTIVE


def test_a_message_from_the_future_counts_for_today(case):
    mailbox = FakeMailbox(*[case.proved(messages.GMAIL)] * 3).arrive(-1, -2, -3)

    case.read(mailbox)

    assert case.state() is SubscriberState.ACTIVE


def test_a_refusal_of_the_sender_is_counted_and_nobody_suffers(case):
    raw = case.proved(messages.POLICY)

    assert case.act(*[raw] * 30) == [("refused", case.ann.token)] * 30
    assert case.state() is SubscriberState.ACTIVE


@pytest.mark.parametrize("raw", [messages.DELAYED, messages.DELIVERED])
def test_a_delay_is_ignored(case, raw):
    assert case.act(case.proved(raw)) == [("ignored", "")]


def test_a_complaint_ends_the_letters_at_once(case):
    assert case.act(case.proved(messages.complaint())) == [("complaints", case.ann.token)]
    assert case.state() is SubscriberState.COMPLAINED


def test_who_complains_and_bounces_has_complained(case):
    raws = (messages.POSTFIX, messages.complaint())

    assert case.act(*map(case.proved, raws)) == [("complaints", case.ann.token), ("ignored", "")]
    assert case.state() is SubscriberState.COMPLAINED


@pytest.mark.parametrize("is_trusted", [True, False])
def test_a_complaint_that_names_nobody_is_for_a_person_to_look_at(case, is_trusted):
    raw = messages.as_bytes(messages.ses("Complaint", complainedRecipients=[]))
    mailbox = FakeMailbox(raw, is_trusted=is_trusted)

    reading = case.read(mailbox)

    expected = Effect.NOT_UNDERSTOOD if is_trusted else Effect.UNPROVED
    assert [one.effect for one in reading.findings] == [expected]
    assert mailbox.settled == {"0": not is_trusted}


def test_a_complaint_that_names_nobody_is_obeyed_if_it_bears_our_mark(case):
    raw = messages.as_bytes(messages.ses("Complaint", complainedRecipients=[]))

    assert case.act(case.proved(raw)) == [("complaints", case.ann.token)]


def test_an_unsubscribe_mail_is_obeyed_whoever_sent_it(case):
    assert case.act(case.signed(messages.mail())) == [("unsubscribed", case.ann.token)]
    assert case.state() is SubscriberState.UNSUBSCRIBED


@pytest.mark.parametrize(
    "headers",
    [{"Auto_Submitted": "auto-replied"}, {"Precedence": "auto_reply"}, {"Return_Path": "<>"}],
)
def test_what_a_machine_sent_unsubscribes_nobody_but_with_a_token_somebody_has_to_look(
    case, headers
):
    assert case.act(messages.mail("out of office", **headers)) == [("ignored", "")]
    assert case.act(messages.mail(**headers)) == [("ignored", "")]  # signed by somebody else
    assert case.act(case.signed(messages.mail(**headers))) == [("not_understood", "")]
    assert case.state() is SubscriberState.ACTIVE


def test_an_unsubscribe_mail_is_obeyed_through_a_mailing_list(case):
    raw = messages.mail(List_Id="<all.example.org>", Precedence="list")

    assert case.act(case.signed(raw)) == [("unsubscribed", case.ann.token)]


def test_a_token_that_we_did_not_sign_unsubscribes_nobody(case):
    forged = UnsubscribeTokens(b"another key").sign(case.ann.token)

    assert case.act(messages.mail(f"unsubscribe {forged}")) == [("not_understood", "")]
    assert case.state() is SubscriberState.ACTIVE


@pytest.mark.parametrize("raw", [messages.POSTFIX, messages.complaint()], ids=["bounce", "spam"])
def test_with_a_return_path_a_report_that_does_not_bear_it_changes_nothing(case, raw):
    assert case.act(raw) == [("unproved", "")]
    assert case.state() is SubscriberState.ACTIVE


def test_with_a_return_path_the_token_in_the_returned_letter_proves_as_much(case):
    assert case.act(case.signed(messages.POSTFIX)) == [("bounced", case.ann.token)]


def test_without_a_return_path_the_address_tells_who_it_is_about(case):
    assert case.act(messages.POSTFIX, is_required=False) == [("bounced", case.ann.token)]


def test_a_flood_that_anybody_may_have_forged_costs_nobody_the_letters_however_long_it_lasts(case):
    add_crowd(case, 100)

    for day in range(5):
        read_gone(case, range(98), NOW + day * DAY, is_required=False)

    assert case.book.count(SubscriberState.ACTIVE) == 100


def test_a_queue_is_trusted_with_addresses(case):
    mailbox = FakeMailbox(messages.as_bytes(messages.ses_bounce(detail="NoEmail")), is_trusted=True)

    case.read(mailbox)

    assert case.state() is SubscriberState.BOUNCED


def test_a_token_in_the_place_of_an_address_finds_nobody(case):
    raw = messages.POSTFIX.replace(b"ann@example.org", case.ann.token.encode())

    assert case.act(raw, is_required=False) == [("not_understood", "")]
    assert case.state() is SubscriberState.ACTIVE


def test_a_report_about_somebody_else_is_ignored(case):
    raw = messages.POSTFIX.replace(b"ann@", b"carol@")

    assert case.act(raw, is_required=False) == [("ignored", "")]


def test_a_report_that_bears_our_mark_is_about_its_reader_whatever_addresses_it_names(case):
    raw = case.proved(messages.POSTFIX.replace(b"ann@example.org", b"bob@example.org"))

    assert case.act(raw) == [("bounced", case.ann.token)]
    assert case.state("bob@example.org") is SubscriberState.ACTIVE


def test_of_two_recipients_without_a_mark_each_is_judged(case):
    second = "\nFinal-Recipient: rfc822; bob@example.org\nAction: failed\nStatus: 5.2.2\n"
    raw = messages.report(messages.status() + second)

    assert case.act(raw, is_required=False) == [
        ("bounced", case.ann.token),
        ("strikes", case.bob.token),
    ]


def test_a_report_that_names_nobody_twice_is_one_that_is_not_understood(case):
    raw = messages.report("Action: failed\n\nAction: failed\n", letter="")

    assert case.act(raw, is_required=False) == [("not_understood", "")]


def test_with_a_mark_the_mildest_of_two_failures_counts(case):
    second = "\nFinal-Recipient: rfc822; ann@elsewhere.example\nAction: failed\nStatus: 5.2.2\n"
    raw = case.proved(messages.report(messages.status() + second))

    assert case.act(raw) == [("strikes", case.ann.token)]


def test_who_has_left_stays_as_they_are(case):
    case.book.set_state(case.ann.id, SubscriberState.UNSUBSCRIBED, NOW)

    raws = (messages.POSTFIX, messages.GMAIL, messages.complaint(), messages.mail())

    assert case.act(*map(case.proved, raws)) == [("ignored", "")] * 4
    assert case.state() is SubscriberState.UNSUBSCRIBED


def test_an_erased_subscriber_is_nobody(case):
    raw = case.proved(messages.POSTFIX)
    case.book.erase(case.ann.id, NOW)

    assert case.act(raw) == [("ignored", "")]


def test_reading_twice_changes_nothing(case):
    raws = [case.proved(one) for one in (messages.GMAIL, messages.complaint(), messages.mail())]
    case.read(FakeMailbox(*raws))

    again = case.read(FakeMailbox(*raws))

    assert {one.effect for one in again.findings} == {Effect.IGNORED}


def test_what_is_not_understood_is_settled_as_such(case):
    mailbox = FakeMailbox(b"\0", messages.NOVEL, case.proved(messages.POSTFIX))

    reading = case.read(mailbox)

    assert mailbox.settled == {"0": False, "1": False, "2": True}
    assert Counter(one.effect for one in reading.findings)[Effect.NOT_UNDERSTOOD] == 2


def test_a_source_that_breaks_off_leaves_the_rest_for_the_next_run(case):
    mailbox = FakeMailbox(case.proved(messages.GMAIL), case.proved(messages.complaint()))
    mailbox.fail_on = 1

    first = case.read(mailbox)
    mailbox.fail_on = 2
    second = case.read(mailbox)

    assert (first.read, str(first.trouble)) == (1, "it broke off")
    assert (second.read, second.trouble) == (1, None)
    assert second.tokens(Effect.COMPLAINT) == [case.ann.token]


def test_a_message_is_settled_only_after_its_effect(case):
    class Failing(FakeMailbox):
        def settle(self, mail: Mail, *, is_understood: bool) -> None:
            del mail, is_understood
            assert case.state() is SubscriberState.BOUNCED
            raise MailError("it broke off")

    reading = case.read(Failing(case.proved(messages.POSTFIX)))

    assert str(reading.trouble) == "it broke off"


def test_a_source_that_breaks_off_costs_no_report_that_was_waiting_for_the_rest(case):
    mailbox = FakeMailbox(case.proved(messages.POSTFIX), case.proved(messages.complaint()))
    mailbox.fail_on = 1

    reading = case.read(mailbox)

    assert (reading.read, str(reading.trouble)) == (1, "it broke off")
    assert reading.tokens(Effect.BOUNCED) == [case.ann.token]
    assert mailbox.settled == {"0": True}


def read_gone(case: Case, numbers: range, now=NOW, *, is_required=True) -> Reading:
    """Have that many of a crowd's mailboxes said not to exist, on the day of `now`."""
    raws = [case.proved_of(number) if is_required else gone(number) for number in numbers]
    mailbox = FakeMailbox(*raws).arrive(*[(NOW - now).days] * len(raws))
    reading = case.read(mailbox, is_required=is_required, now=now)
    assert list(mailbox.settled.values()) == [True] * len(raws)
    return reading


def gone(number: int) -> bytes:
    return messages.POSTFIX.replace(b"ann@", b"p%d@" % number)


def add_crowd(case: Case, size: int) -> None:
    """Bring the readers to that number; ann and bob are there already."""
    rows = [NewSubscriber(f"p{number}@example.org") for number in range(size - 2)]
    case.book.import_rows(rows, "list.csv", NOW)


@pytest.mark.parametrize(
    ("size", "gone", "strikes"), [(60, 3, 0), (60, 4, 4), (400, 20, 0), (400, 21, 21)]
)
def test_more_than_one_in_twenty_who_are_gone_within_a_day_have_a_strike_instead(
    case, size, gone, strikes
):
    add_crowd(case, size)

    reading = read_gone(case, range(gone))

    assert (reading.disbelieved, len(reading.tokens(Effect.STRIKE))) == (strikes, strikes)
    assert case.book.count(SubscriberState.BOUNCED) == gone - strikes


def test_a_flood_in_several_runs_of_a_day_is_one(case):
    add_crowd(case, 100)

    runs = [read_gone(case, range(n, n + 2), NOW + n * timedelta(minutes=5)) for n in (0, 2, 4)]

    assert [one.disbelieved for one in runs] == [0, 0, 2]
    assert case.book.count(SubscriberState.BOUNCED) == 4


def test_a_flood_on_three_days_is_believed(case):
    add_crowd(case, 100)

    runs = [read_gone(case, range(60), NOW + days * DAY) for days in range(3)]

    assert [len(one.tokens(Effect.STRIKE)) for one in runs] == [60, 60, 0]
    assert case.book.count(SubscriberState.BOUNCED) == 60


def test_a_flood_of_several_reports_about_a_few_readers_is_none(case):
    mailbox = FakeMailbox(*[case.proved(messages.POSTFIX)] * 60)

    reading = case.read(mailbox)

    assert reading.disbelieved == 0
    assert Counter(one.effect for one in reading.findings) == {
        Effect.BOUNCED: 1,
        Effect.IGNORED: 59,
    }
