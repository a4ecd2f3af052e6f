import re
from html.parser import HTMLParser

import pytest

from statusgen.config.settings import SubjectStyle
from statusgen.letters.compose import LetterForms
from statusgen.prose.markdown_html import BodyRenderer
from statusgen.templates import Templates
from tests.letters.stories import (
    NOW,
    SECRET,
    checkout_errors,
    every_kind,
    make_first,
    make_forms,
    make_incident,
    make_settings,
    make_update,
)

SUBJECTS = {
    "investigating": "Acme — Investigating Increased error rates on checkout",
    "update": "Acme — Update: Increased error rates on checkout",
    "resolved": "Acme — Resolved: Increased error rates on checkout",
    "scheduled": "Acme — Scheduled maintenance: Upgrade of the order database",
    "maintenance-moved": "Acme — Maintenance moved: Upgrade of the order database",
    "maintenance-in-progress": "Acme — Maintenance in progress: Upgrade of the order database",
    "maintenance-verifying": "Acme — Maintenance being verified: Upgrade of the order database",
    "completed": "Acme — Maintenance completed: Upgrade of the order database",
    "canceled": "Acme — Maintenance canceled: Upgrade of the order database",
}
HIDDEN = {"style", "title"}


class Facts(HTMLParser):
    """What a reader sees of an HTML part: its pieces of text and its links."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self.links: list[str] = []
        self._hidden = 0
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self._hidden += tag in HIDDEN
        self.links += [value for name, value in attrs if name == "href"]

    def handle_endtag(self, tag):
        self._hidden -= tag in HIDDEN

    def handle_data(self, data):
        if not self._hidden and data.strip():
            self.pieces.append(" ".join(data.split()))


def form_of(name, settings=None, **options):
    incident, index = every_kind()[name]
    return make_forms(settings).form(incident, incident.steps[index], now=NOW, **options)


def told(html):
    """The HTML without its hidden first line."""
    return re.sub(r'<div class="preheader".*?</div>', "", html)


def words_of(text):
    return set(re.findall(r"[\w:]*\w", text.lower()))


@pytest.mark.parametrize(("name", "subject"), SUBJECTS.items(), ids=list(SUBJECTS))
def test_subjects(name, subject):
    assert form_of(name).subject == subject


def test_one_constant_subject_an_incident_where_that_is_asked_for():
    forms = make_forms(make_settings(subject=SubjectStyle.INCIDENT))
    incident = make_incident(make_first(), make_update(5, "resolved", title="Another title"))

    subjects = {forms.form(incident, step, now=NOW).subject for step in incident.steps}

    assert subjects == {"Acme — Increased error rates on checkout"}


@pytest.mark.parametrize("name", every_kind())
def test_the_text_tells_every_fact_of_the_html(name):
    form = form_of(name, page_behind=True)
    facts = Facts(form.html)
    wording_of_html = {"stop", "follow", "see", "read", "incident", "maintenance", "since"}

    missing = {word for piece in facts.pieces for word in words_of(piece)} - words_of(form.text)

    assert missing - wording_of_html == set()
    assert {link for link in facts.links if link not in form.text} == set()


@pytest.mark.parametrize("name", every_kind())
def test_html_loads_nothing_and_stays_small(name):
    html = form_of(name).html

    assert not re.search(r"<img|<link|<script|@import|url\(|background=|src=", html)
    assert '<html lang="en" dir="ltr"' in html
    assert "@media (prefers-color-scheme: dark)" in html
    assert len(html.encode()) < 100_000


@pytest.mark.parametrize("name", every_kind())
def test_text_lines_are_at_most_72_columns_but_for_links(name):
    long = [line for line in form_of(name).text.splitlines() if len(line) > 72]

    assert [line for line in long if "://" not in line] == []


def test_what_investigating_promises():
    text = form_of("investigating").text

    assert "Next update by" in text
    assert "Impact:      Medium" in text
    assert "Started:     21 November 2026, 03:04 CET (02:04 UTC)" in text
    assert "- Checkout: Major outage" in text


def test_what_resolved_tells():
    text = " ".join(form_of("resolved").text.split())

    assert "Resolved: 21 November 2026, 05:13 CET (04:13 UTC)" in text
    assert "Duration: 2 hours 9 minutes" in text
    assert "What happened: A change to the payment gateway" in text
    assert "We are writing a review" in text
    assert "We are sorry" in text


def test_what_completed_tells_is_over():
    form = form_of("completed")
    text = " ".join(form.text.split())

    assert "Started: 29 November 2026, 03:04 CET" in text
    assert "Completed: 29 November 2026, 05:54 CET" in text
    assert "Duration: 2 hours 50 minutes" in text
    for part in (form.text, form.html):
        assert "Starts" not in part
        assert "Ends" not in part


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("name", every_kind())
def test_no_line_of_the_html_ends_between_a_time_and_its_zone(name, language):
    form = form_of(name, language=language)

    assert re.search(r"[0-9]:[0-9]{2}&nbsp;UTC\)", form.html)
    assert not re.search(r"[0-9]{2}:[0-9]{2} [A-Z]{3}", told(form.html))
    assert "\N{NO-BREAK SPACE}" not in form.subject + form.text


COMMAND = "kubectl --context production rollout restart deployment/checkout --timeout=10m"


def test_commands_can_be_copied_from_the_text():
    body = f"Run\n\n```sh\n{COMMAND}\n  {COMMAND}\n```\n\nor\n\n- now:\n\n      {COMMAND}\n"
    incident = make_incident(make_first(body=body))

    text = make_forms().form(incident, incident.last, now=NOW).text

    assert f"Run\n\n{COMMAND}\n  {COMMAND}\n\nor\n\n- now:\n  {COMMAND}\n" in text


def test_a_table_is_read_by_columns_or_by_rows():
    wide = "until the night is over " * 4
    body = "|Region|State|\n|-|-|\n|eu-west-1|{}|\n|us|up|\n"
    forms, texts = make_forms(), []
    for state in ("down", wide):
        incident = make_incident(make_first(body=body.format(state)))
        texts.append(forms.form(incident, incident.last, now=NOW).text)

    assert "\n\nRegion     State\neu-west-1  down\nus         up\n\n" in texts[0]
    assert "\n- Region: eu-west-1\n  State: until the night" in texts[1]
    assert "is over\n- Region: us\n  State: up\n\n" in texts[1]


def test_an_update_tells_what_changed_before_anything_that_did_not():
    text = form_of("update-identified").text

    assert text.index("rolling") < text.index("What changed") < text.index("Still the same")


@pytest.mark.parametrize(
    ("mail", "expected"),
    [
        ({}, "https://subscribe.example.com/u/"),
        ({"unsubscribe_url": None}, "write to unsubscribe@example.com with this subject"),
        ({"unsubscribe_url": None, "unsubscribe_mailto": None}, "reply to this one"),
    ],
    ids=["page", "address", "reply"],
)
def test_every_letter_says_how_to_stop(mail, expected):
    assert expected in form_of("update", make_settings(**mail)).text


def test_a_page_that_may_be_behind_is_said_to_be():
    assert "may lag behind" in form_of("update", page_behind=True).text
    assert "may lag behind" not in form_of("update").text


def test_markup_in_facts_is_shown_and_not_obeyed():
    evil = "<b onclick=x>&amp;</b><script>"
    incident = make_incident(make_first(title=evil, cause=evil, body=evil + " words"))

    form = make_forms(make_settings(names={"api": evil}, footer=evil)).form(
        incident, incident.last, now=NOW
    )

    assert "<script" not in form.html
    assert "onclick=x&gt;" in form.html
    assert evil in form.text


def test_letters_in_a_language_use_its_templates_where_there_are_some(tmp_path):
    folder = tmp_path / "site_templates" / "mail" / "de"
    folder.mkdir(parents=True)
    (folder / "investigating.txt").write_text("Wir untersuchen: {{ letter.title }}\n")
    settings = make_settings()
    forms = LetterForms(settings, Templates(tmp_path), BodyRenderer(settings.page.url), SECRET)
    incident = checkout_errors()

    german, french = (
        forms.form(incident, incident.first, language, now=NOW) for language in ("de", "fr")
    )

    assert german.text == "Wir untersuchen: Increased error rates on checkout\n"
    assert '<html lang="de"' in german.html
    assert '<html lang="en"' in french.html


def test_a_page_in_a_script_from_right_to_left():
    form = form_of("update", make_settings({"language": "ar"}), language="ar")

    assert '<html lang="ar" dir="rtl"' in form.html
