import email
import os
from datetime import timedelta
from email import policy
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import settings as limits
from hypothesis import strategies as st

from statusgen.content.markdown.markdown_html import BodyRenderer
from statusgen.mail.letters import compose
from statusgen.mail.letters.compose import LetterForms
from statusgen.values.value import replace
from statusgen.words.templates import Templates
from tests.mail.letters.stories import (
    INCIDENT_ID,
    NOW,
    SECRET,
    checkout_errors,
    every_kind,
    make_first,
    make_forms,
    make_incident,
    make_settings,
    make_subscriber,
    make_update,
    states,
)

GOLDEN = Path(__file__).parents[2] / "golden" / "mail"
REGENERATE = "REGENERATE_GOLDEN_MAILS"

HEADERS = [
    "From",
    "Subject",
    "References",
    "List-Id",
    "List-Archive",
    "List-Help",
    "Feedback-ID",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "Content-Language",
    "MIME-Version",
    "Content-Type",
    "Date",
    "To",
    "Message-ID",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
]
THREAD = f"<{INCIDENT_ID}@status.example.com>"
NASTY = st.one_of(
    st.text(min_size=1, max_size=200),
    st.lists(
        st.sampled_from(
            [
                "=?utf-8?q?=0ABcc:_evil@x.test?=",
                "\r\n",
                "\nBcc: evil@x.test",
                "\x00",
                "\u2028",
                "<b>",
                "--=_x",
                "]]>",
                "{{ 7*7 }}",
                "🔥",
                "שלום",
                "x" * 100,
                "\n.\n",
                "From ",
                "\u202e",
                " ",
            ]
        ),
        min_size=1,
        max_size=12,
    ).map("".join),
)


def letter_of(incident=None, index=-1, subscriber=None, now=NOW, **mail):
    incident = incident or make_incident()
    form = make_forms(make_settings(**mail)).form(incident, incident.steps[index], now=now)
    return form.address_to(subscriber or make_subscriber())


def parse(letter):
    return email.message_from_bytes(letter.content, policy=policy.default)


def part(message, kind):
    return message.get_body((kind,)).get_content()


@pytest.mark.parametrize("name", every_kind())
def test_golden_mails(name):
    incident, index = every_kind()[name]

    letter = letter_of(incident, index)

    file = GOLDEN / f"{name}.eml"
    if os.environ.get(REGENERATE):
        file.write_bytes(letter.content)
    assert letter.content == file.read_bytes(), f"set {REGENERATE}=1 if that is what you want"


def test_no_golden_mail_is_left_over():
    assert {file.stem for file in GOLDEN.glob("*")} == set(every_kind())


def test_headers_of_a_first_letter():
    message = parse(letter_of())

    assert message.keys() == HEADERS
    assert message["From"] == "Acme Status <status@example.com>"
    assert message["To"] == "ann@example.com"
    assert message["References"] == THREAD
    assert message["Date"].datetime == NOW
    assert message["List-Id"] == "Acme Status <status.example.com>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "OOF, AutoReply, RN, NRN"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Content-Language"] == "en"


def test_letters_reply_to_their_incident_from_the_second_on():
    incident = checkout_errors()
    messages = [parse(letter_of(incident, index)) for index in range(3)]

    assert [message["References"] for message in messages] == [THREAD] * 3
    assert [message["In-Reply-To"] for message in messages] == [None, THREAD, THREAD]


def test_a_letter_after_a_silent_update_is_the_first():
    incident = make_incident(make_first(notify=False), make_update(5, None))

    assert parse(letter_of(incident))["In-Reply-To"] is None


@pytest.mark.parametrize(
    ("mail", "links", "is_one_click"),
    [
        ({}, ["https://subscribe.example.com/u/", "mailto:unsubscribe@example.com?"], True),
        ({"unsubscribe_mailto": None}, ["https://subscribe.example.com/u/"], True),
        ({"unsubscribe_url": None}, ["mailto:unsubscribe@example.com?"], False),
        (
            {"unsubscribe_url": "http://127.0.0.1:8000", "unsubscribe_mailto": None},
            ["http://127.0.0.1:8000/u/"],
            False,
        ),
        (
            {"unsubscribe_url": None, "unsubscribe_mailto": None, "reply_to": "help@example.com"},
            ["mailto:help@example.com?"],
            False,
        ),
    ],
    ids=["both", "page", "address", "page without TLS", "neither"],
)
def test_ways_to_stop_for_machines(mail, links, is_one_click):
    message = parse(letter_of(**mail))
    found = [one.strip(" <>") for one in message["List-Unsubscribe"].split(",")]

    assert len(found) == len(links)
    assert all(one.startswith(link) for one, link in zip(found, links, strict=True))
    assert ("List-Unsubscribe-Post" in message) is is_one_click


