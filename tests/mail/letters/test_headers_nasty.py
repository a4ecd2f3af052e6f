"""The nastiest strings in every place where text meets a header: nothing else ever changes.

What a place does not take is refused by its parser, before there is a letter. 300 strings a
header in the suite and 10,000 with `make soak`, where the longest is a megabyte.
"""

import email
import re
from email import policy

import pytest
from hypothesis import example, given
from hypothesis import settings as limits
from hypothesis import strategies as st

from statusgen.config import values
from statusgen.mail.letters import headers
from statusgen.mail.letters.compose import LetterForm
from statusgen.mail.letters.letter import Letter
from statusgen.mail.letters.mime import LINE_END, Mould, alternative
from statusgen.values.addresses import parse_address
from statusgen.values.notation import is_language, parse_id, parse_stem
from statusgen.values.value import replace
from tests.components.soak import part
from tests.mail.letters.rules import MAX_LINE, ONE_ID, unfolded
from tests.mail.letters.stories import (
    INCIDENT_ID,
    NOW,
    make_first,
    make_forms,
    make_incident,
    make_settings,
    make_subscriber,
    make_update,
    states,
)

LIMITS = limits(max_examples=part(300, 10_000), deadline=None, print_blob=True)
POLICIES = (policy.default, policy.SMTP, policy.SMTPUTF8, policy.compat32)
ADDRESS = "ann@example.com"
TRICKS = (
    *(
        "\r\n",
        "\n",
        "\r",
        "\r\n ",
        "\n\t",
        "\x00",
        "\x0b",
        "\x0c",
        "\x1c",
        "\x85",
        "\u2028",
        "\u2029",
    ),
    *(
        "\nBcc: evil@x.test",
        "\r\n\r\n<p>",
        "\n.\n",
        "\r\n.\r\nMAIL FROM:<evil@x.test>\r\n",
        "From ",
    ),
    *("=?utf-8?q?=0ABcc:_evil@x.test?=", "=?utf-8?b?DQpCY2M6IGV2aWxAeC50ZXN0?=", "=?", "?=", "=0A"),
    *("=?utf-16?b?CgA=?=", "=?x?q?a\nb?=", "=?utf-8?q?=3D=3Futf-8=3Fq=3F=0A=3F=3D?="),
    *('"', "\\", "<", ">", ",", ";", "(", ")", "@", ":", "<evil@x.test>", '" <evil@x.test>, "'),
    *("\ud800", "\udfff", "\ud83d", "\ufffe", "\uffff", "\ufeff", "\u200b", "\u00ad", "\xa0"),
    *(
        "\u202e",
        "\u2066",
        "\u2069",
        "\u05e9\u05dc\u05d5\u05dd",
        "سلام",
        "日本語",
        "🔥",
        "é",
        "e\u0301",
    ),
    *(
        " ",
        "  ",
        "\t",
        "x" * 100,
        "--=_",
        "{{ 7*7 }}",
        "%(title)s",
        "%0d%0a",
        "&#10;",
        "utf-8",
        "q",
    ),
)
HALVES = re.compile("[\ud800-\udfff]")
ANY = st.text(st.characters(), max_size=300)  # lone surrogates too
TRICKY = st.lists(st.sampled_from(TRICKS) | st.text(st.characters(), max_size=3), max_size=30)
NASTY = ANY | TRICKY.map("".join)
WORST = (
    "Outage =?utf-8?q?=0ABcc:_evil@x.test?=",
    "a\r\nBcc: evil@x.test\r\n\r\nbody",
    "\x85\u2028\u2029\x00\ud800" * 20,
    "=?utf-8?q?a?=\n =?utf-8?q?=0A?=",
    "\u202e" + "🔥" * 120,
)


def headers_seen(content: bytes) -> list[list[str]]:
    """Return the names of the headers as each reader sees them."""
    naive = [name for name, _ in unfolded(content.partition(b"\r\n\r\n")[0])]
    parsed = [email.message_from_bytes(content, policy=one).keys() for one in POLICIES]
    return [naive, *parsed]


def senders_of(letter) -> list[str]:
    message = email.message_from_bytes(letter.content, policy=policy.default)
    return [one.addr_spec for one in message["From"].addresses]


def form_with(place: str, text: str) -> LetterForm:
    """Return a letter's form with `text` in one of the places that people fill."""
    first, page, mail, names = {}, {}, {"reply_to": "help@example.com"}, {}
    if place in {"title", "cause", "impact"}:
        first[place] = text
    elif place in {"name", "service"}:
        page[place] = text
    elif place == "component":
        names["api"] = text
    else:
        mail[place] = text
    incident = make_incident(make_first(components=states(api="major_outage"), **first))
    return make_forms(make_settings(page, names, **mail)).form(incident, incident.last, now=NOW)


