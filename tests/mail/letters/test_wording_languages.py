"""Letters in other languages than English: words, subjects, headers, dates and direction."""

import email
import re
from datetime import timedelta
from email import policy

import pytest

from statusgen.config.settings import SubjectStyle
from statusgen.content.markdown.markdown_html import BodyRenderer
from statusgen.errors import ContentError
from statusgen.mail.letters.compose import LetterForms
from statusgen.words.templates import Templates
from tests.builders import write_tree
from tests.mail.letters.stories import (
    NOW,
    SECRET,
    START,
    checkout_errors,
    every_kind,
    later_in_maintenance,
    make_first,
    make_incident,
    make_settings,
    make_subscriber,
    make_update,
)

GERMAN_SUBJECTS = {
    "investigating": "Acme \N{EN DASH} Wird untersucht: Increased error rates on checkout",
    "update": "Acme \N{EN DASH} Update: Increased error rates on checkout",
    "resolved": "Acme \N{EN DASH} Behoben: Increased error rates on checkout",
    "scheduled": "Acme \N{EN DASH} Geplante Wartung: Upgrade of the order database",
    "maintenance-moved": "Acme \N{EN DASH} Wartung verschoben: Upgrade of the order database",
    "maintenance-in-progress": "Acme \N{EN DASH} Wartung läuft: Upgrade of the order database",
    "maintenance-verifying": "Acme \N{EN DASH} Wartung wird geprüft: Upgrade of the order database",
    "completed": "Acme \N{EN DASH} Wartung abgeschlossen: Upgrade of the order database",
    "canceled": "Acme \N{EN DASH} Wartung abgesagt: Upgrade of the order database",
}
WORDS_OF_OURS = {
    *("the", "you", "mails", "mail", "update by", "started", "impact", "affected", "starts"),
    *("ends", "completed", "status page", "thank", "sorry", "questions", "november 21"),
}
ARABIC = """
msgid ""
msgstr ""
"Language: ar\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : "
"n%100>=11 && n%100<=99 ? 4 : 5);\\n"

msgid "%(service)s — Resolved: %(title)s"
msgstr "%(service)s — تم الحل: %(title)s"

msgid "Resolved"
msgstr "تم الحل"

msgid "Duration"
msgstr "المدة"

msgid "What changed"
msgstr "ما الذي تغير"

msgid "Impact"
msgstr "التأثير"

msgid "%(num)s hour"
msgid_plural "%(num)s hours"
msgstr[0] "%(num)s ساعة"
msgstr[1] "ساعة %(num)s"
msgstr[2] "ساعتان (%(num)s)"
msgstr[3] "%(num)s ساعات"
msgstr[4] "%(num)s ساعة"
msgstr[5] "%(num)s ساعة"

msgid "%(num)s minute"
msgid_plural "%(num)s minutes"
msgstr[0] "%(num)s دقيقة"
msgstr[1] "دقيقة %(num)s"
msgstr[2] "دقيقتان (%(num)s)"
msgstr[3] "%(num)s دقائق"
msgstr[4] "%(num)s دقيقة"
msgstr[5] "%(num)s دقيقة"
"""


def forms_of(root=None, page=None, **mail):
    settings = make_settings(page, **mail)
    return LetterForms(settings, Templates(root), BodyRenderer(settings.page.url), SECRET)


def message_of(name, language, forms=None, **options):
    incident, index = every_kind()[name]
    form = (forms or forms_of()).form(incident, incident.steps[index], language, now=NOW, **options)
    letter = form.address_to(make_subscriber(language=language))
    return email.message_from_bytes(letter.content, policy=policy.default)


def part(message, kind):
    return message.get_body((kind,))


def visible(html):
    body = re.sub(r"(?s)<(style|title)>.*?</\1>|<div class=\"body\".*?</div>", " ", html)
    return " ".join(re.sub("<[^>]+>", " ", body).split())


@pytest.mark.parametrize(("name", "subject"), GERMAN_SUBJECTS.items(), ids=list(GERMAN_SUBJECTS))
def test_german_subjects(name, subject):
    assert message_of(name, "de")["Subject"] == subject


@pytest.mark.parametrize("name", every_kind())
def test_a_german_letter_is_german_in_every_part_and_says_so(name):
    message = message_of(name, "de", page_behind=True)
    text, html = part(message, "plain").get_content(), part(message, "html").get_content()
    ours = text.partition("\n\n")[2].partition("\n\n")[2]

    assert message["Content-Language"] == "de"
    assert [one["Content-Language"] for one in message.iter_parts()] == ["de", "de"]
    assert '<html lang="de" dir="ltr"' in html
    assert "Sie erhalten diese E-Mail, weil Sie" in text
    assert "Sie erhalten diese E-Mail, weil Sie" in visible(html)
    assert ". November 2026, " in text
    assert " MEZ (" in text
    for words in (ours.lower(), visible(html).lower()):
        assert [one for one in WORDS_OF_OURS if re.search(rf"\b{one}:", words)] == []
    assert not message.defects


def test_what_the_author_wrote_is_marked_with_the_language_of_the_page():
    german = part(message_of("update", "de"), "html").get_content()
    english = part(message_of("update", "en"), "html").get_content()

    assert re.search(r'<h1 lang="en"[ >]', german)
    assert re.search(r'<div class="body"[^>]* lang="en"', german)
    assert english.count("lang=") == 1


