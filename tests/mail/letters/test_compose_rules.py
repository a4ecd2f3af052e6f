"""Every kind of letter, in three languages and with odd content, keeps every rule."""

import re
from datetime import timedelta

import pytest

from statusgen.config.settings import SubjectStyle
from statusgen.config.values import MOST_OF_A_PARAGRAPH
from statusgen.content.markdown.markdown_html import BodyRenderer
from statusgen.mail.letters.compose import LetterForms
from statusgen.mail.letters.letter import Letter
from statusgen.values.value import replace
from statusgen.words.templates import Templates
from tests.builders import write_tree
from tests.mail.letters.rules import breaches, unfolded
from tests.mail.letters.stories import (
    NOW,
    SECRET,
    every_kind,
    make_first,
    make_incident,
    make_settings,
    make_subscriber,
    make_update,
    states,
)
from tests.mail.letters.test_wording_languages import ARABIC

LANGUAGES = ("en", "de", "ar")
LONG = "https://example.com/" + "a-very-long-path/" * 20
ODD = {
    "right to left": {
        "title": "انقطاع الدفع",
        "body": "نحن نحقق في الأمر.\n\n" + "\u05e9\u05dc\u05d5\u05dd",
    },
    "no spaces": {"title": "決済エラー" * 30, "body": "決済の三件に一件が失敗しています。" * 300},
    "emoji": {"title": "🔥 Checkout 👩‍👩‍👧‍👦", "body": "🔥" * 500},
    "a long link": {"body": f"See [the report]({LONG}) or <{LONG}?a=1&b=2>."},
    "one long word": {"title": "x" * 200, "body": "y" * 2000},
    "a list in a list": {"body": "- " + "word " * 40 + "\n    1. " + "more " * 40},
    "a table": {"body": "|a|b|\n|-|-|\n|" + "cell " * 20 + "|2|"},
    "code": {"body": "```\n" + "x = 1  # " * 30 + "\n```\n\n    indented"},
    "markup": {"title": "<b>&amp;</b>", "body": '<script>x</script><img src="http://a.test/x">'},
    "an encoded-word": {"title": "Out =?utf-8?q?=0ABcc:_evil@x.test?=", "body": "=?utf-8?b??="},
    "a dot on a line": {"body": "before\n\n.\n\n..\n\nFrom here on"},
    "256 kB of words": {"body": "word " * 52_000},
    "256 kB of items": {"body": "- a\n" * 65_000},
    "256 kB without a space": {"body": "x" * 260_000},
    "256 kB in a fence": {"body": "````\n" + "code line here\n" * 17_000 + "````\n"},
    "256 kB of short lines": {"body": "x\n" * 130_000},
    "256 kB of short lines in a fence": {"body": "```\n" + "x y z\n" * 43_000 + "```\n"},
    "256 kB of nested lists": {"body": "- a\n    - b\n        - c\n" * 10_000},
    "256 kB of tables": {"body": f"|{'head ' * 20}|{'b ' * 20}|\n|-|-|\n" + "|x|y|\n" * 40_000},
}


@pytest.fixture(scope="module")
def forms_for(tmp_path_factory):
    root = write_tree(tmp_path_factory.mktemp("root"), {"site_templates/locale/ar.po": ARABIC})

    def forms(page=None, names=None, **mail) -> LetterForms:
        settings = make_settings(page, names, **mail)
        return LetterForms(settings, Templates(root), BodyRenderer(settings.page.url), SECRET)

    return forms


def letter_of(forms, incident, index=-1, language="en", now=NOW, **subscriber) -> Letter:
    form = forms.form(incident, incident.steps[index], language, now=now)
    return form.address_to(make_subscriber(**subscriber))


def headers_of(letter) -> dict[str, str]:
    return dict(unfolded(letter.content.partition(b"\r\n\r\n")[0]))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", every_kind())
def test_every_kind_in_every_language(forms_for, name, language):
    incident, index = every_kind()[name]
    page = {"language": language}

    assert breaches(letter_of(forms_for(page), incident, index, language)) == []


@pytest.mark.parametrize("name", ODD)
def test_odd_content(forms_for, name):
    incident = make_incident(make_first(**ODD[name]), make_update(9, "resolved", body="Done."))

    for index in (0, 1):
        assert breaches(letter_of(forms_for(), incident, index)) == []


@pytest.mark.parametrize(
    "mail",
    [
        {"unsubscribe_url": None},
        {"unsubscribe_mailto": None},
        {"unsubscribe_url": None, "unsubscribe_mailto": None, "reply_to": "help@example.com"},
        {"reply_to": "help@example.com", "idempotency_header": "X-Idempotency-Key"},
        {"return_path": "bounces@example.com", "from_name": 'Acme "Status", <x@y> 状態'},
        {"subject": SubjectStyle.INCIDENT},
    ],
    ids=["no page", "no address", "reply", "idempotency", "odd name", "one subject"],
)
def test_every_setting(forms_for, mail):
    incident, index = every_kind()["resolved"]

    assert breaches(letter_of(forms_for(**mail), incident, index)) == []


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("jürgen@example.com", "jürgen@example.com"),
        ("o'brien+a=b@example.com", "o'brien+a=b@example.com"),
        (f"{'a' * 64}@{'b' * 60}.example.com", f"{'a' * 64}@{'b' * 60}.example.com"),
    ],
    ids=["other letters", "odd signs", "long"],
)
def test_every_address(forms_for, address, written):
    letter = letter_of(forms_for(), make_incident(), address=address)

    assert breaches(replace(letter, recipient=written)) == []
    assert letter.recipient == address


