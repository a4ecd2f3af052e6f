import asyncio

import pytest

from statusgen.config.relay import Relay
from statusgen.errors import MailError
from statusgen.mail.delivery.replies import Meaning
from statusgen.mail.letter_states import DeliveryState, Outcome
from statusgen.mail.letters.letter import Letter
from statusgen.mail.transports.smtp import SmtpTransport
from statusgen.mail.transports.smtp_transfer import SmtpTimeouts
from statusgen.mail.transports.transport import Unreachable
from statusgen.values.value import replace
from tests.components import scripted_relay as scripted
from tests.components.smtp_relay import Script, make_certificate, smtp_relay

LETTER = Letter(
    "login/01",
    "sub_1",
    "<1@example.com>",
    "status@example.com",
    "ann@example.com",
    b"Subject: Login is slow\r\n\r\n.a dot first\r\nlast line\r\n",
)


NO_TLS = [scripted.Fault[name] for name in ("GARBAGE", "ENDLESS", "SURPLUS", "LATE")]
"""What a relay may say in the handshake."""


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return make_certificate(tmp_path_factory.mktemp("certificate"))


def elsewhere(script, **changes) -> Relay:
    """Return a relay that is treated as one across the network."""
    return replace(Relay("localhost", script.port), **changes)


def here(script, **changes) -> Relay:
    return replace(Relay("127.0.0.1", script.port, is_loopback=True), **changes)


def send(transport, *letters) -> list[Outcome]:
    async def send_all():
        connection = await transport.connect()
        try:
            return [
                await connection.offer(letter) or await connection.finish() for letter in letters
            ]
        finally:
            await connection.close()

    return asyncio.run(send_all())


def test_the_content_arrives_byte_for_byte_several_on_one_connection():
    with smtp_relay(Script()) as script:
        outcomes = send(SmtpTransport(here(script)), LETTER, LETTER)

    assert [outcome.state for outcome in outcomes] == [DeliveryState.ACCEPTED] * 2
    assert script.seen == [("ann@example.com", LETTER.content)] * 2
    assert script.connections == 1


@pytest.mark.parametrize("is_implicit_tls", [False, True], ids=["starttls", "implicit"])
def test_tls_and_a_login_with_a_checked_certificate(certificate, is_implicit_tls):
    relay = smtp_relay(
        Script(), certificate, is_implicit_tls=is_implicit_tls, users={"me": "secret"}
    )

    with relay as script:
        there = elsewhere(script, user="me", is_implicit_tls=is_implicit_tls)
        context = certificate.client_context()
        send(SmtpTransport(there, "secret", tls_context=context), LETTER)

    assert len(script.seen) == 1


def test_a_relay_elsewhere_without_starttls_gets_nothing():
    with smtp_relay(Script()) as script, pytest.raises(MailError, match="offers no STARTTLS"):
        send(SmtpTransport(elsewhere(script)), LETTER)

    assert script.seen == []


def test_an_unknown_certificate_is_refused_elsewhere_and_taken_on_loopback(certificate):
    with smtp_relay(Script(), certificate) as script:
        with pytest.raises(MailError, match=r"TLS with the relay .* failed \(self"):
            send(SmtpTransport(elsewhere(script)), LETTER)
        send(SmtpTransport(here(script)), LETTER)

    assert len(script.seen) == 1


def test_a_wrong_password_is_one_sentence_that_does_not_hold_it():
    refused = pytest.raises(MailError, match="refused the user or the password")

    with smtp_relay(Script(), users={"me": "secret"}) as script, refused as caught:
        send(SmtpTransport(here(script, user="me"), "a guess"), LETTER)

    assert not isinstance(caught.value, Unreachable)
    assert "a guess" not in str(caught.value)


def test_a_missing_login_is_our_fault_and_not_the_letters():
    refused = pytest.raises(MailError, match="wants a login")

    with smtp_relay(Script(), users={"me": "secret"}) as script, refused:
        send(SmtpTransport(here(script)), LETTER)


