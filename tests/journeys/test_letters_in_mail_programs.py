"""Letters through a real Postfix into Maildirs: one thread an incident, and no spam.

Two strangers read their headers: Dovecot's IMAP server, and SpamAssassin's rules about form.
"""

import email
import imaplib
import re
import shlex
import shutil
import smtplib
import ssl
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from email import policy
from pathlib import Path

import pytest

from statusgen.config.settings import SubjectStyle
from tests.components.available import program
from tests.components.mailhost import PASSWORD, USER
from tests.mail.letters.rules import breaches
from tests.mail.letters.stories import NOW, every_kind, make_forms, make_settings, make_subscriber

IMAP = "/usr/lib/dovecot/imap"
LIMIT = 1.0
"""What SpamAssassin may count against a letter; 5 is spam."""
MALFORMED = re.compile(r"MISSING|INVALID|MALFORM|BAD|ILLEGAL|MSGID|MID|DATE|MIME|CHARSET|8BIT")
"""In the names of its rules about how headers and parts are written."""
ODD_NAMES = (
    'Acme "Status", <evil@x.test>; (ops)',
    "=?utf-8?q?=0ABcc:_evil@x.test?= \\",
    "a\r\nBcc: evil@x.test\r\n\r\nbody",
    "Störung 日本 🔥 " * 12,
)


def letters(address="ann@example.com", language="en", *, with_canceled=False, **mail):
    """One of every kind; a canceled maintenance has the updates' names of the moved one."""
    forms = make_forms(make_settings(**mail))
    return {
        name: forms.form(incident, incident.steps[index], language, now=NOW).address_to(
            make_subscriber(address=address)
        )
        for name, (incident, index) in every_kind().items()
        if name != "canceled" or with_canceled
    }


def deliver(host, outgoing):
    context = ssl.create_default_context(cafile=str(host.certificate.path))
    with smtplib.SMTP("localhost", host.port) as relay:
        relay.starttls(context=context)
        relay.login(USER, PASSWORD)
        for letter in outgoing:
            relay.sendmail(letter.sender, [letter.recipient], letter.content)


def words(message) -> list[list[str]]:
    """The lines of each part; a Maildir has line ends of its own."""
    return [one.get_content().splitlines() for one in message.iter_parts()]


@contextmanager
def mail_program(maildir: Path):
    """A session of Dovecot's IMAP server over the Maildir, which its user may write to."""
    config = maildir.parent / f"{maildir.name}.conf"
    config.write_text(
        f"mail_location = maildir:{maildir}\nmail_uid = nobody\nmail_gid = nogroup\n"
        f"ssl = no\nprotocols = imap\nbase_dir = {maildir.parent}\nlog_path = {config}.log\n"
    )
    command = f"USER=nobody HOME=/ exec {IMAP} -c {shlex.quote(str(config))}"
    session = imaplib.IMAP4_stream(command)
    try:
        session.select("INBOX")
        yield session
    finally:
        session.logout()


def threads(maildir: Path) -> list[set[str]]:
    """The incidents of each thread that the server sees, told by their References."""
    with mail_program(maildir) as session:
        [answer] = session.thread("REFERENCES", "UTF-8", "ALL")[1]
        # Each letter is a number; a thread is what one outermost pair of brackets holds.
        found, depth, now = [], 0, ""
        for one in answer.decode():
            depth += (one == "(") - (one == ")")
            now += one
            if depth == 0:
                found.append(re.findall(r"\d+", now))
                now = ""
        return [{_incident(session, number) for number in numbers} for numbers in found if numbers]


def _incident(session, number):
    [(_, raw), *_] = session.fetch(number, "(BODY.PEEK[HEADER.FIELDS (REFERENCES)])")[1]
    return email.message_from_bytes(raw)["References"]


@contextmanager
def box_with(contents) -> Iterator[Path]:
    """A Maildir in which these letters lie; Dovecot's user may write to it."""
    with tempfile.TemporaryDirectory(prefix="statusgen-box-") as folder:
        maildir = Path(folder) / "box"
        for name in ("new", "cur", "tmp"):
            (maildir / name).mkdir(parents=True)
        for number, content in enumerate(contents):
            (maildir / "new" / f"{number}.eml").write_bytes(content)
        for path in (Path(folder), maildir, *maildir.rglob("*")):
            shutil.chown(path, "nobody", "nogroup")
        yield maildir


def as_seen_by_a_mail_server(contents) -> list[str]:
    """What it tells mail programs of the headers and parts of each letter."""
    with box_with(contents) as maildir, mail_program(maildir) as session:
        pieces = session.fetch("1:*", "(ENVELOPE BODYSTRUCTURE)")[1]
    text = b" ".join(b" ".join(one) if isinstance(one, tuple) else one for one in pieces)
    return re.split(r" ?\b\d+ \(ENVELOPE ", text.decode())[1:]


