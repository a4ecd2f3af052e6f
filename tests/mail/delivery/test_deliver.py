import random
import re
import signal
import socket
import subprocess
import sys
import time
from collections import Counter

import pytest

from statusgen.config.relay import Relay
from statusgen.config.ses import Ses
from statusgen.errors import Refused
from statusgen.mail.database.ledger import SqlLedger
from statusgen.mail.delivery.deliver import DeliveryReport, SendingProcess, deliver
from statusgen.mail.delivery.rules import DeliveryRules
from statusgen.mail.letter_states import Account, DeliveryState
from statusgen.mail.subscribers.subscriber import SubscriberState
from statusgen.mail.transports.ses import SesTransport
from statusgen.mail.transports.smtp import SmtpTransport
from statusgen.targets.manifest import Publisher
from statusgen.values.vocabulary import InDoubt
from tests.components.journal_sink import Conduct, journal_sink
from tests.components.ses_server import refuse, ses_server  # noqa: F401 - a fixture
from tests.components.smtp_relay import DROP, Script, once, smtp_relay
from tests.fakes.mail import NOW, make_book, make_database, make_letter, queue_letters

UPDATE = "login/01"

DELIVERER = """
import sys
from pathlib import Path
from tests.fakes.mail import NOW, make_database, make_letter
from statusgen.mail.database.ledger import SqlLedger
from statusgen.mail.transports.smtp import SmtpTransport
from statusgen.mail.delivery.deliver import deliver
from statusgen.mail.delivery.rules import DeliveryRules
from statusgen.config.relay import parse_relay
ledger = SqlLedger(make_database(Path(sys.argv[1])))
relay = parse_relay(f"smtp://127.0.0.1:{sys.argv[2]}")
print("begin", flush=True)
rules = DeliveryRules(max_connections=10, patience_s=float(sys.argv[3]))
report = deliver(ledger, SmtpTransport(relay), make_letter, ["login/01"], NOW, rules)
print(*report.resent)
"""


def run(ledger: SqlLedger, script: Script, **rules) -> DeliveryReport:
    relay = Relay("127.0.0.1", script.port, is_loopback=True)
    rules = DeliveryRules(**{"max_connections": 3, "patience_s": 0.5, **rules})
    return deliver(ledger, SmtpTransport(relay), make_letter, [UPDATE], NOW, rules)


@pytest.fixture
def database(tmp_path):
    database = make_database(tmp_path)
    yield database
    database.close()


def recipients(script: Script) -> list[str]:
    return sorted(address.partition("@")[0] for address, _ in script.seen)


def test_everybody_gets_one_letter_and_a_second_run_sends_none(database):
    ledger = queue_letters(database, "ann", "bob", "cy", "dee")

    with smtp_relay(Script()) as script:
        first = run(ledger, script)
        second = run(ledger, script)

    assert recipients(script) == ["ann", "bob", "cy", "dee"]
    assert (first.sent, first.is_done) == (4, True)
    assert (second.sent, second.total) == (0, Account(accepted=4))


def test_each_refusal_is_booked_to_its_own_letter_and_deferred_ones_go_out_later(database):
    ledger = queue_letters(database, "ann", "bob", "cy", "dee", "eve")
    script = Script(
        at_rcpt={"bob": "550 5.1.1 no such user", "cy": once("451 4.3.0 busy")},
        at_dot={"dee": "554 5.7.1 spam", "eve": once("452 4.2.2 full")},
    )

    with smtp_relay(script):
        first, unsent = run(ledger, script), ledger.unsent([UPDATE])
        second, still_unsent = run(ledger, script), ledger.unsent([UPDATE])

    assert first.total == Account(accepted=1, deferred=2, failed=2)
    assert second.total == Account(accepted=3, failed=2)
    assert recipients(script) == ["ann", "cy", "eve"]
    assert not second.is_done
    assert {(one.state, one.reply, one.letters) for one in unsent} == {
        ("deferred", "451 4.3.0", 1),
        ("deferred", "452 4.2.2", 1),
        ("failed", "550 5.1.1", 1),
        ("failed", "554 5.7.1", 1),
    }
    assert {one.state for one in still_unsent} == {"failed"}