def test_a_relay_that_is_away_may_come_back():
    with smtp_relay(Script()) as script:
        pass

    with pytest.raises(Unreachable, match="can't be reached"):
        send(SmtpTransport(here(script)), LETTER)


def test_a_relay_that_is_silent_about_why_it_can_not_be_used_may_come_back():
    async def connect():
        script = scripted.Script(lambda _moment: scripted.Fault.STALL)
        async with scripted.scripted_relay(script):
            await SmtpTransport(script.relay, timeouts=SmtpTimeouts(connect_s=0.1)).connect()

    with pytest.raises(Unreachable, match="can't be reached"):
        asyncio.run(connect())


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ("421 4.3.2 come back later", "not ready .421 4.3.2."),
        ("554 5.7.1 go away", "not ready .554 5.7.1."),
        ("hello there", "not ready .garbled answer."),
    ],
)
def test_a_relay_that_greets_with_a_refusal_may_come_back(answer, sentence):
    async def connect():
        script = scripted.Script(lambda _moment: answer)
        async with scripted.scripted_relay(script):
            await SmtpTransport(script.relay).connect()

    with pytest.raises(Unreachable, match=sentence):
        asyncio.run(connect())


@pytest.mark.component("openssl")
@pytest.mark.parametrize("noise", NO_TLS)
def test_what_is_no_tls_is_a_sentence_about_the_setting(certificate, noise):
    async def connect():
        script = scripted.Script(
            lambda moment: noise if moment.stage == "handshake" else None,
            tls=certificate.server_context(),
            late_s=0.01,
        )
        async with scripted.scripted_relay(script):
            await SmtpTransport(script.relay).connect()

    with pytest.raises(MailError, match=r"TLS with the relay .* failed") as caught:
        asyncio.run(connect())

    assert not isinstance(caught.value, Unreachable)


@pytest.mark.component("openssl")
@pytest.mark.parametrize("noise", NO_TLS)
def test_what_is_no_tls_may_pass_once_it_was_spoken(certificate, noise):
    async def connect_three_times():
        script = scripted.Script(
            lambda moment: noise if (moment.stage, moment.number) == ("handshake", 2) else None,
            tls=certificate.server_context(),
            late_s=0.01,
        )
        async with scripted.scripted_relay(script):
            transport = SmtpTransport(script.relay)
            await (await transport.connect()).close()
            with pytest.raises(Unreachable, match="can't be reached"):
                await transport.connect()
            await (await transport.connect()).close()

    asyncio.run(connect_three_times())


@pytest.mark.component("openssl")
def test_a_certificate_that_no_longer_holds_is_a_setting_all_the_same(certificate, tmp_path):
    async def connect_twice():
        script = scripted.Script(tls=certificate.server_context())
        async with scripted.scripted_relay(script):
            relay = replace(script.relay, host="localhost", is_loopback=False)
            transport = SmtpTransport(relay, tls_context=certificate.client_context())
            await (await transport.connect()).close()
            script.tls = make_certificate(tmp_path).server_context()
            with pytest.raises(MailError, match="TLS with the relay") as caught:
                await transport.connect()
            assert not isinstance(caught.value, Unreachable)

    asyncio.run(connect_twice())


def try_out(transport):
    return asyncio.run(transport.try_out())


@pytest.mark.component("openssl")
@pytest.mark.parametrize("is_implicit_tls", [False, True])
def test_a_trial_goes_as_far_as_the_login_and_tells_what_is_offered(certificate, is_implicit_tls):
    users = {"ann": "secret"}
    with smtp_relay(Script(), certificate, users=users, is_implicit_tls=is_implicit_tls) as script:
        relay = elsewhere(script, user="ann", is_implicit_tls=is_implicit_tls)
        facts = try_out(SmtpTransport(relay, "secret", tls_context=certificate.client_context()))

    assert (facts.is_encrypted, facts.is_logged_in) == (True, True)
    assert {"size", "smtputf8"} <= facts.extensions.keys()
    assert facts.extensions["size"].isdecimal()
    assert script.seen == []


