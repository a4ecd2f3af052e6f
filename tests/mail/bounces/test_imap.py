import imaplib
import socket
import threading
from contextlib import closing, contextmanager

import pytest

from statusgen.config.mail_source import ImapSource
from statusgen.errors import MailError
from statusgen.mail.bounces import imap as mailbox_imap
from statusgen.mail.bounces.imap import ImapMailbox
from statusgen.mail.bounces.mailbox import MOST_BYTES
from tests.components.dripping import dripping
from tests.components.imap_host import ARRIVED, PASSWORD, ImapHost, imap_host

TEXT = b"From: bob@example.org\nSubject: hello\n\nhello\n"
needs_dovecot = pytest.mark.component("postfix")


@pytest.fixture(scope="module")
def host():
    with imap_host() as host:
        yield host


@pytest.fixture
def inbox(host):
    """A folder of the test's own would have to be made by IMAP; so what was there is marked."""
    box = plain(host)
    for mail in box.unsettled():
        box.settle(mail, is_understood=True)
    box.close()
    return host


def plain(host: ImapHost, **changes) -> ImapMailbox:
    facts = {"user": "ann", "folder": "INBOX", "password": PASSWORD, **changes}
    password = facts.pop("password")
    return ImapMailbox(
        ImapSource("127.0.0.1", host.port, is_tls=False, **facts), password, timeout_s=10
    )


def encrypted(host: ImapHost, context=None) -> ImapMailbox:
    source = ImapSource("localhost", host.tls_port, "ann")
    return ImapMailbox(source, PASSWORD, context, timeout_s=10)


@needs_dovecot
def test_unseen_messages_are_read_once_and_kept_with_a_flag_if_they_are_not_understood(inbox):
    seen = inbox.flags("ann")
    inbox.deliver("ann", TEXT, TEXT + b"again\n")

    with closing(plain(inbox)) as box:
        mails = list(box.unsettled())
        box.settle(mails[0], is_understood=True)
        box.settle(mails[1], is_understood=False)

        assert [mail.head.replace(b"\r\n", b"\n") for mail in mails] == [TEXT, TEXT + b"again\n"]
    with closing(plain(inbox)) as box:
        assert list(box.unsettled()) == []
    assert inbox.flags("ann") == sorted([*seen, "S", "FS"])


@needs_dovecot
@pytest.mark.parametrize(
    ("name", "on_the_wire"),  # RFC 3501 section 5.1.3
    [
        ("R&D", "R&-D"),
        ("Rückläufer & Co", "R&APw-ckl&AOQ-ufer &- Co"),
        ("&", "&-"),
        ("mail.台北.日本語", "mail.&U,BTFw-.&ZeVnLIqe-"),
        ("Post 📬", "Post &2D3c7A-"),
    ],
)
def test_a_folder_has_any_name(inbox, name, on_the_wire):
    with imaplib.IMAP4("127.0.0.1", inbox.port) as client:
        client.authenticate("PLAIN", lambda _: f"\0ann\0{PASSWORD}".encode())
        assert client.create(f'"{on_the_wire}"')[0] == "OK"
        client.append(f'"{on_the_wire}"', "", None, TEXT.replace(b"\n", b"\r\n"))

    with closing(plain(inbox, folder=name)) as box:
        assert len(list(box.unsettled())) == 1


@needs_dovecot
def test_what_was_only_read_comes_again(inbox):
    inbox.deliver("ann", TEXT)

    for _ in range(2):
        with closing(plain(inbox)) as box:
            assert len(list(box.unsettled())) == 1


@needs_dovecot
def test_a_message_has_the_time_of_its_arrival(inbox):
    inbox.deliver("ann", TEXT)

    with closing(plain(inbox)) as box:
        (mail,) = box.unsettled()

    assert mail.arrived == ARRIVED


@needs_dovecot
def test_no_more_than_the_head_of_a_large_message_is_asked_for(inbox):
    inbox.deliver("ann", TEXT + b"x" * 70 + b"\n" * 500_000)

    with closing(plain(inbox)) as box:
        (mail,) = box.unsettled()

    assert len(mail.head) == MOST_BYTES


@needs_dovecot
def test_tls_is_used_and_the_certificate_checked(inbox):
    inbox.deliver("ann", TEXT)

    with closing(encrypted(inbox, inbox.certificate.client_context())) as box:
        assert len(list(box.unsettled())) == 1
    with (
        closing(encrypted(inbox)) as box,
        pytest.raises(MailError, match="certificate of the IMAP server is not trusted"),
    ):
        list(box.unsettled())