def as_rewritten_by_a_relay(content: bytes, number: int) -> bytes:
    """SES gives every message an id and a date of its own."""
    fresh = b"<0102018f%06x-000000@eu-west-1.amazonses.com>" % number
    content = re.sub(rb"(?m)^Message-ID: <.*>", b"Message-ID: " + fresh, content)
    return re.sub(rb"(?m)^Date: .*\d", b"Date: Sat, 21 Nov 2026 02:09:%02d +0000" % number, content)


@pytest.mark.component("postfix")
@pytest.mark.parametrize("style", SubjectStyle)
def test_the_letters_of_an_incident_are_one_thread_and_whole(mail_host, style):
    reader = {SubjectStyle.PHASE: "cy", SubjectStyle.INCIDENT: "dee"}[style]
    sent = letters(f"{reader}@example.com", subject=style)
    before = len(mail_host.letters_of(reader))

    deliver(mail_host, sent.values())
    arrived = mail_host.wait_for(reader, before + len(sent))

    ours = {one["Message-ID"]: one for one in arrived}
    for letter in sent.values():
        got, wanted = (
            email.message_from_bytes(raw, policy=policy.default)
            for raw in (ours[letter.message_id].as_bytes(), letter.content)
        )
        added = [name for name in got if name not in wanted]
        assert set(added) <= {"Return-Path", "X-Original-To", "Delivered-To", "Received"}
        assert [got[name].strip() for name in wanted] == [wanted[name] for name in wanted]
        assert words(got) == words(wanted)
        assert breaches(letter) == []
    found = threads(mail_host.folder / "mail" / reader)
    assert all(len(one) == 1 for one in found)
    assert len(found) == len(set.union(*found))


@pytest.mark.component("postfix")
def test_threads_survive_a_relay_that_renames_every_letter():
    sent = letters().values()
    contents = [as_rewritten_by_a_relay(one.content, at) for at, one in enumerate(sent)]

    with box_with(contents) as maildir:
        found = threads(maildir)

    assert not any(one.message_id.encode() in b"".join(contents) for one in sent)
    assert len(found) == 2  # the incident, and the maintenance
    assert all(len(one) == 1 for one in found)


@pytest.mark.component("postfix")
@pytest.mark.parametrize("name", ["Acme Status", *ODD_NAMES], ids=range(1 + len(ODD_NAMES)))
def test_a_mail_server_reads_the_headers_as_they_are_meant(name):
    sent = letters(from_name=name, reply_to="help@example.com", language="de", with_canceled=True)

    found = as_seen_by_a_mail_server(one.content for one in sent.values())

    assert len(found) == len(sent)
    for (kind, letter), seen in zip(sent.items(), found, strict=True):
        incident = email.message_from_bytes(letter.content)["References"]
        thread = "NIL" if kind in {"investigating", "scheduled"} else f'"{incident}"'
        assert seen.count(' "status" "example.com"))') == 2  # From, and Sender by default
        assert '"x.test"' not in seen
        assert (
            '((NIL NIL "help" "example.com")) ((NIL NIL "ann" "example.com")) '
            f'NIL NIL {thread} "{letter.message_id}")'
        ) in seen
        assert re.findall(r'"text" "(\w+)" \("charset" "utf-8"\)', seen) == ["plain", "html"]
        assert seen.count('("de")') == 3


@pytest.mark.component("spamassassin")
@pytest.mark.parametrize("language", ["en", "de"])
def test_no_letter_looks_like_spam(language, tmp_path):
    box = tmp_path / "box"
    sent = letters(language=language, with_canceled=True)
    box.write_bytes(
        b"".join(
            b"From status@example.com Sat Nov 21 02:07:00 2026\n"
            + re.sub(rb"(?m)^From ", b">From ", one.content.replace(b"\r\n", b"\n"))
            + b"\n"
            for one in sent.values()
        )
    )

    command = [program("spamassassin"), "-L", "-t", "--mbox", str(box)]
    out = subprocess.run(command, capture_output=True, timeout=120, check=True).stdout.decode()

    scores = [
        float(one)
        for one in re.findall(r"^Content analysis.*\((-?[\d.]+) points", out, re.MULTILINE)
    ]
    reasons = re.findall(r"^ ?-?\d\.\d [A-Z_0-9]+.*", out, re.MULTILINE)
    assert len(scores) == len(sent)
    assert max(scores) < LIMIT, reasons
    assert [one for one in reasons if MALFORMED.search(one)] == []
