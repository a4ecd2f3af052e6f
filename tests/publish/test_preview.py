"""What a preview shows that nothing else does."""

from statusgen.config.reader import read_settings
from statusgen.content.cache_file import CacheFile
from statusgen.publish.preview import MAILS, make_preview
from tests.builders import instant
from tests.fakes.repository import FIRST, ID, make_repository


def make(repository):
    cache = CacheFile(repository.root / "drafts.db", "drafts")
    return make_preview(read_settings(repository.root), cache, instant("02:10"))


def test_drafts_are_shown_on_the_page_and_as_letters(tmp_path):
    repository = make_repository(tmp_path)
    draft = "---\nstatus: identified\nat: 2026-11-21T02:08:00Z\ndraft: true\n---\nA draft word.\n"
    repository.write(f"{ID}/02-identified.md", draft)

    preview = make(repository)

    assert b"A draft word." in preview.site[f"incidents/{ID}.html"].load()
    for ending in ("html", "txt", "eml"):
        assert f"_mail/{ID}/02-identified.{ending}" in preview.letters
    assert f"{ID}/02-identified.html".encode() in preview.letters[MAILS]


def test_what_other_sites_load_tells_nothing_of_drafts(tmp_path):
    repository = make_repository(tmp_path)
    secret = FIRST.replace("Increased error rates on checkout", "A secret word").replace(
        "checkout: major_outage", "search: partial_outage"
    )
    repository.write("2026-11-21-secret/01.md", secret.replace("severity", "draft: true\nseverity"))
    before = make_preview(
        read_settings(make_repository(tmp_path / "other").root),
        CacheFile(tmp_path / "other.db", "drafts"),
        instant("02:10"),
    )

    preview = make(repository)

    assert b"A secret word" in preview.site["index.html"].load()
    embedded = [key for key in preview.site if key.startswith(("badge.", "embed.js"))]
    embedded += [key for key in preview.site if key.startswith("components/") and "svg" in key]
    assert len(embedded) > 3
    for key in embedded:
        assert preview.site[key].load() == before.site[key].load(), key


def test_what_is_broken_is_named_and_the_rest_is_shown(tmp_path):
    repository = make_repository(tmp_path)
    repository.write("broken/01.md", FIRST.replace("SEV1", "SEV9"))

    preview = make(repository)

    assert [one.path for one in preview.problems] == ["incidents/broken/01.md"]
    assert f"incidents/{ID}.html" in preview.site
    assert "incidents/broken.html" not in preview.site


def test_one_cache_serves_save_after_save(tmp_path):
    repository = make_repository(tmp_path)
    cache = CacheFile(tmp_path / "drafts.db", "drafts")
    settings = read_settings(repository.root)
    before = make_preview(settings, cache, instant("02:10"))
    repository.write_update("02-identified.md", "identified", "02:08", "We have found it.")

    after = make_preview(settings, cache, instant("02:10"))

    page = f"incidents/{ID}.html"
    assert b"We have found it." not in before.site[page].load()
    assert b"We have found it." in after.site[page].load()
    assert after.site["404.html"].digest == before.site["404.html"].digest