IN_ENTRIES = ("title", "cause", "impact")
IN_SETTINGS = ("name", "service", "component", "from_name", "footer")
PLAIN = form_with("title", "Plain words").address_to(make_subscriber())


@pytest.mark.parametrize("place", [*IN_ENTRIES, *IN_SETTINGS])
def test_no_text_changes_the_headers_or_the_envelope(place):
    @limits(LIMITS, max_examples=part(10, 10_000))  # a whole letter each
    @given(NASTY)
    def check(text):
        if place in IN_SETTINGS:  # TOML has no halves of characters
            text = HALVES.sub("\ufffd", text)
        letter = form_with(place, text).address_to(make_subscriber())

        assert headers_seen(letter.content) == headers_seen(PLAIN.content)
        assert (letter.sender, letter.recipient) == (PLAIN.sender, PLAIN.recipient)
        assert senders_of(letter) == ["status@example.com"]
        assert letter.content.isascii()

    for text in WORST:
        check = example(text)(check)
    check()


@pytest.mark.parametrize(
    "write",
    [
        lambda text: headers.header("Subject", text),
        lambda text: headers.mailbox_header("From", text, ADDRESS),
        lambda text: headers.mailbox_header("Reply-To", text, ADDRESS),
        lambda text: headers.list_id_header(text, "status.example.com"),
        lambda text: headers.links_header("List-Help", f"https://example.com/{text}"),
    ],
    ids=["Subject", "From", "Reply-To", "List-Id", "a link"],
)
def test_no_text_leaves_its_header(write):
    @LIMITS
    @given(NASTY)
    def check(text):
        try:
            raw = write(text)
        except UnicodeEncodeError:  # a link with half a character: refused
            return

        content = b"A: 1\r\n" + raw + b"B: 2\r\n\r\nbody"
        name = raw.partition(b":")[0].decode()
        assert headers_seen(content) == [["A", name, "B"]] * 5
        assert raw.isascii()
        assert b"\r\n" not in raw[:-2].replace(b"\r\n ", b"")

    for text in WORST:
        check = example(text)(check)
    check()


@LIMITS
@given(NASTY | TRICKY.map(lambda parts: "".join(parts) + "@example.com"))
@example("a@b.example\r\nBcc: evil@x.test")
@example("=?utf-8?q?a?=@example.com")
@example("jürgen@bücher.example")
def test_an_address_is_refused_or_stands_alone(text):
    try:
        address = parse_address(text)
    except ValueError:
        return

    letter = form_with("title", "Plain words").address_to(make_subscriber(address=address))

    assert headers_seen(letter.content) == headers_seen(PLAIN.content)
    assert letter.recipient == address
    [to] = [
        value for name, value in unfolded(letter.content.partition(b"\r\n\r\n")[0]) if name == "To"
    ]
    assert to == address


def parse_tag(text: str) -> str:
    """As `subscribers import` and `subscribers add` do."""
    if not is_language(text):
        raise ValueError(text)
    return text


NAMES = ("Message-ID", "X-Once")
THREAD = ("References", "In-Reply-To", "Feedback-ID")
PLACES = {
    "folder": (parse_id, "2026-checkout", {*NAMES, *THREAD, "Content-Type"}),
    "file": (parse_stem, "01-first.word", {*NAMES, "Content-Type"}),
    "reader's language": (parse_tag, "de-AT", {"Subject", "Content-Language"}),
    "language": (values.language, "de", {"Subject", "Content-Language"}),
    "from": (values.mailbox, "Acme <status@example.com>", {*NAMES, "From"}),
    "url": (values.web_url, "https://a.example.com/b", {*THREAD, "List-Id", "List-Archive"}),
    "unsubscribe_url": (values.web_url, "https://a.example.com/b", {"List-Unsubscribe"}),
    "unsubscribe_mailto": (values.address, "stop@example.com", {"List-Unsubscribe"}),
    "return_path": (values.return_path, "bounces@example.com", set()),
    "idempotency_header": (values.header_name, "X-Twice", {"X-Once"}),
}
"""Where names and settings come from: the parser of each, what it takes, whose values it is in."""


def letter_with(place: str = "", value: str | tuple[str, str] | None = "") -> Letter:
    """Return a second letter in which `value` stands in one of the places."""
    given = {place: value}
    name, address = given.get("from", ("Acme Status", "status@example.com"))
    of_mail = ("unsubscribe_url", "unsubscribe_mailto", "return_path", "idempotency_header")
    mail = {"return_path": "bounces@example.com", "idempotency_header": "X-Once"}
    mail |= {one: given[one] for one in of_mail if one in given}
    page = {one: given[one] for one in ("url", "language") if one in given}
    folder = given.get("folder", INCIDENT_ID)
    first = make_first(incident_id=folder, components=states(api="major_outage"))
    then = make_update(5, "identified", incident_id=folder, stem=given.get("file", "02-identified"))
    incident = make_incident(first, then)
    forms = make_forms(make_settings(page, from_name=name, from_address=address, **mail))
    language = given.get("reader's language", page.get("language", "en"))
    return forms.form(incident, incident.last, language, now=NOW).address_to(make_subscriber())


