"""`plan` and `publish` on a folder and an outbox: who is mailed, who never is, and what refuses."""

import shutil
from types import SimpleNamespace

import pytest

from statusgen.cli.composition import open_publishing_lock
from statusgen.config.reader import read_settings
from statusgen.targets.uploading import Uploader
from tests.components.odd_server import HANG_UP, odd_server
from tests.fakes.repository import CANARY, FIRST, ID, make_repository

SOON = "2026-11-21T02:18:00Z"
NEXT_WEEK = "2026-11-28T02:20:00Z"


@pytest.fixture
def repository(tmp_path):
    repository = make_repository(tmp_path)
    repository.subscribe(CANARY, "second.reader@example.com")
    return repository


def publish(repository, *options, now=SOON):
    done = repository.run("publish", "--yes", *options, now=now)
    assert CANARY not in done.out + done.err
    return done


def rename(repository, old, new):
    folder = repository.root / "incidents" / ID
    (folder / old).rename(folder / new)


def test_a_publish_puts_the_page_up_and_mails_each_subscriber_once(repository):
    done = publish(repository)

    assert done.code == 0, done.err
    assert "2 subscribers have mail" in done.out
    assert "next update due 02:19" in done.out
    assert "one in three payments fails" in repository.page(f"incidents/{ID}.html")
    assert sorted(one["To"] for one in repository.letters()) == sorted(
        [CANARY, "second.reader@example.com"]
    )


def test_a_lost_ledger_beside_a_folder_mails_nobody_again(repository):
    people = [f"reader{number}@example.com" for number in range(300)]
    repository.subscribe(*people)
    assert publish(repository).code == 0
    for path in (repository.root / ".statusgen").glob("state.db*"):
        path.unlink()
    repository.subscribe(*people)

    first, again = publish(repository), publish(repository)
    meant = publish(repository, "--takeover", "nobody was mailed")

    assert (first.code, again.code) == (4, 4)
    assert f"not mailed: {ID}/01-investigating is claimed on the target" in first.err
    assert "no letter was sent (300 were to leave)" in first.out
    assert meant.code == 0
    assert len(repository.letters()) == 302 + 300


def test_a_second_publish_does_nothing(repository):
    publish(repository)

    again = publish(repository)

    assert again.code == 0
    assert "up to date" in again.out
    assert "no letters were owed" in again.out
    assert len(repository.letters()) == 2


def test_renaming_a_file_mails_nobody_and_is_said(repository):
    publish(repository)
    rename(repository, "01-investigating.md", "01-first-word.md")

    planned = repository.run("plan", now=SOON)
    done = publish(repository)

    assert f"renamed: {ID}/01-investigating is {ID}/01-first-word now" in planned.out
    assert done.code == 0
    assert len(repository.letters()) == 2
    assert publish(repository).code == 0
    assert len(repository.letters()) == 2


def test_fixing_a_typo_changes_the_page_and_mails_nobody(repository):
    publish(repository)
    repository.write(f"{ID}/01-investigating.md", FIRST.replace("one in three", "a third of"))

    done = publish(repository)

    assert done.code == 0
    assert "a third of payments" in repository.page(f"incidents/{ID}.html")
    assert len(repository.letters()) == 2


def test_an_update_older_than_a_day_is_recorded_and_not_mailed(repository):
    done = publish(repository, now=NEXT_WEEK)
    again = publish(repository, now=NEXT_WEEK)

    assert (done.code, again.code) == (0, 0)
    assert repository.letters() == []
    [row] = repository.run("mail", "status", "--json").json["updates"]
    assert row["skipped"] == "older than 24 hours"


def test_late_mails_what_is_old(repository):
    publish(repository, now=NEXT_WEEK)

    done = publish(repository, "--late", now=NEXT_WEEK)

    assert done.code == 0
    assert len(repository.letters()) == 2


def write_six(repository):
    for number in range(2, 7):
        repository.write_update(
            f"{number:02}-update.md", "update", f"02:{number + 5:02}", f"N{number}"
        )


