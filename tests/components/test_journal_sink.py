"""The journal tells what was taken, and the relay behaves as it is told to."""

import os
import smtplib
import subprocess
import sys
import time
from contextlib import suppress

import psutil
import pytest

from tests.components.journal_sink import (
    BUSY,
    DROPPED,
    TAKEN,
    TROUBLES,
    Conduct,
    journal_sink,
)
from tests.components.own_process import ROOT

LETTER = "From: status@example.com\r\nMessage-ID: <{}@example.com>\r\n\r\n.Hello\r\n"


def send(client, recipient, number):
    return client.sendmail("status@example.com", [recipient], LETTER.format(number))


def test_the_journal_tells_who_got_what_over_which_connection(tmp_path):
    with journal_sink(tmp_path / "journal") as sink:
        for name in ("ann", "bob"):
            with smtplib.SMTP("127.0.0.1", sink.port) as client:
                send(client, f"{name}@example.com", f"{name}-1")
                send(client, f"{name}@example.com", f"{name}-2")
        arrived = sink.arrived()

    assert [(one.connection, one.recipient, one.message_id) for one in arrived] == [
        (1, "ann@example.com", "<ann-1@example.com>"),
        (1, "ann@example.com", "<ann-2@example.com>"),
        (2, "bob@example.com", "<bob-1@example.com>"),
        (2, "bob@example.com", "<bob-2@example.com>"),
    ]
    assert {one.open_connections for one in arrived} <= {1, 2}
    assert [one.at_s for one in arrived] == sorted(one.at_s for one in arrived)


def test_the_journal_outlives_the_relay_and_goes_on_with_the_next(tmp_path):
    for number in (1, 2):
        with (
            journal_sink(tmp_path / "journal") as sink,
            smtplib.SMTP("127.0.0.1", sink.port) as client,
        ):
            send(client, "ann@example.com", number)

    assert [one.message_id for one in sink.arrived()] == ["<1@example.com>", "<2@example.com>"]


@pytest.mark.parametrize(
    ("recipient", "code", "is_journaled"),
    [
        ("perm@example.com", 550, False),
        ("full@example.com", 552, False),
        ("temp@example.com", 451, False),
        ("policy@example.com", 550, True),
    ],
)
def test_the_journal_sink_refuses_by_the_beginning_of_the_address(
    tmp_path, recipient, code, is_journaled
):
    with journal_sink(tmp_path / "journal") as sink, smtplib.SMTP("127.0.0.1", sink.port) as client:
        with pytest.raises((smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError)) as caught:
            send(client, recipient, 1)
        send(client, "ann@example.com", 2)
        entries = sink.entries()

    told = getattr(caught.value, "recipients", {recipient: caught.value.args})
    assert told[recipient][0] == code
    expected = [str(code)] if is_journaled else []
    assert [one.answer for one in entries] == [*expected, TAKEN]
    assert [one.message_id for one in sink.arrived()] == ["<2@example.com>"]


def test_the_journal_sink_takes_no_more_a_second_than_it_is_told(tmp_path):
    an_hour = 1 / 3600
    with (
        journal_sink(tmp_path / "journal", Conduct(per_second=an_hour, burst=2)) as sink,
        smtplib.SMTP("127.0.0.1", sink.port) as client,
    ):
        for number in range(5):
            with suppress(smtplib.SMTPDataError):
                send(client, "ann@example.com", number)
        entries = sink.entries()

    assert [one.answer for one in entries] == [TAKEN, TAKEN, "454", "454", "454"]


def test_the_journal_sink_takes_letters_again_after_a_while(tmp_path):
    with (
        journal_sink(tmp_path / "journal", Conduct(per_second=20)) as sink,
        smtplib.SMTP("127.0.0.1", sink.port) as client,
    ):
        while len(sink.arrived()) < 3:
            with suppress(smtplib.SMTPDataError):
                send(client, "ann@example.com", 1)
        first, *_, last = sink.arrived()

    assert last.at_s - first.at_s >= 1 / 20


def test_the_journal_sink_gives_trouble_to_a_share_of_the_tries(tmp_path):
    refused = 0
    with (
        journal_sink(tmp_path / "journal", Conduct(trouble_share=0.5)) as sink,
        smtplib.SMTP("127.0.0.1", sink.port) as client,
    ):
        for number in range(200):
            try:
                send(client, "ann@example.com", number)
            except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError):
                refused += 1
        refusals = sink.refusals()

    assert 80 < refused < 120
    assert len(sink.arrived()) == 200 - refused
    assert len(refusals) == refused
    assert {one.reply for one in refusals} == set(TROUBLES)
    assert {one.stage for one in refusals} == {"RCPT", "DOT"}