def values_of(letter: Letter) -> dict[str, str]:
    return dict(unfolded(letter.content.partition(b"\r\n\r\n")[0]))


USUAL = letter_with()
USUAL_VALUES = values_of(USUAL)


@pytest.mark.parametrize("place", PLACES)
def test_a_name_or_a_setting_is_refused_or_changes_nothing_but_its_own_headers(place):
    parse, sound, its_own = PLACES[place]
    end = len(sound)

    def spoilt(at, trick):
        return sound[:at] + trick + sound[at:]

    anywhere = st.builds(spoilt, st.integers(0, end), st.sampled_from(TRICKS) | st.text(max_size=3))

    @limits(LIMITS, max_examples=part(10, 10_000))  # a whole letter each
    @given(NASTY | anywhere)
    def check(text):
        try:
            value = parse(text)
        except ValueError:
            assert text != sound
            return

        letter = letter_with(place, value)
        renamed = {"X-Once": value} if place == "idempotency_header" else {}
        names = [renamed.get(one, one) for one in USUAL_VALUES]
        found = {one: values_of(letter).get(renamed.get(one, one)) for one in USUAL_VALUES}

        assert headers_seen(letter.content) == [[one for one in names if one]] * 5
        assert {one for one in found if found[one] != USUAL_VALUES[one]} <= its_own
        assert all(ONE_ID.fullmatch(found[one]) for one in ("Message-ID", *THREAD[:2]))
        assert re.fullmatch(r"[^:\s]+(:[^:\s]+){3}", found["Feedback-ID"])
        assert all((found[one] or "").isascii() for one in found if one != "From")
        assert letter.recipient == USUAL.recipient
        assert letter.sender == USUAL.sender or place == "return_path"
        assert parse_address(letter.sender) == letter.sender
        assert max(map(len, letter.content.split(b"\r\n"))) <= MAX_LINE

    for text in (sound, *WORST, *(spoilt(at, one) for one in TRICKS for at in (end // 2, end))):
        check = example(text)(check)
    check()


@pytest.mark.parametrize("text", ["x", "x ", "é", "🔥", "日本", "=?utf-8?q?=0A?=", "\r\nBcc: a@b "])
def test_a_text_without_end_is_one_header(text):
    megabyte = text * (part(50_000, 1_000_000) // len(text.encode()))

    for raw in (
        headers.header("Subject", megabyte),
        headers.mailbox_header("From", megabyte, "a@b"),
    ):
        names = email.message_from_bytes(raw + b"B: 2\r\n\r\n", policy=policy.compat32).keys()

        assert names == [raw.partition(b":")[0].decode(), "B"]
        assert max(map(len, raw.split(b"\r\n"))) <= 76


@limits(LIMITS, max_examples=part(30, 10_000))
@given(st.text("abcdefghijklmnopqrstuvwxyz0123456789_", min_size=1, max_size=24))
def test_a_spliced_letter_is_the_letter_built_whole(token):
    form, text, html = SPLICED
    signed = form.tokens.sign(token)
    slot = form.identity.placeholder(form.update_id)
    boundary = form.identity.boundary(form.update_id)
    body = alternative(
        text.replace(slot, signed), html.replace(slot, signed), "nowhere", boundary, "en"
    )

    spliced = form.address_to(make_subscriber(token))
    whole = spliced.content.partition(b"\r\n\r\n")[0] + LINE_END * 2 + body
    ours, theirs = (
        email.message_from_bytes(one, policy=policy.default) for one in (spliced.content, whole)
    )

    assert ours.items() == theirs.items()
    assert [one.get_content() for one in ours.iter_parts()] == [
        one.get_content() for one in theirs.iter_parts()
    ]
    assert signed in ours["List-Unsubscribe"]
    assert slot.encode() not in spliced.content
    assert replace(spliced, token=token) == spliced


def test_a_gap_is_left_wherever_the_token_stands():
    form, _, _ = SPLICED

    assert len(form.rest.pieces) == 5  # two links for machines, one in each part
    assert Mould.around("y", b"xyx").fill(b"-") == b"x-x"


SPLICED_FORM = form_with("title", "Plain words")
SPLICED = (SPLICED_FORM, SPLICED_FORM.text, SPLICED_FORM.html)