def test_more_updates_than_five_are_refused_and_nothing_is_done(repository):
    write_six(repository)

    done = publish(repository)

    assert done.code == 3
    assert "6 updates would be mailed" in done.err
    assert "--force" in done.err
    assert repository.letters() == []
    assert not (repository.root / "public").exists()


def test_force_goes_past_the_brake(repository):
    write_six(repository)

    done = publish(repository, "--force")

    assert done.code == 0, done.err
    assert len(repository.letters()) == 12


def test_who_has_heard_nothing_gets_the_end_only(repository):
    repository.write_update("02-identified.md", "identified", "02:12")
    repository.write_update("03-resolved.md", "resolved", "02:15", "All is well.")

    done = publish(repository)

    assert done.code == 0
    assert {one["Subject"] for one in repository.letters()} == {
        "Acme — Resolved: Increased error rates on checkout"
    }
    assert len(repository.letters()) == 2


def test_notify_false_mails_nobody_but_is_on_the_page(repository):
    publish(repository)
    repository.write_update("02-update.md", "update", "02:12", "A quiet word.", notify="false")

    done = publish(repository)

    assert done.code == 0
    assert "A quiet word." in repository.page(f"incidents/{ID}.html")
    assert len(repository.letters()) == 2


def test_without_mail_letters_stay_owed(repository):
    first = publish(repository, "--no-mail")
    before = len(repository.letters())

    second = publish(repository)

    assert (first.code, second.code) == (0, 0)
    assert before == 0
    assert "up to date" in second.out
    assert len(repository.letters()) == 2


def test_brakes_on_mail_do_not_count_without_mail(repository):
    write_six(repository)

    assert publish(repository, "--no-mail").code == 0


def test_who_subscribes_later_hears_of_the_next_update(repository):
    publish(repository)
    repository.subscribe("third.reader@example.com")
    publish(repository)
    before = len(repository.letters())
    repository.write_update("02-identified.md", "identified", "02:12")

    publish(repository)

    assert before == 2
    assert len(repository.letters()) == 5


def test_only_subscribers_of_the_component_and_the_severity_are_mailed(tmp_path):
    repository = make_repository(tmp_path)
    repository.import_csv(
        "email,components,min_severity,audience\n"
        "all@example.com,,SEV2,\n"
        "checkout@example.com,checkout,SEV1,\n"
        "search@example.com,search,SEV4,\n"
        "boss@example.com,,SEV2,stakeholders\n"
    )

    publish(repository)

    found = sorted(one["To"] for one in repository.letters())
    assert found == ["all@example.com", "boss@example.com", "checkout@example.com"]


def test_a_plan_is_what_publish_expects(repository):
    planned = repository.run("plan", "--json", now=SOON).json

    done = publish(repository, "--expect", planned["digest"])

    assert planned["letters"] == [
        {"update": f"{ID}/01-investigating", "audience": 2, "reason": "new"}
    ]
    assert done.code == 0


def test_a_plan_that_has_changed_is_refused(repository):
    digest = repository.run("plan", "--json", now=SOON).json["digest"]
    repository.write_update("02-identified.md", "identified", "02:12")

    done = publish(repository, "--expect", digest)

    assert done.code == 3
    assert digest in done.err
    assert repository.letters() == []
    assert not (repository.root / "public").exists()


def test_a_plan_changes_nothing(repository):
    first, second = repository.run("plan", now=SOON), repository.run("plan", now=SOON)

    assert first.code == second.code == 0
    assert first.out == second.out
    assert not (repository.root / "public").exists()
    assert not (repository.root / "outbox").exists()


def test_nobody_to_ask_means_yes_must_be_said(repository):
    done = repository.run("publish")

    assert done.code == 2
    assert "--yes" in done.err
    assert not (repository.root / "public").exists()


def test_two_publishers_do_not_meet(repository):
    with open_publishing_lock(read_settings(repository.root)):
        done = publish(repository)

    assert done.code == 3
    assert "another statusgen is publishing from this checkout" in done.err
    assert not (repository.root / "public").exists()


