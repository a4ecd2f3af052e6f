import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest

from statusgen.config.settings import SubjectStyle
from statusgen.content.entries.wording import starting_words
from statusgen.content.markdown.markdown_html import BodyRenderer
from statusgen.mail.letters.compose import LetterForms
from statusgen.values.value import replace
from statusgen.words.templates import Templates
from tests.builders import write_tree
from tests.mail.letters.stories import (
    NOW,
    SECRET,
    checkout_errors,
    database_upgrade,
    every_kind,
    later_in_maintenance,
    make_first,
    make_forms,
    make_incident,
    make_settings,
    make_update,
    states,
)

SUBJECTS = {
    "investigating": "Acme — Investigating: Increased error rates on checkout",
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


FELT = "About one in three payments fails."
LATER = timedelta(hours=20)


def text_of(*updates, index=-1, language="en", settings=None):
    incident = make_incident(*updates)
    step = incident.steps[index]
    return make_forms(settings).form(incident, step, language, now=NOW).text


def test_severity_and_impact_are_two_lines_the_second_with_the_author_s_sentence():
    text = text_of(make_first(impact=FELT))

    assert (
        "Status:      Investigating\n"
        "Severity:    Critical\n"
        f"Impact:      High. {FELT}\n"
        "Started:     21 November 2026, 03:04 CET (02:04 UTC)\n"
    ) in text


@pytest.mark.parametrize(
    ("severity", "lines"),
    [
        ("SEV1", "Severity:    Critical\nImpact:      High\n"),
        ("SEV2", "Severity:    Major\nImpact:      High\n"),
        ("SEV3", "Severity:    Minor\nImpact:      Medium\n"),
        ("SEV4", "Severity:    Low\nImpact:      Low\n"),
    ],
)
def test_each_severity_has_its_label_and_its_impact(severity, lines):
    assert lines in text_of(make_first(severity=severity))


def test_severity_and_impact_are_german_too():
    text = text_of(make_first(impact="Jede dritte Zahlung scheitert."), language="de")

    assert "Schweregrad: Kritisch\nAuswirkung:  Hoch. Jede dritte Zahlung scheitert.\n" in text


def test_what_it_meant_is_told_only_of_what_is_over():
    first, more = make_first(impact=FELT), make_update(5, None)
    over = make_update(9, "resolved", impact="One in three payments failed.")

    going_on = [text_of(first, more, over, index=index) for index in (0, 1)]
    end = text_of(first, more, over)

    assert all("What it meant for you" not in text for text in going_on)
    assert all(f"Impact:      High. {FELT}\n" in text for text in going_on)
    assert "What it meant for you: One in three payments failed.\n" in end
    assert "Impact:      High\n" in end


@pytest.mark.parametrize(
    ("phase", "meant"),
    [("in_progress", False), (None, False), ("canceled", False), ("completed", True)],
)
def test_what_work_meant_is_told_only_once_it_is_done(phase, meant):
    sentence = "Orders can't be changed."
    incident = database_upgrade(later_in_maintenance(60, phase, impact=sentence))

    form = make_forms().form(incident, incident.last, now=NOW)

    for part in (form.text, form.html):
        assert ("What it meant for you" in part) is meant
        assert (f"Impact:      {sentence}\n" in form.text) is (phase in ("in_progress", None))


def test_a_changed_severity_is_told_under_what_changed():
    updates = [make_first(), make_update(5, None, severity="SEV3")]

    lowered = text_of(*updates)
    raised = text_of(*updates, make_update(9, None, severity="SEV2"))

    assert "What changed:\n- Severity: Critical → Minor\n- Impact: High → Medium\n" in lowered
    assert "What changed:\n- Severity: Minor → Major\n- Impact: Medium → High\n" in raised


@pytest.mark.parametrize(
    ("phase", "word"),
    [
        ("investigating", "Investigating"),
        ("identified", "Identified"),
        ("monitoring", "Monitoring"),
    ],
)
def test_the_subject_of_the_first_letter_names_the_phase_that_it_has(phase, word):
    incident = make_incident(make_first(0, phase))

    form = make_forms().form(incident, incident.last, now=NOW)

    assert form.subject == f"Acme — {word}: Increased error rates on checkout"
    assert f"Status:      {word}\n" in form.text


def test_the_first_letter_is_a_first_letter_whatever_nobody_was_told_before():
    silent = make_first(severity="SEV4")
    raised = make_update(5, "identified", severity="SEV1")

    incident = make_incident(silent, raised)
    form = make_forms().form(incident, incident.last, now=NOW)

    assert form.subject == "Acme — Identified: Increased error rates on checkout"
    assert "What changed" not in form.text


WORKING = "We are working on it"
OWN_WORDS = {
    "a promise": ({}, "Payments fail.", "We are working on it. Next update by"),
    "none": ({"promises_none": True}, "Payments fail.", f"{WORKING}, and will write again"),
    "work and a promise": ({}, "Our team is working on it.", "Next update by"),
    "work": ({"promises_none": True}, "We are working on a fix.", "We will write again"),
    "news": ({"promises_none": True}, "We will keep you posted.", f"{WORKING}."),
    "both": ({"promises_none": True}, starting_words("investigating", ["Checkout"]), ""),
}


@pytest.mark.parametrize(("facts", "body", "own"), OWN_WORDS.values(), ids=OWN_WORDS)
def test_what_the_author_says_is_not_said_twice(facts, body, own):
    incident = make_incident(make_first(body=body, **facts))

    form = make_forms().form(incident, incident.last, now=NOW)

    for part in (" ".join(form.text.split()), " ".join(Facts(form.html).pieces)):
        assert own in part
        assert part.casefold().count("working on") + part.count("arbeiten daran") == 1
        assert part.count("write again") <= 1
        assert ("Next update by" in part) is ("Next update by" in own)


def test_a_sentence_of_ours_stays_where_the_author_writes_another_language():
    body = starting_words("investigating", ["Checkout"])

    text = text_of(make_first(body=body), language="de")

    assert "Wir arbeiten daran. Nächstes Update bis" in text


def test_an_author_who_apologizes_and_promises_a_review_is_not_repeated():
    said = make_update(9, "resolved", body="We are sorry. We will publish a postmortem.")
    silent = make_update(9, "resolved", body="It is over.")

    quiet, full = (text_of(make_first(), end) for end in (said, silent))

    assert "We are sorry for the trouble" not in quiet
    assert "We are writing a review" not in quiet
    assert "We are sorry for the trouble" in full
    assert "We are writing a review" in full


@pytest.mark.parametrize("components", [{}, {"components": ()}], ids=["with", "without"])
@pytest.mark.parametrize("language", ["en", "de"])
def test_a_canceled_window_speaks_of_no_work_below(components, language):
    update = replace(database_upgrade().first.update, **components)
    incident = make_incident(update, later_in_maintenance(60, "canceled", body="Sorry."))

    form = make_forms().form(incident, incident.last, language, now=NOW)

    for part in (form.text, form.html):
        assert "below" not in part
        assert "unten" not in part
    told = "The planned work will not take place at this time.", "Die geplanten Arbeiten finden"
    assert told[language == "de"] in form.text


@pytest.mark.parametrize(
    "later",
    [
        pytest.param(
            (later_in_maintenance(7 * 24 * 60 + 30, "canceled", body="Stop."),), id="by its window"
        ),
        pytest.param(
            (
                later_in_maintenance(60, "in_progress", body="Go."),
                later_in_maintenance(90, "canceled", body="Stop."),
            ),
            id="by an update",
        ),
    ],
)
def test_work_that_had_begun_is_not_said_to_take_no_place(later):
    incident = database_upgrade(*later)

    form = make_forms().form(incident, incident.last, now=NOW)

    for part in (form.text, form.html):
        assert "not take place" not in part
        assert "Components now" in part
    assert "- Checkout: Operational" in form.text


def test_a_cancellation_that_the_author_tells_is_told_once():
    body = starting_words("canceled", ["Checkout"])
    incident = database_upgrade(later_in_maintenance(60, "canceled", body=body))

    form = make_forms().form(incident, incident.last, now=NOW)

    assert form.text.count("not take place at this time") == 1


def test_a_first_line_dates_what_is_of_another_day():
    incident = make_incident(make_first(started=NOW - LATER, next_in=LATER))

    html = make_forms().form(incident, incident.last, now=NOW).html

    hidden = re.search(r'<div class="preheader"[^>]*>(.*?)</div>', html)[1]
    assert "since 20 November 2026, 07:07" in hidden
    assert "next update by 21 November 2026, 23:04" not in hidden
    assert "next update by 23:04" in hidden


def test_components_that_work_again_are_not_called_affected():
    back = make_update(5, None, components=states(api="operational"))
    update = make_update(9, None)

    text = text_of(make_first(), back, update)

    assert "Components now:\n- Checkout: Major outage\n- API: Operational\n" in text


HEBREW = "\u05ea\u05e9\u05dc\u05d5\u05de\u05d9\u05dd"


def test_paragraphs_from_the_other_side_stand_on_it_in_programs_that_know_no_auto():
    body = f"Payments fail.\n\n{HEBREW}.\n\n- {HEBREW}\n\n> {HEBREW}\n"
    incident = make_incident(make_first(title=HEBREW, body=body, impact=f"{HEBREW}."))

    html = make_forms().form(incident, incident.last, now=NOW).html

    assert "auto" not in re.sub(r"(?s)<style>.*?</style>", "", html).replace("margin: 0 auto", "")
    for tag in ("h1", "p", "li", "blockquote", "ul"):
        found = re.search(rf'<{tag} [^>]*dir="rtl"[^>]*>', html)[0]
        assert "text-align: right" in found
    assert re.search(rf'<p [^>]*align="right"[^>]*>{HEBREW}', html)
    assert not re.search(r"<p [^>]*dir=[^>]*>Payments fail", html)
    assert f"High. <bdi>{HEBREW}.</bdi>" in html


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


def test_a_template_that_was_copied_before_tells_the_same_in_one(tmp_path):
    write_tree(
        tmp_path, {f"site_templates/mail/{one}.txt": COPIED for one in ("update", "resolved")}
    )
    settings = make_settings()
    forms = LetterForms(settings, Templates(tmp_path), BodyRenderer(settings.page.url), SECRET)
    going_on = make_update(5, None, impact="One fails.", cause="A bug.")
    incident = make_incident(make_first(), going_on, make_update(9, "resolved"))

    texts = [forms.form(incident, step, now=NOW).text for step in incident.steps[1:]]

    assert texts == [
        "What happened: A bug.\n\nImpact: One fails.\n",
        "What happened: A bug.\n\nWhat it meant for you: One fails.\n",
    ]


COPIED = '{% import "mail/facts.txt" as facts %}{{ facts.because(letter) }}'


def test_a_page_in_a_script_from_right_to_left():
    form = form_of("update", make_settings({"language": "ar"}), language="ar")

    assert '<html lang="ar" dir="rtl"' in form.html
