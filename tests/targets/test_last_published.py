"""A broken incident stays as it was last published, or holds everything up: never half a story."""

import json
import shutil

import pytest

from statusgen.targets.manifest import MANIFEST_KEY, UNKNOWN, Intent, Publisher
from statusgen.targets.manifest_json import format_manifest, parse_manifest
from statusgen.values.value import replace
from tests.builders import instant
from tests.fakes.repository import FIRST, ID, ROOT, make_repository, tree

OLD = "2026-11-01-slow-search"
BEGIN = """\
---
title: Search is slow
severity: SEV2
status: investigating
at: 2026-11-01T08:00:00Z
components:
  search: partial_outage
---
Results take a minute.
"""
END = "---\nstatus: resolved\nat: 2026-11-01T10:00:00Z\n---\nThe index is whole again.\n"
TYPO = BEGIN.replace("SEV2", "SEV9").replace("a minute", "an hour")
NEWS = "---\nstatus: update\nat: 2026-11-21T02:08:00Z\n---\nIt is slow again.\n"


@pytest.fixture
def repository(tmp_path):
    """One old incident and a new one, both published."""
    repository = make_repository(tmp_path)
    repository.subscribe("ann@example.com")
    repository.write(f"{OLD}/01.md", BEGIN)
    repository.write(f"{OLD}/02.md", END)
    assert publish(repository).code == 0
    return repository


def publish(repository, *options, **settings):
    return repository.run("publish", "--yes", *options, **settings)


def site(repository):
    return tree(repository.root / "public")


def say_more(repository):
    repository.write_update("02-identified", "identified", "02:09", "A bad deploy.")


def test_a_typo_in_an_old_incident_does_not_hold_up_what_is_new(repository):
    say_more(repository)
    assert publish(repository, "--no-mail").code == 0
    expected = site(repository)
    shutil.rmtree(repository.root / "public")
    (repository.root / "incidents" / ID / "02-identified.md").unlink()
    assert publish(repository, "--no-mail").code == 0
    repository.write(f"{OLD}/01.md", TYPO)
    say_more(repository)

    strict = publish(repository)
    done = publish(repository, "--keep-broken")

    assert strict.code == 1
    assert "next: correct it; or, for incidents that are over, statusgen publish --keep-broken" in (
        strict.err
    )
    assert done.code == 0, done.err
    assert site(repository) == expected
    assert len(repository.letters()) == 2
    assert f"incidents/{OLD}/01.md:3: unknown severity 'SEV9'" in done.err
    assert f"kept: {OLD} stays as it was last published" in done.err


def test_everything_about_it_stays_though_nothing_is_left_of_the_cache(repository):
    before = site(repository)
    repository.write(f"{OLD}/01.md", TYPO)
    shutil.rmtree(repository.root / ".statusgen" / "cache")

    done = publish(repository, "--keep-broken", "--no-mail")

    assert done.code == 0, done.err
    assert site(repository) == before


def test_it_is_rendered_anew_with_everything_else(repository):
    own = repository.root / "site_templates" / "page"
    own.mkdir(parents=True)
    template = (ROOT / "site_templates" / "page" / "incident.html").read_text(encoding="utf-8")
    own_template = template.replace("<h1", '<h1 data-own="yes"', 1)
    (own / "incident.html").write_text(own_template, encoding="utf-8")
    repository.write(f"{OLD}/01.md", TYPO)

    done = publish(repository, "--keep-broken", "--no-mail")
    again = publish(repository, "--keep-broken", "--no-mail")

    assert (done.code, again.code) == (0, 0), done.err
    page = repository.page(f"incidents/{OLD}.html")
    assert 'data-own="yes"' in page
    assert "Results take a minute." in page


def test_mended_files_count_again(repository):
    repository.write(f"{OLD}/01.md", TYPO)
    publish(repository, "--keep-broken", "--no-mail")
    repository.write(f"{OLD}/01.md", TYPO.replace("SEV9", "SEV2"))

    done = publish(repository)

    assert done.code == 0, done.err
    assert "an hour" in repository.page(f"incidents/{OLD}.html")


def test_a_release_that_was_gone_back_to_knows_its_sources_too(repository):
    repository.write(f"{OLD}/01.md", BEGIN.replace("a minute", "two minutes"))
    publish(repository)
    assert repository.run("rollback", "--yes").code == 0
    repository.write(f"{OLD}/01.md", TYPO)

    done = publish(repository, "--keep-broken", "--no-mail")

    assert done.code == 0, done.err
    assert "Results take a minute." in repository.page(f"incidents/{OLD}.html")