def test_a_german_end_counts_in_german():
    one = make_incident(make_first(), make_update(61, "resolved"))
    form = forms_of().form(one, one.last, "de", now=NOW)

    assert "Dauer:       1 Stunde 1 Minute\n" in form.text
    assert "2 Stunden 9 Minuten" in part(message_of("resolved", "de"), "plain").get_content()


def test_a_long_time_hangs_below_its_column():
    late = START.replace(month=9, hour=22, minute=30)
    incident = make_incident(make_first(started=late))

    text = forms_of().form(incident, incident.last, "de", now=NOW).text

    assert re.search(r"^Beginn:      22\. September 2026, .*\n {13}UTC\)$", text, re.MULTILINE)


@pytest.mark.parametrize(
    ("page", "wanted", "spoken"),
    [
        ("en", "de", "de"),
        ("en", "DE", "de"),
        ("en", "de-AT", "de-AT"),
        ("de", "en", "en"),
        ("de", "en-US", "en-US"),
        ("de", "fr", "de"),
        ("en", "fr-CA", "en"),
    ],
)
def test_a_letter_speaks_the_language_of_its_reader_if_we_do_else_that_of_the_page(
    page, wanted, spoken
):
    message = message_of("investigating", wanted, forms_of(page={"language": page}))

    is_german = "Wird untersucht" in message["Subject"]
    assert message["Content-Language"] == spoken
    assert is_german is spoken.startswith("de")
    assert f'<html lang="{spoken}"' in part(message, "html").get_content()


def test_dates_follow_the_region():
    text = part(message_of("investigating", "en-US"), "plain").get_content()

    assert "Started:     November 21, 2026, 03:04 CET" in text


def test_one_file_of_the_user_makes_arabic_letters(tmp_path):
    root = write_tree(tmp_path, {"site_templates/locale/ar.po": ARABIC})
    forms = forms_of(root, page={"timezone": "UTC"})

    end = message_of("resolved", "ar", forms)
    change = message_of("update-identified", "ar", forms)
    text, html = part(end, "plain").get_content(), part(end, "html").get_content()

    assert end["Subject"] == "Acme — تم الحل: Increased error rates on checkout"
    assert end["Content-Language"] == "ar"
    assert '<html lang="ar" dir="rtl"' in html
    assert re.search(r'<h1 (?=[^>]*dir="ltr")(?=[^>]*lang="en")(?=[^>]*align="left")', html)
    assert "text-align: left" in re.search("<h1[^>]*>", html)[0]
    assert "المدة:       ساعتان (2) 9 دقائق" in text
    assert "نوفمبر" in text
    assert "We are sorry" in text  # what the catalogue lacks
    assert "Medium ← High" in part(change, "plain").get_content()
    assert "→" not in part(change, "html").get_content()
    assert 'class="list" style="margin: 0 0 12px;padding: 0 20px 0 0;"' in html


def test_templates_of_a_language_stand_before_its_catalogue(tmp_path):
    own = {"site_templates/mail/de/update.subject.txt": "Neues: {{ letter.title }}\n"}
    forms = forms_of(write_tree(tmp_path, own))

    assert message_of("update", "de", forms)["Subject"].startswith("Neues: ")
    assert message_of("update", "de-AT", forms)["Subject"].startswith("Neues: ")
    assert message_of("resolved", "de", forms)["Subject"].startswith("Acme \N{EN DASH} Behoben")


def test_templates_without_a_catalogue_speak_for_their_kinds_alone(tmp_path):
    own = {"site_templates/mail/fr/update.txt": "Nous y travaillons.\n"}
    forms = forms_of(write_tree(tmp_path, own), page={"language": "de"})

    assert message_of("update", "fr", forms)["Content-Language"] == "fr"
    assert message_of("resolved", "fr", forms)["Content-Language"] == "de"


def test_a_constant_subject_has_the_dash_of_the_language():
    forms = forms_of(subject=SubjectStyle.INCIDENT)

    subject = message_of("resolved", "de", forms)["Subject"]

    assert subject == "Acme \N{EN DASH} Increased error rates on checkout"


def test_languages_that_the_user_s_files_add_are_known_so_that_they_can_be_tried(tmp_path):
    own = {
        "site_templates/mail/fr/update.txt": "Bonjour\n",
        "site_templates/locale/ar.po": ARABIC,
        "site_templates/mail/update.txt": "Hello\n",
    }

    assert forms_of(write_tree(tmp_path, own)).languages == ("en", "ar", "fr")
    assert forms_of(page={"language": "de"}).languages == ("de",)


def test_a_broken_catalogue_is_an_error_of_its_file(tmp_path):
    root = write_tree(tmp_path, {"site_templates/locale/ar.po": "\nmsgid nonsense\n"})

    with pytest.raises(ContentError, match=r"site_templates/locale/ar\.po:2: not a catalogue"):
        message_of("update", "ar", forms_of(root))


def test_each_language_is_made_ready_once():
    forms = forms_of()
    incident = checkout_errors()
    first = forms.form(incident, incident.first, "de", now=NOW)

    assert forms.form(incident, incident.first, "DE", now=NOW) == first


def test_a_moved_window_and_a_silent_promise_are_german_too():
    story = every_kind()["scheduled"][0]
    moved = later_in_maintenance(61, None, body="Noch einmal.", next_in=timedelta(hours=1))

    incident = make_incident(story.first.update, moved)
    text = forms_of().form(incident, incident.last, "de", now=NOW).text

    assert "Nächstes Update bis 21. November 2026, 05:05 MEZ (04:05 UTC).\n" in text
