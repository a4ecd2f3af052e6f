"""`check`, `build` and `due` as they are typed."""

import resource

import pytest

from statusgen.words.templates import Templates
from tests.fakes.repository import FIRST, ID, make_repository


@pytest.fixture
def repository(tmp_path):
    return make_repository(tmp_path)


def test_a_clean_check_says_so(repository):
    done = repository.run("check")

    assert (done.code, done.out) == (0, "1 incident, 1 update: no problems\n")


def test_problems_are_talk_and_the_exit_code_is_1(repository):
    repository.write("broken/01.md", "no front matter\n")

    done = repository.run("check")

    assert done.code == 1
    assert done.out == ""
    assert "incidents/broken/01.md:1: " in done.err


def test_strict_makes_warnings_count(repository):
    repository.write_update("02-update.md", "update", "02:08", FIRST.split("---\n")[2].strip())

    lenient, strict = repository.run("check"), repository.run("check", "--strict")

    assert (lenient.code, strict.code) == (0, 1)
    assert "1 warning" in lenient.out


@pytest.mark.parametrize("command", ["check", "build"])
def test_a_template_that_anybody_may_propose_ends_and_is_within_limits(
    repository, monkeypatch, command
):
    monkeypatch.setattr("statusgen.words.templates.MOST_S", 0.05)
    before, within = resource.getrlimit(resource.RLIMIT_CPU), []

    class Watched(Templates):
        def render(self, *words):
            within.append(resource.getrlimit(resource.RLIMIT_CPU))
            return super().render(*words)

    for user in ("page.site.pages", "publish.check", "publish.build", "page.release"):
        monkeypatch.setattr(f"statusgen.{user}.Templates", Watched, raising=False)
    monkeypatch.setattr("statusgen.words.templates.Templates", Watched)
    template = repository.root / "site_templates" / "page" / "index.html"
    template.parent.mkdir(parents=True)
    template.write_text(
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
    )

    done = repository.run(command)

    assert done.code == 1
    assert "site_templates/page/index.html: takes more than 0.05 seconds to render" in done.err
    assert within
    assert before not in within
    assert resource.getrlimit(resource.RLIMIT_CPU) == before


def test_problems_for_programs(repository):
    repository.write("broken/01.md", "no front matter\n")

    done = repository.run("check", "--json")

    assert done.code == 1
    assert done.json["ok"] is False
    assert done.json["problems"][0]["path"] == "incidents/broken/01.md"
    assert done.json["problems"][0]["level"] == "error"


def test_build_writes_the_site_and_nothing_else(repository):
    done = repository.run("build")

    assert done.code == 0
    assert (repository.root / "_site" / "index.html").exists()
    assert (repository.root / "_site" / "incidents" / f"{ID}.html").exists()
    assert not (repository.root / "public").exists()
    assert not (repository.root / "outbox").exists()


@pytest.mark.parametrize(
    ("now", "code", "is_late"),
    [("2026-11-21T02:19:00Z", 0, False), ("2026-11-21T02:26:00Z", 5, True)],
)
def test_due_says_whether_an_update_is_late(repository, now, code, is_late):
    table = repository.run("due", now=now)
    rows = repository.run("due", "--json", now=now)

    assert (table.code, rows.code) == (code, code)
    assert ("7 minutes late" in table.out) is is_late
    assert rows.json[0]["incident"] == ID
    assert rows.json[0]["is_late"] is is_late
    assert rows.json[0]["next_update_due"] == "2026-11-21T02:19:00Z"
    assert rows.json[0]["late_by_s"] == (420 if is_late else 0)


def test_nothing_open_nothing_due(repository):
    repository.write_update("02-resolved.md", "resolved", "02:08")

    done = repository.run("due")

    assert (done.code, done.out) == (0, "no incident is open\n")
