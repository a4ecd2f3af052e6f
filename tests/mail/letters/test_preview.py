"""Letters to look at."""

from statusgen.config.reader import read_settings
from statusgen.mail.letters.kinds import LetterKind
from statusgen.mail.letters.preview import one_of_every_kind, preview_letters
from statusgen.values.value import replace
from tests.builders import instant, make_first, make_incident, make_update
from tests.fakes.repository import make_repository, parse_letters

NOW = instant("03:00")


def test_there_is_one_letter_for_every_update(tmp_path):
    settings = read_settings(make_repository(tmp_path).root)
    incident = make_incident(make_first(), make_update("resolved", "02:40"))

    letters = preview_letters(settings, incident, NOW)

    assert [one.update_id for one in letters] == [one.update.id for one in incident.steps]
    [first, _] = parse_letters(one.message for one in letters)
    assert first["Subject"] == letters[0].subject
    assert first.get_body(("plain",)).get_content().strip() == letters[0].text.strip()


def test_every_kind_can_be_seen(tmp_path):
    settings = read_settings(make_repository(tmp_path).root)

    letters = one_of_every_kind(settings, NOW)

    assert [one.kind for one in letters] == list(LetterKind)
    assert all(one.subject and one.text and "<html" in one.html for one in letters)


def test_a_page_without_mail_can_be_looked_at_too(tmp_path):
    settings = read_settings(make_repository(tmp_path).root)

    letters = one_of_every_kind(replace(settings, mail=None), NOW)

    assert len(letters) == len(LetterKind)


def test_samples_speak_the_language_of_the_page(tmp_path):
    settings = read_settings(make_repository(tmp_path).root)
    german = replace(settings, page=replace(settings.page, language="de"))

    texts = {one.kind: one.text for one in one_of_every_kind(german, NOW)}

    assert "Die Arbeiten haben begonnen." in texts[LetterKind.MAINTENANCE_UPDATE]
    assert not [text for text in texts.values() if "We are" in text or "A sample" in text]
