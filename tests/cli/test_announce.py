"""`schedule` and `notice`: a first file that passes the check, and what they refuse."""

import pytest

from tests.fakes.repository import ID, make_repository


@pytest.fixture
def repository(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return make_repository(tmp_path)


def text_of(repository, done):
    return (repository.root / done.out.strip()).read_text(encoding="utf-8")


def test_a_maintenance_is_scheduled_and_completed(repository):
    window = ("--starts", "2026-11-21T03:00", "--ends", "2h", "--component", "api")
    done = repository.run("schedule", "Database upgrade", *window, "-m", "We upgrade.")
    during = "2026-11-21T04:00:00Z"
    ended = repository.run("resolve", "database", "-m", "Done.", now=during)

    assert done.out == "incidents/2026-11-21-database-upgrade/01-scheduled.md\n"
    assert "starts: 2026-11-21T03:00:00Z\nends: 2026-11-21T05:00:00Z" in text_of(repository, done)
    assert ended.out == "incidents/2026-11-21-database-upgrade/02-completed.md\n"
    assert repository.run("check", now=during).code == 0


def test_a_window_that_ends_before_it_starts_is_refused(repository):
    window = ("--starts", "2026-11-21T03:00", "--ends", "2026-11-21T02:00")

    done = repository.run("schedule", "Database upgrade", *window, "-m", "We upgrade.")

    assert done.code == 2
    assert "ends before it starts" in done.err


def test_a_notice_is_on_the_page_until_it_ends(repository):
    ends = ("--ends", "2026-11-22T00:00", "--component", "checkout")
    done = repository.run("notice", "Support: a new address", *ends, "-m", "Write to it.")
    repository.run("build")

    page = (repository.root / "_site" / "index.html").read_text(encoding="utf-8")
    assert done.out == "incidents/2026-11-21-support-a-new-address/01-notice.md\n"
    assert "statusgen publish" in done.err
    assert text_of(repository, done) == (
        '---\ntitle: "Support: a new address"\nstatus: notice\nat: 2026-11-21T02:10:00Z\n'
        "ends: 2026-11-22T00:00:00Z\ncomponents: [checkout]\n---\nWrite to it.\n"
    )
    assert repository.run("check").code == 0
    assert "Support: a new address" in page


def test_a_notice_needs_a_title_only(repository):
    done = repository.run("notice", "Support moves")
    checked = repository.run("check")

    assert done.code == 0
    assert "ends:" not in text_of(repository, done)
    assert "fill in [what readers should know], then statusgen publish" in done.err
    assert checked.code == 1
    assert "[what readers should know]" in checked.err


def test_a_notice_may_end_after_a_while(repository):
    done = repository.run("notice", "Support moves", "--ends", "3d", "-m", "Write to it.")

    assert "ends: 2026-11-24T02:10:00Z" in text_of(repository, done)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--component", "checkout=major_outage"), "does nothing to components"),
        (("--component", "nope"), "unknown component 'nope'"),
        (("--ends", "soon"), "--ends:"),
        (("--ends", "2026-11-21T01:00:00Z"), "ends before it starts"),
        (("-m", " "), "-m is empty"),
    ],
    ids=["a state", "unknown", "no instant", "over already", "no words"],
)
def test_what_a_notice_can_not_be_is_refused_and_nothing_is_written(repository, arguments, message):
    done = repository.run("notice", "Support moves", *arguments)

    assert done.code == 2
    assert message in done.err
    assert [one.name for one in (repository.root / "incidents").iterdir()] == [ID]
