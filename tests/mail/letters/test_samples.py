"""Samples of the letters that are about to leave."""

import pytest

from statusgen.cli.composition import open_state
from statusgen.config.reader import read_settings
from statusgen.content.archive import read_archive
from statusgen.content.cache_file import CacheFile
from statusgen.mail.letter_states import KnownUpdate
from statusgen.mail.letters.compose import make_forms
from statusgen.mail.letters.samples import letters_to, owed_to, sample_letters
from statusgen.mail.plan import Backlog, Mailing, MailPlan
from statusgen.values.vocabulary import InDoubt
from tests.builders import instant
from tests.fakes.mail import DOUBT, finish
from tests.fakes.repository import ID, make_repository

NOW = instant("02:10")


@pytest.fixture
def repository(tmp_path):
    repository = make_repository(tmp_path)
    rows = [f"reader{number}@example.com,{'de' if number > 6 else 'en'}" for number in range(10)]
    repository.import_csv("email,language\n" + "\n".join(rows) + "\n")
    return repository


def samples(repository, *mailings, backlog=(), only=None):
    settings = read_settings(repository.root)
    archive = read_archive(settings, CacheFile(repository.root / "cache.db", "one"), NOW)
    plan = MailPlan(mailings, backlog=tuple(backlog))
    with open_state(settings) as state:
        forms = make_forms(settings, state.secret_key)
        order = [one.token for one in state.address_book.subscribers()]
        found = sample_letters(plan, archive, forms, state.ledger, NOW, only)
        return [(one, order.index(one.token)) for one in found]


def readers(repository, *places):
    """The ids of those who stand there in the address book."""
    with open_state(read_settings(repository.root)) as state:
        ids = [one.id for one in state.address_book.subscribers()]
    return frozenset(ids[place] for place in places)


def mailing(stem, size, at="02:04"):
    return Mailing(KnownUpdate(f"{ID}/{stem}", ID, instant(at)), size)


def test_the_first_and_two_others_in_their_languages(repository):
    found = samples(repository, mailing("01-investigating", 10))

    assert [place for _, place in found] == [0, 3, 6]
    assert {one.update_id for one, _ in found} == {f"{ID}/01-investigating"}
    assert found[0][0].subject == "Acme — Investigating: Increased error rates on checkout"
    assert "About one in three payments fails." in found[0][0].text


def test_who_speaks_another_language_is_shown_so(repository):
    repository.import_csv("email,language\nreader3@example.com,de\n")

    [_, (second, _), _] = samples(repository, mailing("01-investigating", 10))

    assert second.language == "de"
    assert "Wird untersucht" in second.subject


def test_of_several_updates_the_newest_with_most_readers_is_shown(repository):
    repository.write_update("02-identified", "identified", "02:06")
    repository.write_update("03-monitoring", "monitoring", "02:08")
    mailings = [mailing("01-investigating", 10), mailing("02-identified", 10, "02:06")]

    found = samples(repository, *mailings, mailing("03-monitoring", 4, "02:08"))

    assert {one.update_id for one, _ in found} == {f"{ID}/02-identified"}


def test_few_readers_are_each_shown_once(tmp_path):
    few = make_repository(tmp_path / "few")
    few.subscribe("ann@example.com")

    assert len(samples(few, mailing("01-investigating", 1))) == 1


def test_what_is_left_from_an_earlier_run_has_no_samples(repository):
    assert samples(repository, backlog=[Backlog(f"{ID}/01-investigating", 4)]) == []


def test_of_a_rehearsal_those_who_are_named_are_shown(repository):
    few = readers(repository, 2, 8)

    found = samples(repository, mailing("01-investigating", 10), only=few)

    assert [(one.language, place) for one, place in found] == [("en", 2), ("de", 8)]


def test_the_letters_of_a_rehearsal_are_those_that_are_new_and_those_that_are_owed(repository):
    repository.run("mail", "hold")
    repository.run("publish", "--yes")
    repository.write_update("02-identified", "identified", "02:06")
    settings = read_settings(repository.root)
    archive = read_archive(settings, CacheFile(repository.root / "cache.db", "one"), NOW)
    backlog = [Backlog(f"{ID}/01-investigating", 10)]
    mailings = (mailing("02-identified", 10, "02:06"),)
    plan = MailPlan(mailings, backlog=tuple(backlog))
    few = readers(repository, 2, 8, 9)

    with open_state(settings) as state:
        assert letters_to(few, plan, archive, state.ledger) == 6
        assert owed_to(few, [f"{ID}/01-investigating"], InDoubt.HOLD, state.ledger) == 3
        assert owed_to(few, ["another/01"], InDoubt.HOLD, state.ledger) == 0


def test_what_a_run_would_not_send_is_not_owed(repository):
    repository.run("mail", "hold")
    repository.run("publish", "--yes")
    update = KnownUpdate(f"{ID}/01-investigating", ID, instant("02:04"))
    few = readers(repository, 0, 1)

    def owed():
        return owed_to(few, [update.update_id], InDoubt.RESEND, state.ledger)

    with open_state(read_settings(repository.root)) as state:
        finish(state.ledger, update, DOUBT)
        once_in_doubt = owed()
        finish(state.ledger, update, DOUBT, count=1)  # a copy of the first, in doubt itself
        copy_in_doubt = owed()
        state.ledger.hold(update.update_id, NOW)
        withdrawn = owed()

    assert (once_in_doubt, copy_in_doubt, withdrawn) == (2, 1, 0)
