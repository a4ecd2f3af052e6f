"""Nothing that readers have seen goes without being named; what was let go is asked about once."""

import zipfile
from io import BytesIO

import pytest

from statusgen.targets.folder import FolderStorage
from statusgen.targets.manifest import MANIFEST_KEY, pack_key
from statusgen.targets.manifest_json import format_manifest, parse_manifest
from statusgen.targets.pack import Pack
from statusgen.values.value import replace
from tests.fakes.repository import FIRST, ID, make_repository

SECOND = f"{ID}/02-identified"
NAMED = f"{SECOND} of 2026-11-21T02:08:00Z, which 1 person was mailed about"
TWO = ('url = "folder:public"', 'url = "folder:mirror"')


@pytest.fixture
def repository(tmp_path):
    """Two updates, published and mailed."""
    repository = make_repository(tmp_path)
    repository.subscribe("ann@example.com")
    repository.write_update("02-identified", "identified", "02:08", "A bad deploy.")
    assert publish(repository).code == 0
    return repository


def publish(repository, *options, now="2026-11-21T02:10:00Z"):
    return repository.run("publish", "--yes", *options, now=now)


def file_of(repository, update_id=SECOND):
    return repository.root / "incidents" / f"{update_id}.md"


def delete(repository):
    file_of(repository).unlink()


def make_draft(repository):
    path = file_of(repository)
    path.write_text(path.read_text().replace("status:", "draft: true\nstatus:"))


def replace_by_another(repository):
    delete(repository)
    repository.write_update("02-monitoring", "monitoring", "02:09", "It looks better.")


@pytest.mark.parametrize("change", [delete, make_draft, replace_by_another])
@pytest.mark.parametrize("options", [(), ("--no-mail",), ("--takeover",), ("--late",)], ids=str)
def test_an_update_that_readers_have_seen_does_not_go_unasked(repository, change, options):
    before = repository.page(f"incidents/{ID}.html")
    change(repository)

    planned = repository.run("plan", *options)
    refused = publish(repository, *options)

    assert refused.code == 3
    assert f"error: {NAMED}, is on the page but not in the files; nothing was done" in refused.err
    assert "Pull what colleagues have published, or restore the files" in refused.err
    assert f"takes back {NAMED}" in planned.out
    assert repository.page(f"incidents/{ID}.html") == before
    assert len(repository.letters()) == 2


def test_it_goes_by_force_and_is_named_then_too(repository):
    delete(repository)

    forced = publish(repository, "--force")
    after = publish(repository)

    assert forced.code == after.code == 0
    assert f"takes back: {NAMED}" in forced.err
    assert "A bad deploy" not in repository.page(f"incidents/{ID}.html")
    assert "takes back" not in after.err


def test_a_folder_that_is_gone_is_named_update_by_update(repository):
    repository.write("other/01.md", FIRST)
    assert publish(repository).code == 0
    for path in (repository.root / "incidents" / ID).iterdir():
        path.unlink()

    refused = publish(repository)

    assert refused.code == 3
    first, second, rest = refused.err.splitlines()
    assert first.startswith(f"error: {ID}/01-investigating of 2026-11-21T02:04:00Z, which 1 person")
    assert second == f"error: {NAMED}, is on the page but not in the files"
    assert rest.startswith("nothing was done. Pull what colleagues have published")


@pytest.mark.parametrize("same", ["instant", "text"])
def test_a_renamed_update_is_none(repository, same):
    delete(repository)
    at, body = {"instant": ("02:08", "It was so."), "text": ("02:09", "A bad deploy.")}[same]
    repository.write_update("02-found", "identified", at, body)

    done = publish(repository)

    assert done.code == 0, done.err
    assert len(repository.letters()) == 2


def test_a_review_that_is_taken_back_is_one(repository):
    review = repository.write(f"{ID}/postmortem.md", "---\nat: 2026-11-21T02:09:00Z\n---\nLearned.")
    assert publish(repository).code == 0
    review.unlink()

    refused = publish(repository)

    assert refused.code == 3
    assert f"{ID}/postmortem of 2026-11-21T02:09:00Z" in refused.err


