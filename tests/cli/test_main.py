"""The command line as a whole: help for everything, a sentence for every mistake."""

import shlex

import click
import pytest

from statusgen.cli.main import cli
from tests.fakes.repository import CANARY, ID, make_repository


def commands(group=cli, words=()):
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        yield (*words, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*words, name))


@pytest.fixture
def repository(tmp_path):
    return make_repository(tmp_path)


@pytest.mark.parametrize("words", [(), *commands()], ids=" ".join)
def test_every_command_explains_itself(repository, words):
    done = repository.run(*words, "--help")

    assert done.code == 0
    assert done.out.startswith("Usage: statusgen")
    assert done.err == ""


MISTAKES = {
    "publsh": (2, "No such command"),
    "new": (2, "Missing argument 'TITLE'"),
    "new X": (2, "--severity"),
    "new X --severity SEV9": (2, "unknown severity 'SEV9'; this page has SEV1, SEV2, SEV3, SEV4"),
    "new X --severity SEV1 --component chekout": (2, "did you mean"),
    "new X --severity SEV1 --component checkout=broken": (2, "broken"),
    "new X --severity SEV1 -m ''": (2, "-m is empty"),
    "new '' --severity SEV1 -m words": (2, "title"),
    "update '' -m words": (2, "the incident's name is empty"),
    "update --severity '' -m words": (2, "unknown severity ''; this page has SEV1"),
    "update zzz -m words": (2, f"the newest are {ID}"),
    "resolve --impact '' -m words": (2, "impact is empty"),
    "update nothing-like-it": (2, "no incident's id contains 'nothing-like-it'"),
    "update --phase resolvd -m words": (2, "unknown phase 'resolvd'"),
    "update --phase completed -m words": (2, "unknown phase 'completed'"),
    "resolve nothing-like-it": (2, "no incident's id contains"),
    "schedule X --starts tomorrow --ends 2h --component api": (2, "--starts"),
    "schedule X --starts 2026-12-01T02:00Z --ends never --component api": (2, "--ends"),
    "schedule X --starts 2026-12-01T02:00Z --ends 2026-11-30T02:00Z": (2, "before it starts"),
    "build --out .": (2, "build somewhere else"),
    "build --out public": (2, "target"),
    "preview --port 99999999": (2, "--port"),
    "publish": (2, "--yes"),
    "publish --yes --expect 0123456789ab": (3, "0123456789ab"),
    "subscribers add nobody": (2, "name@example.com"),
    "subscribers add a@example.com --component nope": (2, "unknown component 'nope'"),
    "subscribers add a@example.com --audience nope": (2, "unknown audience 'nope'"),
    "subscribers add a@example.com --min-severity nope": (2, "unknown severity 'nope'"),
    "subscribers remove sub_nobody": (2, "no such subscriber"),
    "subscribers erase sub_nobody --yes": (2, "no such subscriber"),
    "subscribers show sub_nobody": (2, "no such subscriber"),
    "subscribers import missing.csv": (2, "missing.csv"),
    "mail hold nothing": (2, "the ledger knows no update called 'nothing'"),
    "mail retry nothing": (2, "the ledger knows no update called 'nothing'"),
    "mail status nothing": (2, "the ledger knows no update called 'nothing'"),
    "mail preview nothing-like-it": (2, "no incident's id contains"),
    "init .": (2, "not empty"),
}


@pytest.mark.parametrize("line", MISTAKES)
def test_a_mistake_is_answered_with_a_sentence(repository, line, monkeypatch):
    monkeypatch.chdir(repository.root)
    code, part = MISTAKES[line]

    done = repository.run(*shlex.split(line))

    assert done.code == code, done.err
    assert part in done.err
    assert done.out == ""
    assert "Traceback" not in done.err


@pytest.mark.parametrize("now", ["yesterday", "2026-13-01T00:00Z", ""])
def test_a_wrong_now_is_a_usage_error(repository, now):
    done = repository.run("check", now=now)

    assert done.code == 2
    assert "--now" in done.err


def test_a_folder_without_a_page_is_told_what_to_do(tmp_path, repository):
    elsewhere = tmp_path.parent / f"{tmp_path.name}-empty"
    elsewhere.mkdir()

    done = repository.run("check", folder=elsewhere)
    missing = repository.run("check", folder=elsewhere / "missing")

    assert (done.code, missing.code) == (2, 2)
    assert "statusgen init" in done.err
    assert "-C" in missing.err


def test_the_repository_is_found_from_below(repository):
    done = repository.run("check", folder=repository.root / "incidents" / ID)

    assert done.code == 0


def test_a_broken_configuration_is_named_by_every_command(repository):
    (repository.root / "statusgen.toml").write_text('[page]\nnmae = "x"\n', encoding="utf-8")

    for words in (["check"], ["plan"], ["due"], ["subscribers", "list"], ["build"]):
        done = repository.run(*words)
        assert done.code == 1, words
        assert "statusgen.toml:2: " in done.err
        assert "Traceback" not in done.err


def test_a_database_that_is_none_is_a_sentence(repository):
    folder = repository.root / ".statusgen"
    folder.mkdir(exist_ok=True)
    (folder / "state.db").write_bytes(b"this is no database, and it is long enough" * 100)

    done = repository.run("publish", "--yes")

    assert done.code == 4
    assert done.err.count("the database .statusgen/state.db is damaged") == 1
    assert (repository.root / "public" / "index.html").exists()
    assert repository.letters() == []


@pytest.mark.parametrize(
    "words",
    [
        ("mail", "status", CANARY),
        ("mail", "status", CANARY, "--json"),
        ("mail", "retry", CANARY),
        ("mail", "hold", CANARY),
        ("mail", "preview", CANARY),
        ("mail", "bounces", CANARY),
        ("mail", "test", f"{CANARY}@"),
        ("subscribers", "add", "x@example.com", CANARY),
        ("subscribers", "add", "x@example.com", "--audience", CANARY),
        ("subscribers", "add", "x@example.com", "--component", CANARY),
        ("subscribers", "add", "x@example.com", "--language", CANARY),
        ("subscribers", "add", "x@example.com", "--min-severity", CANARY),
        ("subscribers", "show", CANARY),
        ("update", CANARY, "-m", "We know more."),
        ("publish", CANARY),
        (CANARY,),
    ],
    ids=" ".join,
)
def test_no_error_repeats_an_address_that_somebody_typed(tmp_path, words):
    done = make_repository(tmp_path).run(*words)

    assert done.code in {1, 2}
    assert CANARY.partition("@")[0] not in done.out + done.err