def test_an_upload_that_was_cut_short_takes_nothing_away(repository):
    repository.write(f"{OLD}/01.md", TYPO)
    manifest = repository.root / "public" / MANIFEST_KEY
    seen = parse_manifest(manifest.read_bytes())
    gone = Publisher("someone", "laptop", f"{'0' * 16} 1 0.0")
    intent = Intent("theirs", gone, instant("2026-11-20T02:10"), 1)
    cut_short = {**seen.records, f"incidents/{OLD}.html": UNKNOWN}
    manifest.write_bytes(format_manifest(replace(seen, records=cut_short, intent=intent)))

    done = publish(repository, "--keep-broken", "--no-mail", "--takeover")

    assert done.code == 0, done.err
    assert "Results take a minute." in repository.page(f"incidents/{OLD}.html")


def break_open(repository):
    repository.write(f"{ID}/01-investigating.md", FIRST.replace("SEV1", "SEV9"))


def add_broken_update(repository):
    repository.write(f"{OLD}/03.md", NEWS.replace("update", "updated"))


def add_update_beside_a_typo(repository):
    repository.write(f"{OLD}/01.md", TYPO)
    repository.write(f"{OLD}/03.md", NEWS)


def add_update_with_a_bad_name(repository):
    repository.write(f"{OLD}/03 news.md", NEWS)


def rename_folder(repository):
    folder = repository.root / "incidents"
    (folder / OLD).rename(folder / "slow-search")
    repository.write("slow-search/01.md", TYPO)


def link_folder(repository):
    folder = repository.root / "incidents" / OLD
    folder.rename(repository.root / "elsewhere")
    folder.symlink_to(repository.root / "elsewhere")


def write_another(repository):
    repository.write("2026-11-02-another/01.md", TYPO)


def write_stray(repository):
    repository.write("stray.md", NEWS)


def drop_component(repository):
    toml = repository.root / "statusgen.toml"
    text = toml.read_text(encoding="utf-8").replace('id = "search"', 'id = "find"')
    toml.write_text(text, encoding="utf-8")


def lose_what_was_kept(repository):
    repository.write(f"{OLD}/01.md", TYPO)
    shutil.rmtree(repository.root / "public" / "_statusgen" / "releases")


def lose_the_target(repository):
    repository.write(f"{OLD}/01.md", TYPO)
    shutil.rmtree(repository.root / "public")


@pytest.mark.parametrize(
    ("harm", "why"),
    [
        (break_open, "it is not over yet"),
        (add_broken_update, f"incidents/{OLD}/03.md was not published yet"),
        (add_update_beside_a_typo, f"incidents/{OLD}/03.md was not published yet"),
        (add_update_with_a_bad_name, f"incidents/{OLD}/03 news.md was not published yet"),
        (rename_folder, "it was never published"),
        (link_folder, "nobody can tell whether there is something new in it"),
        (write_another, "it was never published"),
        (write_stray, "it was never published"),
        (drop_component, "what was published of it names search, which statusgen.toml has no more"),
        (lose_what_was_kept, "no target has kept what its page was made of"),
        (lose_the_target, "nothing was published yet"),
    ],
)
def test_what_may_be_news_or_is_not_known_holds_everything_up(repository, harm, why):
    harm(repository)
    before = site(repository) if (repository.root / "public").exists() else {}
    say_more(repository)

    done = publish(repository, "--keep-broken")

    assert done.code == 1, done.out
    assert f"can't stay as it was last published, because {why}; correct it" in done.err
    assert "nothing was done" in done.err
    assert len(repository.letters()) == 1
    if before:
        assert site(repository) == before


def add_draft(repository):
    repository.write(f"{OLD}/01.md", TYPO)
    repository.write(f"{OLD}/03.md", NEWS.replace("---\nstatus", "---\ndraft: true\nstatus", 1))


def break_postmortem(repository):
    repository.write(f"{OLD}/postmortem.md", "---\nunknown: key\n---\nWhy it happened.\n")


def remove_an_update(repository):
    repository.write(f"{OLD}/01.md", TYPO)
    (repository.root / "incidents" / OLD / "02.md").unlink()


def move_into_the_future(repository):
    repository.write(f"{OLD}/02.md", END.replace("11-01T10", "12-01T10"))


def forbid_reading(repository):
    (repository.root / "incidents" / OLD / "01.md").unlink()
    (repository.root / "incidents" / OLD / "01.md").symlink_to(repository.root / "statusgen.toml")