def test_a_trial_of_a_relay_on_this_machine_needs_neither_tls_nor_a_login():
    with smtp_relay(Script(), has_smtputf8=False) as script:
        facts = try_out(SmtpTransport(here(script)))

    assert (facts.is_encrypted, facts.is_logged_in) == (False, False)
    assert "smtputf8" not in facts.extensions


def test_a_trial_elsewhere_is_refused_without_tls():
    with smtp_relay(Script()) as script, pytest.raises(MailError, match="offers no STARTTLS"):
        try_out(SmtpTransport(elsewhere(script)))


@pytest.mark.parametrize(
    ("helo", "greeting"), [("", "[127.0.0.1]"), ("mail.example.com", "mail.example.com")]
)
def test_a_relay_is_greeted_by_a_name_or_by_our_address(helo, greeting):
    async def send_one():
        async with scripted.scripted_relay(scripted.Script()) as script:
            connection = await SmtpTransport(script.relay, helo=helo).connect()
            await connection.close()
            return script.commands

    assert f"EHLO {greeting}" in asyncio.run(send_one())


def test_the_greeting_is_the_same_after_starttls(certificate):
    async def send_one():
        tls = certificate.server_context()
        async with scripted.scripted_relay(scripted.Script(tls=tls)) as script:
            connection = await SmtpTransport(script.relay, helo="mail.example.com").connect()
            await connection.close()
            return script.commands

    commands = asyncio.run(send_one())
    assert [one for one in commands if one.startswith("EHLO")] == ["EHLO mail.example.com"] * 2


AT_GREETING = "the relay 127.0.0.1:{} refused our greeting, EHLO ({}); set mail.helo to the name"


@pytest.mark.parametrize(
    ("stage", "reply", "codes"),
    [
        ("ehlo", "550 5.7.1 who are you?", "550 5.7.1"),
        ("rcpt", "504 5.5.2 <vm>: Helo command rejected: need fully-qualified name", "504 5.5.2"),
        ("rcpt", "550 5.7.1 <vm>: Helo command rejected: Host not found", "550 5.7.1"),
        ("mail", "550 Invalid HELO name (see RFC 5321)", "550"),
    ],
)
def test_a_refused_greeting_is_told_as_what_it_is(stage, reply, codes):
    def answer(moment):
        return reply if moment.stage == stage else None

    async def send_one():
        async with scripted.scripted_relay(scripted.Script(answer)) as script:
            connection = None
            try:
                connection = await SmtpTransport(script.relay).connect()
                await connection.offer(scripted.make_numbered(1))
            except MailError as error:
                return script.port, error
            finally:
                if connection is not None:
                    await connection.close()
            return script.port, None

    port, error = asyncio.run(send_one())
    assert str(error).startswith(AT_GREETING.format(port, codes))
    assert not isinstance(error, Unreachable)


def test_a_user_without_a_password_logs_in_nowhere():
    with smtp_relay(Script(), users={"me": ""}) as script, pytest.raises(MailError) as failed:
        send(SmtpTransport(here(script, user="me")), LETTER)

    assert str(failed.value) == (
        f"mail.transport names a user of 127.0.0.1:{script.port}, and STATUSGEN_SMTP_PASSWORD is "
        "not set; set it, or leave the user out"
    )
    assert script.connections == 0


@pytest.mark.parametrize(
    ("at_rcpt", "answer"),
    [
        ({}, Outcome(DeliveryState.ACCEPTED)),
        (
            {"status": "550 5.1.1 who?"},
            Outcome(DeliveryState.FAILED, "550 5.1.1", Meaning.NO_SUCH_MAILBOX),
        ),
        ({"status": "450 4.2.0 greylisted"}, Outcome(DeliveryState.DEFERRED, "450 4.2.0")),
    ],
)
def test_trying_out_goes_as_far_as_a_recipient_and_sends_nothing(at_rcpt, answer):
    with smtp_relay(Script(at_rcpt=at_rcpt)) as script:
        transport = SmtpTransport(here(script), sender="status@example.com")
        facts = asyncio.run(transport.try_out())

    assert facts.answer == answer
    assert (script.letters, script.seen) == (0, [])