@pytest.mark.parametrize("mail", [True, False])
def test_a_lost_state_makes_no_difference_but_for_who_was_told(repository, mail):
    for path in (repository.root / ".statusgen").glob("state.db*"):
        path.unlink()
    if not mail:
        repository.configure(mail=None)
    delete(repository)

    refused = publish(repository)

    told = ", which nobody was mailed about" if mail else ""
    assert refused.code == 3
    assert f"error: {SECOND} of 2026-11-21T02:08:00Z{told}, is on the page" in refused.err


def test_a_return_to_an_earlier_release_names_what_goes_and_is_not_refused(repository):
    repository.write_update("03-monitoring", "monitoring", "02:09", "It looks better.")
    assert publish(repository).code == 0

    back = repository.run("rollback", "--yes")
    again = publish(repository)

    assert back.code == 0
    third = f"{ID}/03-monitoring of 2026-11-21T02:09:00Z, which 1 person was mailed about"
    assert f"takes back: {third}" in back.err
    assert again.code == 0
    assert "It looks better" in repository.page(f"incidents/{ID}.html")


def test_what_a_rollback_shows_again_is_asked_about_again(repository):
    delete(repository)
    assert publish(repository, "--force", now="2026-11-21T02:11:00Z").code == 0
    assert repository.run("rollback", "--yes", now="2026-11-21T02:12:00Z").code == 0

    refused = publish(repository, now="2026-11-21T02:13:00Z")

    assert refused.code == 3
    assert NAMED in refused.err


def lock_away(folder):
    folder.rename(folder.with_name("away"))
    folder.write_text("not a folder")


def bring_back(folder):
    folder.unlink()
    folder.with_name("away").rename(folder)


@pytest.fixture
def mirrored(repository):
    """The same on two targets, of which one is away."""
    repository.configure(*TWO)
    assert publish(repository).code == 0
    lock_away(repository.root / "mirror")
    return repository


def test_what_was_let_go_is_not_asked_again_of_a_target_that_was_away(mirrored):
    delete(mirrored)
    refused, forced = publish(mirrored), publish(mirrored, "--force", now="2026-11-21T02:12:00Z")
    bring_back(mirrored.root / "mirror")

    after = publish(mirrored, now="2026-11-21T02:14:00Z")

    assert (refused.code, forced.code, after.code) == (3, 4, 0)
    assert f"takes back: {NAMED}; --force let it go before" in after.err
    assert "A bad deploy" not in (mirrored.root / "mirror" / "incidents" / f"{ID}.html").read_text()


def test_a_rollback_of_another_target_forgets_nothing(mirrored):
    delete(mirrored)
    assert publish(mirrored, "--force", now="2026-11-21T02:12:00Z").code == 4
    mirrored.write_update("03-monitoring", "monitoring", "02:13", "It looks better.")
    assert publish(mirrored, now="2026-11-21T02:14:00Z").code == 4
    assert mirrored.run("rollback", "--yes", now="2026-11-21T02:15:00Z").code == 4
    bring_back(mirrored.root / "mirror")

    after = publish(mirrored, now="2026-11-21T02:16:00Z")

    assert after.code == 0, after.err
    assert f"takes back: {NAMED}; --force let it go before" in after.err


def test_only_a_target_that_shows_it_is_asked_about(mirrored):
    """The other was never brought up to it."""
    mirrored.write_update("03-monitoring", "monitoring", "02:09", "It looks better.")
    assert publish(mirrored).code == 4
    bring_back(mirrored.root / "mirror")
    lock_away(mirrored.root / "public")
    file_of(mirrored, f"{ID}/03-monitoring").unlink()

    away = publish(mirrored)
    (mirrored.root / "public").unlink()
    (mirrored.root / "away").rename(mirrored.root / "public")
    back = publish(mirrored)

    assert (away.code, back.code) == (4, 3)
    assert f"{ID}/03-monitoring" in back.err