@pytest.mark.parametrize("reply", [DROP, "421 4.3.2 shutting down"], ids=["drop", "421"])
def test_a_connection_lost_before_the_content_is_retried_at_once(database, reply):
    ledger = queue_letters(database, "ann", "bob", "cy")
    script = Script(at_rcpt={"bob": once(reply)})

    with smtp_relay(script):
        report = run(ledger, script)

    assert report.total == Account(accepted=3)
    assert recipients(script) == ["ann", "bob", "cy"]


def test_a_letter_that_takes_every_connection_down_is_deferred_and_holds_up_nobody(database):
    ledger = queue_letters(database, "ann", "bob", "cy")
    script = Script(at_rcpt={"bob": DROP})

    with smtp_relay(script):
        report = run(ledger, script, patience_s=5)

    assert report.total == Account(accepted=2, deferred=1)


def test_an_answer_lost_after_the_final_dot_is_in_doubt_then_sent_once_more(database):
    ledger = queue_letters(database, "ann", "bob")
    script = Script(at_dot={"bob": DROP})

    runs = []
    with smtp_relay(script):
        for _ in range(4):
            runs.append(run(ledger, script))
            ledger.tick_copies([UPDATE], runs[-1].resent)

    token = make_book(database).find("bob@example.com").token
    assert [report.in_doubt for report in runs] == [(token,)] * 4
    assert [report.resent for report in runs] == [(), (token,), (), ()]
    assert recipients(script) == ["ann", "bob", "bob"]


def test_with_hold_a_letter_in_doubt_is_not_sent_again(database):
    ledger = queue_letters(database, "ann")
    script = Script(at_dot={"ann": DROP})

    with smtp_relay(script):
        for _ in range(2):
            report = run(ledger, script, in_doubt=InDoubt.HOLD)

    assert report.total == Account(in_doubt=1)
    assert recipients(script) == ["ann"]


def test_an_unreachable_relay_leaves_every_letter_owed_with_one_sentence(database):
    ledger = queue_letters(database, "ann", "bob")
    with smtp_relay(Script()) as script:
        pass

    report = run(ledger, script)

    assert report.total == Account(queued=2)
    assert str(report.trouble).startswith(f"the relay 127.0.0.1:{script.port} can't be reached")


@pytest.mark.parametrize("connections", [10, 50])
@pytest.mark.parametrize(
    ("conduct", "ended"),
    [(Conduct(), 20), (Conduct(at_rcpt={"policy": "550 5.7.1 not from you"}), 0)],
    ids=["after the content", "before the content"],
)
def test_a_relay_that_refuses_everybody_by_policy_hears_of_twenty_letters_and_blames_nobody(
    database, tmp_path, conduct, ended, connections
):
    ledger = queue_letters(database, *(f"policy{number}" for number in range(200)))

    with journal_sink(tmp_path / "journal", conduct) as sink:
        transport = SmtpTransport(Relay("127.0.0.1", sink.port, is_loopback=True))
        rules = DeliveryRules(max_connections=connections)
        report = deliver(ledger, transport, make_letter, [UPDATE], NOW, rules)

    assert len(sink.entries()) == ended
    assert report.total == Account(queued=180, failed=20)
    assert re.search(r"by policy \(550 5\.7\..*check SPF, DKIM and DMARC", str(report.trouble))
    assert {one.state for one in make_book(database).subscribers()} == {SubscriberState.ACTIVE}


@pytest.mark.parametrize("connections", [1, 10])
@pytest.mark.parametrize(
    "said",
    [
        "550 5.1.1 user unknown",
        "550 no such user here",
        "550 5.2.1 disabled",
        "554 5.4.4 no route",
        "501 5.5.4 what",
        "550 5.7.1 not from you",
    ],
)
def test_a_relay_that_begins_to_refuse_hears_of_twenty_letters_and_costs_no_reader(
    database, tmp_path, said, connections
):
    readers = [*(f"ok{number}" for number in range(30)), *(f"no{number}" for number in range(170))]
    ledger = queue_letters(database, *readers)

    with journal_sink(tmp_path / "journal", Conduct(at_rcpt={"no": said})) as sink:
        transport = SmtpTransport(Relay("127.0.0.1", sink.port, is_loopback=True))
        rules = DeliveryRules(max_connections=connections)
        report = deliver(ledger, transport, make_letter, [UPDATE], NOW, rules)

    assert report.total == Account(accepted=30, queued=150, failed=20)
    assert "letters were refused" in str(report.trouble)
    assert {one.state for one in make_book(database).subscribers()} == {SubscriberState.ACTIVE}