@needs_dovecot
@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"password": "wrong"}, "refused the login"),
        ({"password": "wröng"}, "refused the login"),
        ({"user": 'an"n'}, "refused the login"),
        ({"folder": "Nowhere"}, "no such folder"),
        ({"folder": 'a" b\\'}, "no such folder"),
    ],
)
def test_a_refusal_is_one_sentence(inbox, changes, complaint):
    with closing(plain(inbox, **changes)) as box, pytest.raises(MailError, match=complaint):
        list(box.unsettled())


@contextmanager
def scripted(*answers: bytes):
    """A server that answers each line of the client's with the next of these, then hangs up.

    TAG is what the line began with.
    """
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = server.accept()
        tag = b""
        with connection, connection.makefile("rb") as lines:
            for answer in answers:
                connection.sendall(answer.replace(b"TAG", tag))
                line = lines.readline()
                if not line:
                    return
                tag = line.split(b" ")[0]

    thread = threading.Thread(target=serve)
    thread.start()
    yield server.getsockname()[1]
    thread.join()
    server.close()


def imap(port: int, timeout_s: float = 5) -> ImapMailbox:
    return ImapMailbox(
        ImapSource("127.0.0.1", port, "ann", is_tls=False), "secret", None, timeout_s
    )


def test_a_server_that_is_not_there_is_one_sentence():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]

    with closing(imap(port)) as box, pytest.raises(MailError, match="can't be reached"):
        list(box.unsettled())


@pytest.mark.parametrize("greeting", [b"* BYE busy\r\n", b"220 mx.example.com ESMTP\r\n"])
def test_a_server_that_speaks_otherwise_is_one_sentence(greeting):
    with scripted(greeting) as port, closing(imap(port)) as box, pytest.raises(MailError):
        list(box.unsettled())


def test_a_silent_server_is_left_in_time():
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        closing(imap(server.getsockname()[1], timeout_s=0.2)) as box,
        pytest.raises(MailError, match=r"did not answer in time"),
    ):
        list(box.unsettled())


@pytest.mark.parametrize(
    "answer",
    [b"* 1 FETCH (BODY[] {2147483648}\r\n", b"* 1 EXISTS\r\n" * 200_000, b"* " + b"1" * 3_000_000],
    ids=["a-literal-of-two-gigabytes", "lines-without-end", "a-line-without-end"],
)
def test_a_server_that_sends_without_end_is_left(answer):
    with (
        scripted(b"* OK [CAPABILITY IMAP4rev1] hello\r\n", answer) as port,
        closing(imap(port)) as box,
        pytest.raises(MailError, match=r"more than was asked for|broke off|can't be reached"),
    ):
        list(box.unsettled())


def test_a_password_is_never_in_an_error():
    answer = b"AAAA0 NO secret ann is wrong\r\n"
    with (
        scripted(b"* OK hello\r\n", answer, answer) as port,
        closing(imap(port)) as box,
        pytest.raises(MailError) as caught,
    ):
        list(box.unsettled())

    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("is_tls", [False, True], ids=["a greeting", "a handshake"])
@pytest.mark.parametrize("at_once", [b"* OK ", b"* OK ready\r\n"], ids=["cut short", "whole"])
def test_a_server_that_sends_byte_by_byte_is_given_up(is_tls, at_once):
    with dripping(at_once=at_once) as port:
        source = ImapSource("127.0.0.1", port, "ann", is_tls=is_tls)

        with (
            closing(ImapMailbox(source, PASSWORD, timeout_s=0.2)) as box,
            pytest.raises(MailError, match=r"did not answer in time|can't be reached|broke off"),
        ):
            list(box.unsettled())


def test_a_servers_farewell_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(mailbox_imap, "_LEAVE_S", 0.2)
    capable = b"* CAPABILITY IMAP4rev1\r\nTAG OK done\r\n"
    done = [b"TAG OK done\r\n"] * 2  # to LOGIN and SELECT
    with scripted(b"* OK hello\r\n", capable, *done, b"* SEARCH\r\nTAG OK done\r\n", b"") as port:
        box = imap(port, timeout_s=3600)
        assert list(box.unsettled()) == []

        box.close()