def test_the_journal_sink_takes_a_letter_and_drops_the_connection(tmp_path):
    with journal_sink(tmp_path / "journal", Conduct(drop_share=1)) as sink:
        client = smtplib.SMTP("127.0.0.1", sink.port)
        with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
            send(client, "ann@example.com", 1)
        client.close()

    assert [one.answer for one in sink.arrived()] == [DROPPED]


def test_the_journal_sink_is_busy_for_a_while(tmp_path):
    with journal_sink(tmp_path / "journal", Conduct(busy_s=0.3)) as sink:
        with pytest.raises(smtplib.SMTPConnectError, match="421"):
            smtplib.SMTP("127.0.0.1", sink.port)
        time.sleep(0.4)
        with smtplib.SMTP("127.0.0.1", sink.port) as client:
            send(client, "ann@example.com", 1)

    assert sink.count() == 1


def test_the_journal_sink_is_busy_in_the_middle_of_connections(tmp_path):
    conduct = Conduct(busy_s=60, busy_after=2)
    with journal_sink(tmp_path / "journal", conduct) as sink:
        first, second, third = (smtplib.SMTP("127.0.0.1", sink.port) for _ in range(3))
        third.mail("status@example.com")
        third.rcpt("eve@example.com")
        third.putcmd("data")
        assert third.getreply()[0] == 354
        send(first, "ann@example.com", 1)
        send(second, "bob@example.com", 2)
        third.send(LETTER.format(3) + ".\r\n")
        said = [third.getreply()[0], first.noop()[0]]
        with pytest.raises(smtplib.SMTPConnectError, match="421"):
            smtplib.SMTP("127.0.0.1", sink.port)
        refusals = sink.refusals()
        for one in (first, second, third):
            one.close()

    assert said == [421, 421]
    assert [(one.connection, one.stage) for one in refusals] == [
        (3, "DOT"),
        (1, "NOOP"),
        (4, "CONNECT"),
    ]
    assert {one.reply for one in refusals} == {BUSY}
    assert [one.answer for one in sink.entries()] == [TAKEN, TAKEN, "421"]


def test_the_journal_grows_from_letter_to_letter(tmp_path):
    with (
        journal_sink(tmp_path / "journal") as sink,
        smtplib.SMTP("127.0.0.1", sink.port) as client,
    ):
        send(client, "ann@example.com", 1)
        since = sink.size()
        counts = [sink.count(since)]
        for number in (2, 3):
            send(client, "ann@example.com", number)
            counts.append(sink.count(since))

    assert counts == [0, 1, 2]
    assert sink.count() == 3


def test_the_journal_sink_answers_late(tmp_path):
    with (
        journal_sink(tmp_path / "journal", Conduct(reply_delay_s=0.2)) as sink,
        smtplib.SMTP("127.0.0.1", sink.port) as client,
    ):
        begun_s = time.monotonic()
        send(client, "ann@example.com", 1)

    assert time.monotonic() - begun_s >= 0.2


@pytest.mark.parametrize("has_pipelining", [True, False])
def test_the_journal_sink_takes_commands_in_groups_only_where_it_offers_to(
    tmp_path, has_pipelining
):
    group = "MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n"
    with (
        journal_sink(tmp_path / "journal", Conduct(has_pipelining=has_pipelining)) as sink,
        smtplib.SMTP("127.0.0.1", sink.port) as client,
    ):
        client.ehlo()
        assert client.has_extn("pipelining") == has_pipelining
        client.send(group)
        answers = [client.getreply()[0] for _ in range(3 if has_pipelining else 1)]
        if has_pipelining:
            client.send("Message-ID: <1@b>\r\n\r\nHello\r\n.\r\nMAIL FROM:<a@example.com>\r\n")
            answers += [client.getreply()[0] for _ in range(2)]

    assert answers == ([250, 250, 354, 250, 250] if has_pipelining else [503])
    assert sink.count() == has_pipelining


def test_a_server_in_its_own_process_ends_with_who_started_it(tmp_path):
    code = f"""
import os
from pathlib import Path
from tests.components.journal_sink import journal_sink
with journal_sink(Path({str(tmp_path / "journal")!r})) as sink:
    print(sink.pid, flush=True)
    os._exit(1)
"""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    pid = int(done.stdout)

    deadline = time.monotonic() + 60
    while is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.02)

    assert not is_running(pid)


def is_running(pid):
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