def test_every_subscriber_has_a_message_id_and_a_token_of_their_own():
    incident = make_incident()
    form = make_forms().form(incident, incident.last, now=NOW)
    ann, bob = (
        form.address_to(make_subscriber(token, address=f"{name}@example.com"))
        for token, name in (("aaaa", "ann"), ("bbbb", "bob"))
    )

    assert ann.message_id != bob.message_id
    assert parse(ann)["Message-ID"] == ann.message_id
    for kind in ("plain", "html"):
        assert "/u/aaaa." in part(parse(ann), kind)
        assert "/u/bbbb." in part(parse(bob), kind)
    assert b"bob" not in ann.content
    assert b"aaaa" not in bob.content


def test_equal_inputs_give_equal_bytes_and_another_attempt_the_same_message_id():
    later = NOW + timedelta(hours=1)

    assert letter_of() == letter_of()
    assert letter_of(now=later).message_id == letter_of().message_id


def test_a_letter_is_dated_when_it_is_sent():
    incident = make_incident()
    form = make_forms().form(incident, incident.last, now=NOW)
    later = NOW + timedelta(hours=5)

    first, second = (form.address_to(make_subscriber(), at) for at in (None, later))

    assert [parse(one)["Date"].datetime for one in (first, second)] == [NOW, later]
    assert first.message_id == second.message_id


def test_forms_are_made_from_settings_alone(tmp_path):
    settings = replace(make_settings(), root=tmp_path)
    incident = make_incident()

    made, known = (
        forms.form(incident, incident.last, now=NOW).address_to(make_subscriber())
        for forms in (compose.make_forms(settings, SECRET), make_forms(settings))
    )

    assert made == known


def test_envelope_and_optional_headers():
    letter = letter_of(
        return_path="bounces@example.com",
        reply_to="help@example.com",
        idempotency_header="X-Idempotency-Key",
    )
    message = parse(letter)

    assert letter.recipient == "ann@example.com"
    assert letter.token == "ab12cd34"
    assert letter.sender.startswith("bounces+ab12cd34-")
    assert letter.update_id == f"{INCIDENT_ID}/0000"
    assert message["Reply-To"] == "help@example.com"
    assert f"<{message['X-Idempotency-Key']}>" == letter.message_id


def test_an_address_outside_ascii_is_written_as_it_is():
    letter = letter_of(subscriber=make_subscriber(address="jürgen@example.com"))

    assert "To: jürgen@example.com\r\n".encode() in letter.content


def test_an_erased_subscriber_stops_nothing():
    letter = letter_of(subscriber=make_subscriber(address=""))

    assert letter.recipient == ""
    assert parse(letter)["To"].addresses == ()


def test_the_text_comes_first():
    kinds = [one.get_content_type() for one in parse(letter_of()).iter_parts()]

    assert kinds == ["text/plain", "text/html"]


def test_letters_need_their_settings():
    settings = replace(make_settings(), mail=None)

    with pytest.raises(ValueError, match="mail"):
        LetterForms(settings, Templates(), BodyRenderer(settings.page.url), SECRET)


LIMITS = limits(max_examples=60, deadline=None)


@LIMITS
@given(NASTY, NASTY, NASTY, NASTY)
@example(*["Outage =?utf-8?q?=0ABcc:_evil@x.test?="] * 4)
@example(*["a\r\nBcc: evil@x.test\r\n\r\nbody"] * 4)
def test_no_text_changes_the_headers_or_the_recipient(title, name, cause, body):
    incident = make_incident(
        make_first(title=title, cause=cause, impact=cause, body=body, components=states(api=None)),
    )
    mail = make_settings(
        {"name": name, "service": name}, names={"api": name}, from_name=name, footer=title
    )

    letter = make_forms(mail).form(incident, incident.last, now=NOW).address_to(make_subscriber())
    message = parse(letter)
    head, _, rest = letter.content.partition(b"\r\n\r\n")

    assert message.keys() == HEADERS
    assert letter.recipient == message["To"] == "ann@example.com"
    assert [one.get_content_type() for one in message.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    assert all(len(line) <= 998 for line in head.split(b"\r\n"))
    assert all(len(line) <= 76 for line in rest.split(b"\r\n"))
    assert all(len(line) <= 76 for line in head.split(b"\r\n") if b"=?" in line)
    assert letter.content.isascii()
    assert not message.defects