def test_many_components_leave_a_letter_short_and_counted(forms_for):
    names = {f"c{number}": "サービス" * 60 + str(number) for number in range(300)}
    incident = make_incident(make_first(components=states(**dict.fromkeys(names, "major_outage"))))

    letter = letter_of(forms_for(names=names), incident)

    assert breaches(letter) == []
    assert b"and 250 more, on the page" in letter.content


@pytest.mark.parametrize("name", [name for name in ODD if name.startswith("256")])
def test_a_text_that_is_too_long_is_cut_short_and_both_parts_say_where_the_rest_is(forms_for, name):
    incident = make_incident(make_first(**ODD[name]))

    form = forms_for().form(incident, incident.last, now=NOW)

    assert "too long for a mail. The rest is on the page:\nhttps://status.example.com/" in form.text
    assert re.search(r'too long for a mail. <a href="https://status[^>]*>The rest is on', form.html)
    assert len(form.text) > 2_500


@pytest.mark.parametrize("sign", ['"', "&", "状"])
def test_a_letter_is_short_where_everything_in_it_is_as_long_as_it_may_be(forms_for, sign):
    line, path = sign * 1000, "https://example.com/" + "a" * 950
    names = {f"c{number}": line for number in range(60)}
    texts = {"cause": line, "impact": line, "body": "word " * 52_000}
    footer = "\n".join([sign * 199] * (MOST_OF_A_PARAGRAPH // 200))
    incident = make_incident(
        make_first(title=sign * 200, components=states(**dict.fromkeys(names, "major_outage"))),
        make_update(9, "resolved", title="x" + sign * 199, **texts),
    )
    page = {"name": line, "service": line, "url": path, "support": path}
    forms = forms_for(page, names, footer=footer, unsubscribe_url=path)

    letter = forms.form(incident, incident.last, now=NOW, page_behind=True).address_to(
        make_subscriber()
    )

    assert [one for one in breaches(letter) if "bytes" in one] == []


def test_ids_are_unique_to_letters_and_the_thread_to_the_incident(forms_for):
    letters, threads = {}, {}
    for name, (incident, index) in every_kind().items():
        if name == "canceled":  # its updates have the names of those of the moved maintenance
            continue
        for token in ("aaaa", "bbbb"):
            letter = letter_of(forms_for(), incident, index, token=token)
            letters[name, token] = letter
            threads.setdefault(incident.id, set()).add(headers_of(letter)["References"])

    assert len({one.message_id for one in letters.values()}) == len(letters)
    assert [len(found) for found in threads.values()] == [1, 1]
    assert len(set.union(*threads.values())) == len(threads)


def test_another_attempt_in_another_language_has_the_same_ids(forms_for):
    incident, index = every_kind()["update"]
    first, second = (
        letter_of(forms_for(), incident, index, language, now)
        for language, now in (("en", NOW), ("de", NOW + timedelta(hours=3)))
    )

    assert first.message_id == second.message_id
    assert headers_of(first)["References"] == headers_of(second)["References"]


def test_pages_that_share_a_domain_share_no_thread(forms_for):
    incident = make_incident()
    urls = ("https://example.com/shop", "https://example.com/pay", "https://example.com")

    letters = [letter_of(forms_for({"url": url}), incident) for url in urls]

    assert len({headers_of(one)["References"] for one in letters}) == len(urls)
    assert [breaches(one) for one in letters] == [[], [], []]


@pytest.mark.parametrize(
    ("before", "after", "breach"),
    [
        (b"Date: ", b"Bcc: x@y\r\nDate: ", "out of order"),
        (b"MIME-Version: 1.0\r\n", b"", "out of order"),
        (b"To: ann@example.com", b"To: ann@example.com, bob@example.com", "one recipient"),
        (b"\r\n\r\n--", b"\n\n--", "CRLF"),
        (b"text/plain", b"text/xplain", "not a text"),
        (b"Acme Ltd", b"Acme <img src=3D1>", "loads"),
        (b"<table ", b"<p>999</p><table ", "figures"),
        (b"Feedback-ID: ", b"Feedback-ID: ab12cd34", "who reads"),
        (b"+0000", b"-0000", "no zone"),
    ],
    ids=str,
)
def test_the_rules_see_what_is_broken(forms_for, before, after, breach):
    letter = letter_of(forms_for(), make_incident())
    assert before in letter.content

    broken = replace(letter, content=letter.content.replace(before, after))

    assert any(breach in one for one in breaches(broken))
