import asyncio

import pytest

from statusgen.config.relay import Relay
from statusgen.errors import MailError
from statusgen.mail.letter_states import DeliveryState, Outcome
from statusgen.mail.letters.letter import Letter
from statusgen.mail.transports.smtp import SmtpTransport
from tests.components.mailhost import PASSWORD, USER, mailhost, missing_for_mailhost


@pytest.fixture(scope="module")
def host():
    if reason := missing_for_mailhost():
        pytest.skip(reason)
    with mailhost(("ann", "bob", "cy")) as host:
        yield host


def make_letter(local_part, body="We are on it.\r\n.a line that begins with a dot\r\n"):
    message_id = f"<login.01.{local_part}@example.com>"
    content = (
        f"From: status@example.com\r\nTo: {local_part}@example.com\r\nSubject: Login is slow\r\n"
        f"Message-ID: {message_id}\r\n\r\n{body}"
    )
    return Letter(
        "login/01",
        "sub_1",
        message_id,
        "status@example.com",
        f"{local_part}@example.com",
        content.encode(),
    )


def transport_to(host, password=PASSWORD):
    relay = Relay("localhost", host.port, USER)
    return SmtpTransport(relay, password, tls_context=host.certificate.client_context())


def send(host, *letters):
    """Send over one connection, each letter announced with the dot of the one before."""

    async def send_all():
        connection = await transport_to(host).connect()
        outcomes = []
        for letter, then in zip(letters, [*letters[1:], None], strict=True):
            outcome = await connection.offer(letter)
            outcomes.append(outcome or await connection.finish(then))
        await connection.close()
        return outcomes

    return asyncio.run(send_all())


def test_a_relay_that_wants_a_full_name_takes_ours_and_says_when_it_does_not(host):
    relay = Relay("localhost", host.port, USER)
    context = host.certificate.client_context()

    def try_out(**named):
        transport = SmtpTransport(relay, PASSWORD, tls_context=context, **named)
        return asyncio.run(transport.try_out())

    by_address = try_out(sender="ann@example.com")
    by_name = try_out(sender="ann@example.com", helo="mail.example.com")
    nobody = try_out(sender="perm@example.com")

    assert by_address.answer == by_name.answer == Outcome(DeliveryState.ACCEPTED)
    assert (nobody.answer.state, nobody.answer.reply) == (DeliveryState.FAILED, "550 5.1.1")
    with pytest.raises(MailError, match=r"refused our greeting, EHLO \(504 5\.5\.2\); set mail"):
        try_out(sender="ann@example.com", helo="localhost")


def test_letters_reach_their_mailboxes_over_tls_with_a_login_and_pipelining(host):
    facts = asyncio.run(transport_to(host).try_out())
    before = len(host.letters_of("ann"))

    outcomes = send(host, *map(make_letter, ("ann", "temp", "bob", "perm", "cy", "ann")))

    assert (facts.is_encrypted, facts.is_logged_in) == (True, True)
    assert "pipelining" in facts.extensions
    assert [(outcome.state, outcome.reply) for outcome in outcomes] == [
        (DeliveryState.ACCEPTED, ""),
        (DeliveryState.DEFERRED, "451 4.3.0"),
        (DeliveryState.ACCEPTED, ""),
        (DeliveryState.FAILED, "550 5.1.1"),
        (DeliveryState.ACCEPTED, ""),
        (DeliveryState.ACCEPTED, ""),
    ]
    letter = host.wait_for("ann", before + 2)[-1]
    assert letter["Message-ID"] == "<login.01.ann@example.com>"
    assert letter["Return-Path"] == "<status@example.com>"
    assert letter.get_payload() == "We are on it.\n.a line that begins with a dot\n"
    assert len(host.wait_for("bob")) == len(host.wait_for("cy")) == 1


def test_a_letter_that_was_offered_and_taken_back_does_not_arrive(host):
    async def take_back():
        connection = await transport_to(host).connect()
        assert await connection.offer(make_letter("bob", "Never mind.\r\n")) is None
        await connection.close()

    asyncio.run(take_back())
    before = len(host.letters_of("ann"))
    send(host, make_letter("ann"))

    host.wait_for("ann", before + 1)
    assert all("Never mind" not in letter.get_payload() for letter in host.letters_of("bob"))


def test_a_wrong_password_is_said_before_any_letter(host):
    with pytest.raises(MailError, match="refused the user or the password"):
        asyncio.run(transport_to(host, "wrong").connect())
