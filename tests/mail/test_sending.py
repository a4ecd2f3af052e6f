"""Letters as they leave: rehearsed first, each made from a form, and dated as it is made."""

from datetime import timedelta

import pytest

from statusgen.content.archive import read_archive
from statusgen.content.cache_file import CacheFile
from statusgen.errors import ContentError
from statusgen.mail.letters.compose import make_forms
from statusgen.mail.plan import MailOptions
from statusgen.mail.planning import choose
from statusgen.mail.sending import Composer, rehearse
from statusgen.mail.subscribers.subscriber import Subscriber, SubscriberState
from tests.builders import instant, write_tree
from tests.fakes.repository import ID, make_repository, parse_letters

NOW = instant("02:10")


def plan_of(archive, ledger):
    return choose(archive, ledger, NOW, MailOptions())


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("locale/ar.po", "\nnonsense\n"),
        ("mail/fr/investigating.txt", "Bonjour\n{{ nothing }}\n"),
    ],
)
def test_what_is_broken_in_any_language_of_the_user_s_stops_the_letters_before_the_first(
    archive, ledger, name, text
):
    write_tree(archive.settings.root, {f"site_templates/{name}": text})
    forms = make_forms(archive.settings, b"a key for tests")

    with pytest.raises(ContentError, match=rf"site_templates/{name}:2: "):
        rehearse(plan_of(archive, ledger), archive, forms, NOW)


def test_each_reader_gets_a_letter_in_their_language(archive, ledger):
    forms = make_forms(archive.settings, b"a key for tests")
    rehearse(plan_of(archive, ledger), archive, forms, NOW)
    incident = archive.incident(ID)

    subjects = [
        forms.form(incident, incident.first, one, now=NOW).subject for one in ("en", "de", "fr")
    ]

    assert "Investigating" in subjects[0]
    assert "Wird untersucht" in subjects[1]
    assert subjects[2] == subjects[0]


def test_a_letter_is_dated_when_it_leaves_and_not_when_the_run_began(archive):
    clock = iter([NOW, NOW, NOW + timedelta(hours=5)])
    forms = make_forms(archive.settings, b"a key for tests")
    composer = Composer(archive, forms, lambda: next(clock), {}, page_behind=False)
    ann = Subscriber(1, "sub_ann", "ann@example.com", SubscriberState.ACTIVE)
    update_id = archive.incident(ID).first.update.id

    letters = [composer.letter(update_id, ann) for _ in range(2)]

    dates = [one["Date"].datetime for one in parse_letters(one.content for one in letters)]
    assert dates == [NOW, NOW + timedelta(hours=5)]
    assert letters[0].message_id == letters[1].message_id


def test_updates_of_one_run_are_dated_a_second_apart_in_their_order(tmp_path, archive):
    repository = make_repository(tmp_path)
    repository.write_update("02-identified", "identified", "02:06")
    repository.write_update("03-monitoring", "monitoring", "02:08")
    cache = CacheFile(tmp_path / "cache.db", "one")
    archive = read_archive(archive.settings, cache, NOW)
    ids = tuple(step.update.id for step in archive.incident(ID).steps)
    forms = make_forms(archive.settings, b"a key for tests")
    composer = Composer(archive, forms, lambda: NOW, {}, ids, page_behind=False)
    ann = Subscriber(1, "sub_ann", "ann@example.com", SubscriberState.ACTIVE)

    letters = [composer.letter(one, ann).content for one in ids]

    dates = [one["Date"].datetime for one in parse_letters(letters)]
    assert dates == [NOW - timedelta(seconds=2), NOW - timedelta(seconds=1), NOW]


def test_a_letter_keeps_its_name_when_its_update_is_renamed(archive):
    forms = make_forms(archive.settings, b"a key for tests")
    ann = Subscriber(1, "sub_ann", "ann@example.com", SubscriberState.ACTIVE)
    update_id = archive.incident(ID).first.update.id

    names = {
        Composer(archive, forms, lambda: NOW, first_ids, page_behind=False).letter(update_id, ann)
        for first_ids in ({}, {update_id: update_id}, {update_id: "checkout/00-before"})
    }

    assert len({one.message_id for one in names}) == 2
