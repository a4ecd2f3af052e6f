import asyncio

import pytest

from statusgen.adapters.smtp import SmtpTransport
from statusgen.errors import MailError
from statusgen.model.delivery import DeliveryState, Outcome
from statusgen.model.letter import Letter
from statusgen.model.relay import Relay
from statusgen.model.value import replace
from statusgen.ports.transport import Unreachable
from tests.components.smtp_relay import DROP, GARBAGE, Script, make_certificate, smtp_relay

LETTER = Letter(
    "login/01",
    "sub_1",
    "<1@example.com>",
    "status@example.com",
    "ann@example.com",
    b"Subject: Login is slow\r\n\r\n.a dot first\r\nlast line\r\n",
)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return make_certificate(tmp_path_factory.mktemp("certificate"))


def lost(state, reply) -> Outcome:
    return Outcome(state, reply, is_connection_usable=False)


def elsewhere(script, **changes) -> Relay:
    """Return a relay that is treated as one across the network."""
    return replace(Relay("localhost", script.port), **changes)


def here(script, **changes) -> Relay:
    return replace(Relay("127.0.0.1", script.port, is_loopback=True), **changes)


def send(transport, *letters) -> list[Outcome]:
    async def send_all():
        connection = await transport.connect()
        try:
            return [await connection.send(letter) for letter in letters]
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


@pytest.mark.parametrize(
    ("stage", "reply", "outcome"),
    [
        ("rcpt", "450 4.2.0 later", Outcome(DeliveryState.DEFERRED, "450 4.2.0")),
        ("rcpt", "550 no <ann@example.com>", Outcome(DeliveryState.FAILED, "550")),
        ("rcpt", "421 4.3.2 bye", lost(DeliveryState.QUEUED, "421 4.3.2")),
        ("rcpt", DROP, lost(DeliveryState.QUEUED, "")),
        ("dot", "452 4.2.2 full", Outcome(DeliveryState.DEFERRED, "452 4.2.2")),
        ("dot", "554 5.7.1 spam", Outcome(DeliveryState.FAILED, "554 5.7.1")),
        ("dot", "421 4.3.2 bye", lost(DeliveryState.QUEUED, "421 4.3.2")),
        ("dot", DROP, lost(DeliveryState.IN_DOUBT, "no answer")),
        ("dot", GARBAGE, lost(DeliveryState.IN_DOUBT, "garbled answer")),
    ],
)
def test_each_answer_means_one_thing(stage, reply, outcome):
    script = Script(**{f"at_{stage}": {"ann": reply}})

    with smtp_relay(script):
        assert send(SmtpTransport(here(script)), LETTER) == [outcome]


def test_a_refused_letter_leaves_the_connection_good_for_the_next():
    script = Script(at_rcpt={"ann": "550 5.1.1 no such user"})

    with smtp_relay(script):
        outcomes = send(
            SmtpTransport(here(script)), LETTER, replace(LETTER, recipient="bob@example.com")
        )

    assert [outcome.state for outcome in outcomes] == [
        DeliveryState.FAILED,
        DeliveryState.ACCEPTED,
    ]


def test_an_answer_that_never_comes_leaves_the_letter_in_doubt():
    async def late(*_args):
        await asyncio.sleep(1)
        return "250 OK"

    script = Script()
    script.handle_DATA = late

    with smtp_relay(script):
        outcomes = send(SmtpTransport(here(script), final_dot_timeout_s=0.2), LETTER)

    assert outcomes[0].state is DeliveryState.IN_DOUBT


@pytest.mark.parametrize(
    ("has_smtputf8", "outcome"),
    [
        (True, Outcome(DeliveryState.ACCEPTED)),
        (False, Outcome(DeliveryState.FAILED, "no SMTPUTF8")),
    ],
)
def test_an_address_in_another_script_needs_a_relay_that_takes_it(has_smtputf8, outcome):
    letter = replace(LETTER, recipient="jürgen@example.com")

    with smtp_relay(Script(), has_smtputf8=has_smtputf8) as script:
        assert send(SmtpTransport(here(script)), letter) == [outcome]


class RefusingData(asyncio.Protocol):
    """A relay that refuses the first DATA itself, and minds its envelopes as RFC 5321 does."""

    def __init__(self, refusals, is_gone):
        self.refusals = refusals
        self.is_gone = is_gone
        self.is_open = self.is_reading = False

    def connection_made(self, transport):
        self.transport = transport
        self.say("220 relay")

    def connection_lost(self, _error):
        self.is_gone.set()

    def say(self, line):
        self.transport.write(f"{line}\r\n".encode())

    def data_received(self, data):
        if self.is_reading:
            if data.endswith(b"\r\n.\r\n"):
                self.is_reading = self.is_open = False
                self.say("250 OK")
            return
        verb = data[:4].upper()
        if verb == b"MAIL" and self.is_open:
            self.say("503 5.5.1 nested MAIL")
        elif verb == b"DATA" and self.refusals:
            self.say(self.refusals.pop())
        elif verb == b"DATA":
            self.is_reading = True
            self.say("354 go")
        else:
            self.is_open = verb in {b"MAIL", b"RCPT"}
            self.say("250 OK")


def test_a_relay_that_refuses_data_itself_takes_the_next_letter():
    async def send_two():
        loop = asyncio.get_running_loop()
        refusals, is_gone = ["451 4.3.0 not now"], asyncio.Event()
        server = await loop.create_server(lambda: RefusingData(refusals, is_gone), "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        connection = await SmtpTransport(Relay("127.0.0.1", port, is_loopback=True)).connect()
        outcomes = [await connection.send(LETTER), await connection.send(LETTER)]
        await connection.close()
        await is_gone.wait()
        server.close()
        return [outcome.state for outcome in outcomes]

    assert asyncio.run(send_two()) == [DeliveryState.DEFERRED, DeliveryState.ACCEPTED]


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