def test_broken_content_publishes_nothing_and_names_every_problem(repository):
    repository.write("one-thing/01.md", "no front matter\n")
    repository.write("two-things/01.md", FIRST.replace("SEV1", "SEV9"))

    done = publish(repository)

    assert done.code == 1
    assert "incidents/one-thing/01.md:1: " in done.err
    assert "incidents/two-things/01.md:3: " in done.err
    assert not (repository.root / "public").exists()
    assert repository.letters() == []


def test_a_draft_is_nowhere(repository):
    text = FIRST.replace("---\ntitle", "---\ndraft: true\ntitle", 1)
    repository.write("secret-plan/01.md", text.replace("Increased", "Unspeakable"))

    publish(repository)

    public = [path.read_bytes() for path in (repository.root / "public").rglob("*.*")]
    assert not any(b"Unspeakable" in one or b"secret-plan" in one for one in public)
    assert len(repository.letters()) == 2


def test_a_lost_outbox_of_a_target_is_a_failure_that_the_next_run_mends(repository):
    (repository.root / "outbox").write_text("in the way", encoding="utf-8")
    first = publish(repository)
    (repository.root / "outbox").unlink()

    second = publish(repository)

    assert first.code == 4
    assert "outbox" in first.err
    assert second.code == 0
    assert "2 subscribers have mail" in second.out


def test_a_target_that_fails_holds_the_letters_back(repository):
    (repository.root / "public").write_text("in the way", encoding="utf-8")
    first = publish(repository)
    before = repository.letters()
    (repository.root / "public").unlink()

    second = publish(repository)

    assert first.code == 4
    assert "no letter was sent" in first.err
    assert before == []
    assert second.code == 0
    assert len(repository.letters()) == 2


def test_a_broken_letter_is_found_before_anything_is_done(repository):
    own = repository.root / "site_templates" / "mail"
    own.mkdir(parents=True)
    (own / "investigating.txt").write_text("{{ nothing_of_the_kind }}", encoding="utf-8")

    done = publish(repository)

    assert done.code == 1
    assert "site_templates/mail/investigating.txt" in done.err
    assert not (repository.root / "public").exists()
    assert repository.letters() == []


def test_a_folder_page_that_vanished_is_put_up_again_and_nobody_is_mailed(repository):
    publish(repository)
    shutil.rmtree(repository.root / "public")

    done = publish(repository)

    assert done.code == 0
    assert "one in three" in repository.page(f"incidents/{ID}.html")
    assert len(repository.letters()) == 2


def test_the_report_for_programs(repository):
    done = publish(repository, "--json")

    assert done.json["letters"] == {"accepted": 2, "audience": 2}
    assert done.json["next_update_due"] == "2026-11-21T02:19:00Z"
    assert [one["failure"] for one in done.json["targets"]] == [None]


def test_a_page_without_mail_is_published(tmp_path):
    repository = make_repository(tmp_path, mail=None)

    done = publish(repository)

    assert done.code == 0
    assert not (tmp_path / "outbox").exists()


def test_a_page_without_a_target_is_told_what_to_add(repository):
    text = (repository.root / "statusgen.toml").read_text(encoding="utf-8")
    text = text.replace('[[targets]]\nurl = "folder:public"\n', "")
    (repository.root / "statusgen.toml").write_text(text, encoding="utf-8")

    done = publish(repository)

    assert done.code == 2
    assert "[[targets]]" in done.err


@pytest.fixture
def awakening(monkeypatch):
    """A bucket that hangs up at first, and says no from when the page is waited for."""
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda _seconds: None))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x")
    wait = Uploader.upload_until

    with odd_server(HANG_UP) as server:

        def answering(self, deadline_s, plans, first):
            server.status = 403
            return wait(self, deadline_s, plans, first, lambda _seconds: None)

        monkeypatch.setattr(Uploader, "upload_until", answering)
        yield server


def test_a_target_that_answers_again_and_says_no_keeps_the_letters_back(repository, awakening):
    repository.configure(f'url = "s3://acme"\nendpoint_url = "{awakening.url}"')

    done = publish(repository)

    assert done.code == 4
    assert "trying for 60 s before mailing" in done.err
    assert "no letter was sent (2 were to leave)" in done.out
    assert repository.letters() == []