def test_a_dead_mailbox_among_readers_who_get_their_letters_is_not_written_to_again(
    database, tmp_path
):
    ledger = queue_letters(database, *(f"r{number}" for number in range(60)), "gone")

    with journal_sink(tmp_path / "journal", Conduct(at_rcpt={"gone": "550 5.1.1 gone"})) as sink:
        transport = SmtpTransport(Relay("127.0.0.1", sink.port, is_loopback=True))
        report = deliver(ledger, transport, make_letter, [UPDATE], NOW)

    assert report.total == Account(accepted=60, failed=1)
    bounced = make_book(database).subscribers(state=SubscriberState.BOUNCED)
    assert [one.address for one in bounced] == ["gone@example.com"]


def test_ses_that_refuses_everybody_hears_of_twenty_letters(
    database,
    ses_server,  # noqa: F811
):
    ledger = queue_letters(database, *(f"r{number}" for number in range(100)))
    ses_server.script.extend([refuse("MessageRejected")] * 100)

    ses = SesTransport(Ses("eu-west-1"), "status@example.com")
    report = deliver(ledger, ses, make_letter, [UPDATE], NOW, DeliveryRules(max_connections=10))

    assert report.total == Account(queued=80, failed=20)
    assert {one.state for one in make_book(database).subscribers()} == {SubscriberState.ACTIVE}


def test_who_unsubscribes_during_the_run_gets_no_letter(database):
    ledger = queue_letters(database, "ann", "bob")
    book = make_book(database)

    def leave(_outcome):
        book.set_state(book.find("bob@example.com").id, SubscriberState.UNSUBSCRIBED, NOW)

    with smtp_relay(Script()) as script:
        transport = SmtpTransport(Relay("127.0.0.1", script.port, is_loopback=True))
        rules = DeliveryRules(max_connections=1)
        report = deliver(
            ledger, transport, make_letter, [UPDATE], NOW, rules, SendingProcess(on_done=leave)
        )

    assert recipients(script) == ["ann"]
    assert report.total == Account(accepted=1, suppressed=1)


def test_who_unsubscribes_after_the_relay_has_heard_of_their_letter_does_not_get_it(
    database, tmp_path
):
    """With PIPELINING an envelope travels along with the dot of the letter before."""
    ledger = queue_letters(database, *(f"p{number}" for number in range(20)))
    book = make_book(database)
    readers = iter(range(1, 20, 2))

    def leave(_outcome):
        book.set_state(
            book.find(f"p{next(readers)}@example.com").id, SubscriberState.UNSUBSCRIBED, NOW
        )

    with journal_sink(tmp_path / "journal") as sink:
        transport = SmtpTransport(Relay("127.0.0.1", sink.port, is_loopback=True))
        rules = DeliveryRules(max_connections=1)
        process = SendingProcess(on_done=leave)
        report = deliver(ledger, transport, make_letter, [UPDATE], NOW, rules, process)
        arrived = [one.recipient for one in sink.arrived()]

    assert arrived == [f"p{number}@example.com" for number in range(0, 20, 2)]
    assert report.total == Account(accepted=10, suppressed=10)


def test_a_final_answer_that_keeps_every_letter_here_stops_the_run_at_once(database):
    ledger = queue_letters(database, *(f"p{number}" for number in range(200)))
    script = Script(at_dot={"p": "554 Message rejected: Sending paused for this account."})

    with smtp_relay(script):
        report = run(ledger, script)

    assert report.total == Account(queued=200)
    assert "sends nothing for our account" in str(report.trouble)
    assert script.connections <= 3


def test_an_answer_of_ses_that_keeps_every_letter_here_stops_the_run_at_once(
    database,
    ses_server,  # noqa: F811
):
    ledger = queue_letters(database, *(f"p{number}" for number in range(20)))
    ses_server.script.extend([refuse("SendingPausedException", 400)] * 20)

    rules = DeliveryRules(max_connections=3)
    report = deliver(
        ledger,
        SesTransport(Ses("eu-west-1"), "status@example.com"),
        make_letter,
        [UPDATE],
        NOW,
        rules,
    )

    assert report.total == Account(queued=20)
    assert "sending is paused" in str(report.trouble)
    assert len(ses_server.requests) <= 3