def test_what_came_back_meanwhile_is_asked_about_again(mirrored):
    path = file_of(mirrored)
    text = path.read_text()
    delete(mirrored)
    assert publish(mirrored, "--force", now="2026-11-21T02:12:00Z").code == 4
    path.write_text(text)
    bring_back(mirrored.root / "mirror")
    assert publish(mirrored, now="2026-11-21T02:14:00Z").code == 0
    delete(mirrored)

    refused = publish(mirrored, now="2026-11-21T02:16:00Z")

    assert refused.code == 3


def test_a_memory_that_nobody_needs_any_more_is_given_up(repository):
    delete(repository)
    assert publish(repository, "--force").code == 0
    manifest = observe(repository)
    repository.write_update("03-monitoring", "monitoring", "02:09", "It looks better.")
    assert publish(repository).code == 0

    assert manifest.let_go.keys() == {SECOND}
    assert observe(repository).let_go == {}


def observe(repository):
    return FolderStorage("folder:public", repository.root / "public").observe().manifest


def write_manifest(repository, **changes):
    path = repository.root / "public" / MANIFEST_KEY
    path.write_bytes(format_manifest(replace(parse_manifest(path.read_bytes()), **changes)))


def test_a_target_of_an_earlier_version_tells_by_what_it_has_kept(repository):
    write_manifest(repository, shown=None)
    delete(repository)

    refused = publish(repository)

    assert refused.code == 3
    assert NAMED in refused.err


def test_where_nothing_was_kept_no_page_goes(repository):
    repository.write("other/01.md", FIRST)
    assert publish(repository).code == 0
    write_manifest(repository, shown=None)
    for sequence in (1, 2):
        (repository.root / "public" / pack_key(sequence)).unlink()
    (repository.root / "incidents" / "other" / "01.md").unlink()

    done = publish(repository)

    assert done.code == 0
    assert (repository.root / "public" / "incidents" / "other.html").exists()


def test_what_a_manifest_shows_is_asked_about_also_where_it_claims_what_is_not_proved(repository):
    repository.write("other/01.md", FIRST)
    assert publish(repository).code == 0
    for sequence in (1, 2):
        (repository.root / "public" / pack_key(sequence)).unlink(missing_ok=True)
    (repository.root / "incidents" / "other" / "01.md").unlink()

    refused = publish(repository)

    assert refused.code == 3
    assert "error: other/01 of " in refused.err


def test_a_release_of_an_earlier_version_can_be_gone_back_to_and_what_goes_is_named(repository):
    folder = FolderStorage("folder:public", repository.root / "public")
    repository.write_update("03-monitoring", "monitoring", "02:09", "It looks better.")
    assert publish(repository).code == 0
    _forget_in_pack(folder, 1)

    back = repository.run("rollback", "--yes")

    assert back.code == 0
    assert f"takes back: {ID}/03-monitoring" in back.err
    assert SECOND not in back.err
    assert observe(repository).shown is None


def _forget_in_pack(folder, sequence):
    data = folder.read_pack(sequence)
    old = format_manifest(replace(Pack(data).manifest(), shown=None))
    made = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as source, zipfile.ZipFile(made, "w") as target:
        for name in source.namelist():
            target.writestr(name, old if name == "manifest.json" else source.read(name))
    (folder.root / pack_key(sequence)).write_bytes(made.getvalue())


def test_what_an_upload_that_broke_off_may_have_shown_is_named(repository):
    repository.write_update("03-monitoring", "monitoring", "02:09", "It looks better.")
    page = repository.root / "public" / "index.html"
    page.unlink()
    page.mkdir()  # the last file can't be put
    (page / "x").touch()
    broken = publish(repository)
    (page / "x").unlink()
    page.rmdir()
    file_of(repository, f"{ID}/03-monitoring").unlink()

    refused = publish(repository, "--takeover")

    assert broken.code == 4
    assert refused.code == 3
    assert f"{ID}/03-monitoring of 2026-11-21T02:09:00Z" in refused.err