@pytest.mark.parametrize(
    "harm",
    [add_draft, break_postmortem, remove_an_update, move_into_the_future, forbid_reading],
)
def test_what_is_no_news_holds_nothing_up(repository, harm):
    before = site(repository)
    harm(repository)

    done = publish(repository, "--keep-broken")

    assert done.code == 0, done.err
    assert site(repository) == before
    assert len(repository.letters()) == 1


def test_letters_that_nobody_has_yet_are_not_sent_about_it(tmp_path):
    repository = make_repository(tmp_path)
    repository.subscribe("ann@example.com")
    repository.write_update("02-resolved", "resolved", "02:09", "All is well.")
    publish(repository, "--no-mail")
    repository.write(f"{ID}/01-investigating.md", FIRST.replace("SEV1", "SEV9"))

    done = publish(repository, "--keep-broken")
    silent = publish(repository, "--keep-broken", "--no-mail")

    assert done.code == 1
    assert "people are to be mailed about it" in done.err
    assert "SEV9" in done.err
    assert repository.letters() == []
    assert silent.code == 0


def test_what_was_a_draft_when_the_rest_was_published_stays_unknown(repository):
    draft = NEWS.replace("---\nstatus", "---\ndraft: true\nstatus", 1)
    repository.write(f"{OLD}/03.md", draft.replace("slow again", "unspeakable"))
    repository.write(f"{OLD}/01.md", BEGIN.replace("a minute", "two minutes"))
    publish(repository)

    packs = [path.read_bytes() for path in (repository.root / "public").rglob("*.zip")]
    repository.write(f"{OLD}/03.md", NEWS.replace("update", "updated"))
    done = publish(repository, "--keep-broken")

    assert done.code == 1
    assert not any(b"unspeakable" in one for one in packs)


def test_the_newest_target_decides(tmp_path):
    repository = make_repository(tmp_path, 'url = "folder:public"', 'url = "folder:second"')
    repository.write(f"{OLD}/01.md", BEGIN)
    repository.write(f"{OLD}/02.md", END)
    publish(repository, "--no-mail")
    shutil.move(repository.root / "public", repository.root / "away")
    (repository.root / "public").write_text("in the way", encoding="utf-8")
    repository.write(f"{OLD}/01.md", BEGIN.replace("a minute", "two minutes"))
    assert publish(repository, "--no-mail", now="2026-11-21T02:12:00Z").code == 4
    (repository.root / "public").unlink()
    shutil.move(repository.root / "away", repository.root / "public")
    repository.write(f"{OLD}/01.md", TYPO)

    done = publish(repository, "--keep-broken", "--no-mail", now="2026-11-21T02:12:00Z")

    assert done.code == 0, done.err
    assert "two minutes" in repository.page(f"incidents/{OLD}.html")
    assert tree(repository.root / "public") == tree(repository.root / "second")


def test_a_plan_names_what_is_kept_and_its_digest_covers_it(repository):
    repository.write(f"{OLD}/01.md", TYPO)
    say_more(repository)

    planned = repository.run("plan", "--keep-broken", "--json").json
    shown = repository.run("plan", "--keep-broken")
    unkept = publish(repository, "--expect", planned["digest"])
    repository.write(f"{OLD}/01.md", BEGIN)
    mended = publish(repository, "--keep-broken", "--expect", planned["digest"])
    repository.write(f"{OLD}/01.md", TYPO)
    done = publish(repository, "--keep-broken", "--expect", planned["digest"])

    [kept] = planned["kept"]
    assert kept["incident"] == OLD
    assert [one["line"] for one in kept["problems"]] == [3]
    assert f"keeps {OLD} as it was last published" in shown.out
    assert "statusgen publish --keep-broken" in shown.err
    assert (unkept.code, mended.code, done.code) == (1, 3, 0)


def test_configuration_is_never_passed_by(repository):
    toml = repository.root / "statusgen.toml"
    toml.write_text(toml.read_text(encoding="utf-8") + "\n[nonsense]\n", encoding="utf-8")

    assert publish(repository, "--keep-broken").code == 1


def test_check_stays_strict(repository):
    repository.write(f"{OLD}/01.md", TYPO)
    publish(repository, "--keep-broken")

    assert repository.run("check").code == 1


def test_right_files_ask_nothing_more_of_a_target(repository):
    done = publish(repository, "--keep-broken", "--json")

    assert done.code == 0
    assert json.loads(done.out)["kept"] == []