def test_what_ses_throttles_is_sent_again(
    database,
    ses_server,  # noqa: F811
):
    ledger = queue_letters(database, *(f"p{number}" for number in range(6)))
    ses_server.account = {"SendQuota": {"Max24HourSend": -1.0, "MaxSendRate": 0.0}}
    ses_server.script.extend([refuse("TooManyRequestsException", 429)] * 3)

    rules = DeliveryRules(max_connections=3)
    ses = SesTransport(Ses("eu-west-1"), "status@example.com")
    report = deliver(ledger, ses, make_letter, [UPDATE], NOW, rules)

    assert report.total == Account(accepted=6)
    assert len(ses_server.requests) == 6 + 3
    assert {address for address, _ in ses_server.letters} == {f"p{n}@example.com" for n in range(6)}


def test_one_odd_address_costs_nobody_else_their_letter(database):
    ledger = queue_letters(database, *(f"p{number}" for number in range(5)))
    script = Script(at_rcpt={"p0": "501 5.5.2 Syntax error in address"})

    with smtp_relay(script):
        report = run(ledger, script)

    assert report.total == Account(accepted=4, failed=1)
    assert report.trouble is None


def test_a_second_run_at_the_same_time_is_refused(database):
    ledger = queue_letters(database, "ann")

    with ledger.exclusive(), pytest.raises(Refused, match="another statusgen"):
        run(ledger, Script())


def test_an_interrupted_run_finishes_what_is_in_flight(database, tmp_path):
    ledger = queue_letters(database, *(f"p{number}" for number in range(500)))

    with smtp_relay(Script()) as script:
        process = start_deliverer(tmp_path, script)
        wait_for_letters(script, 20)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)

    account = ledger.account(UPDATE)
    assert process.returncode != 0
    assert account == Account(accepted=len(script.seen), queued=500 - len(script.seen))


def test_an_interrupted_run_does_not_wait_for_a_relay_that_is_away(database, tmp_path):
    queue_letters(database, "ann")

    with socket.create_server(("127.0.0.1", 0)) as away:
        process = start_deliverer(tmp_path, Script(port=away.getsockname()[1]), "3600")
        for _ in range(2):
            away.accept()[0].close()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)

    assert process.returncode != 0


def test_an_earlier_run_of_this_very_process_has_ended_and_a_stranger_may_be_alive():
    us, other = Publisher("sam", "here", "boot 1 1.00"), Publisher("sam", "here", "boot 2 1.00")
    nobody = Publisher("", "", "")

    assert SendingProcess(us).finds_gone(us)
    assert not SendingProcess(us).finds_gone(other)
    assert not SendingProcess(nobody).finds_gone(nobody)
    assert SendingProcess(us, lambda one: one is other).finds_gone(other)


def test_kill_9_misses_nobody_and_repeats_only_what_was_in_flight(database, tmp_path):
    audience = [f"p{number}" for number in range(2000)]
    ledger = queue_letters(database, *audience)
    dice = random.Random(20261121)
    kills, named = 0, set()

    with smtp_relay(Script()) as script:
        for _ in range(5):
            process = start_deliverer(tmp_path, script)
            wait_for_letters(script, len(script.seen) + dice.randint(1, 350))
            time.sleep(dice.random() / 50)
            process.kill()
            process.communicate()
            kills += 1
            assert len(ledger.tokens(UPDATE, DeliveryState.DOT)) <= 10
        process = start_deliverer(tmp_path, script)
        named.update(process.communicate(timeout=60)[0].split()[1:])

    copies = Counter(address for address, _ in script.seen)
    twice = {address for address, count in copies.items() if count > 1}
    book = make_book(database)
    assert set(copies) == {f"{name}@example.com" for name in audience}
    assert copies.total() - 2000 <= 10 * kills
    assert {book.find(address).token for address in twice} <= named
    assert len({message_id(content) for _, content in script.seen}) == 2000
    account = ledger.account(UPDATE)  # a copy that was cut off too is not copied again
    assert account == Account(accepted=2000 - account.in_doubt, in_doubt=account.in_doubt)


def start_deliverer(folder, script, patience_s="30"):
    command = [sys.executable, "-c", DELIVERER, str(folder), str(script.port), patience_s]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def wait_for_letters(script, count):
    deadline = time.monotonic() + 60
    while len(script.seen) < count and time.monotonic() < deadline:
        time.sleep(0.002)


def message_id(content: bytes) -> bytes:
    return re.search(rb"Message-ID: (\S+)", content)[1]
