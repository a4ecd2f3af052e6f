"""`subscribers`: tokens in the open, addresses only where they are asked for."""

import io
from datetime import datetime

import pytest

from statusgen.cli.composition import open_state
from statusgen.config.reader import read_settings
from statusgen.mail.subscribers.subscriber import SubscriberState
from tests.fakes.mail import NOW as INSTANT
from tests.fakes.repository import CANARY, ID, NOW, make_repository
from tests.fakes.terminal import CTRL_C, on_terminal


@pytest.fixture
def repository(tmp_path):
    repository = make_repository(tmp_path)
    repository.subscribe(CANARY, components="checkout", min_severity="SEV1")
    return repository


def token(repository):
    return repository.run("subscribers", "list", "--json").json[0]["id"]


def test_the_list_gives_tokens_and_no_address(repository):
    rows = repository.run("subscribers", "list", "--json")
    table = repository.run("subscribers", "list")

    assert rows.json == [
        {
            "id": rows.json[0]["id"],
            "state": "active",
            "audience": "subscribers",
            "components": ["checkout"],
            "min_severity": "SEV1",
            "language": "en",
        }
    ]
    assert CANARY not in rows.out + rows.err + table.out + table.err


@pytest.mark.parametrize(
    "words",
    [
        ("subscribers", "show", CANARY),
        ("subscribers", "show", CANARY, "--json"),
        ("subscribers", "add", CANARY),
        ("subscribers", "remove", CANARY),
        ("subscribers", "erase", CANARY, "--yes"),
        ("mail", "status"),
        ("mail", "preview"),
        ("plan",),
        ("-v", "publish", "--yes"),
    ],
    ids=" ".join,
)
def test_no_command_prints_an_address(repository, words):
    done = repository.run(*words)

    assert done.code == (2 if "add" in words else 0), done.err
    assert CANARY not in done.out + done.err


def test_export_gives_addresses_and_import_takes_them_back(repository, tmp_path):
    done = repository.run("subscribers", "export")
    repository.run("subscribers", "export", "--out", tmp_path / "people.csv")

    again = repository.run("subscribers", "import", tmp_path / "people.csv")

    assert CANARY in done.out
    assert (tmp_path / "people.csv").stat().st_mode & 0o077 == 0
    assert again.out == "0 subscribers added, 1 updated\n"


@pytest.mark.parametrize("word", ["remove", "erase"])
def test_who_left_is_not_brought_back_by_an_import(repository, word):
    options = ["--yes"] if word == "erase" else []
    repository.run("subscribers", word, token(repository), *options)

    repository.subscribe(CANARY)

    active = [
        one
        for one in repository.run("subscribers", "list", "--json").json
        if one["state"] == "active"
    ]
    assert active == []


def test_who_was_removed_gets_no_letter(repository):
    repository.run("subscribers", "remove", CANARY)

    repository.run("publish", "--yes")

    assert repository.letters() == []


def test_a_broken_file_imports_nobody_and_names_no_address(repository, tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("email,components\ngood@example.com,\nbad,nope\n", encoding="utf-8")

    done = repository.run("subscribers", "import", path)

    assert done.code == 1
    assert "people.csv:3: " in done.err
    assert "good@example.com" not in done.err
    assert len(repository.run("subscribers", "list", "--json").json) == 1


def test_erasing_asks_or_needs_yes(repository):
    done = repository.run("subscribers", "erase", CANARY)

    assert done.code == 2
    assert "--yes" in done.err


@pytest.mark.parametrize(
    ("answer", "code", "end", "is_kept"),
    [
        ("n\n", 3, "nothing was erased\n", True),
        (CTRL_C, 130, "it is safe to run the command again\n", True),
        ("y\n", 0, " erased\n", False),
    ],
    ids=["no", "interrupted", "yes"],
)
def test_an_answer_decides_whether_an_address_is_erased(repository, answer, code, end, is_kept):
    with on_terminal(repository.root, "subscribers", "erase", CANARY, now=NOW) as terminal:
        terminal.wait_for("for good? [y/N]:")
        if answer == CTRL_C:
            terminal.press_until(CTRL_C, "interrupted")
        else:
            terminal.press(answer)
        found = terminal.wait_for_the_end()

    assert (found, terminal.shown.endswith(end)) == (code, True)
    assert (CANARY in repository.run("subscribers", "export").out) is is_kept


def test_what_became_of_the_letters_to_one_subscriber_is_shown(repository):
    none = repository.run("subscribers", "show", CANARY)
    repository.run("publish", "--yes")
    repository.write_update("02-identified", "identified", "02:09")
    repository.run("mail", "hold")
    repository.run("publish", "--yes")

    shown = repository.run("subscribers", "show", token(repository))
    value = repository.run("subscribers", "show", CANARY, "--json").json

    assert none.out.endswith("letters       none\n")
    assert [line.split()[0::2] for line in shown.out.splitlines()[-2:]] == [
        ["2026-11-21T02:10:00Z", f"{ID}/02-identified"],
        ["2026-11-21T02:10:00Z", f"{ID}/01-investigating"],
    ]
    assert [(one["update"], one["state"]) for one in value["letters"]] == [
        (f"{ID}/02-identified", "queued"),
        (f"{ID}/01-investigating", "accepted"),
    ]
    assert CANARY not in shown.out


def test_the_consent_the_last_change_and_the_strikes_are_shown(repository):
    before = repository.run("subscribers", "show", CANARY, "--json").json
    with open_state(read_settings(repository.root)) as state:
        found = state.address_book.find(CANARY)
        for at in ("2026-07-01", "2026-11-19", "2026-11-20"):
            state.address_book.strike(found.id, datetime.fromisoformat(f"{at}T23:00:00Z"))
    repository.run("subscribers", "remove", CANARY, now="2026-11-21T02:30:00Z")

    shown = repository.run("subscribers", "show", CANARY)
    value = repository.run("subscribers", "show", CANARY, "--json").json

    assert (before["strikes"], before["changed_at"]) == ([], NOW)
    assert value["consent"] == before["consent"]
    assert value["consent"] == {"source": "import of people.csv", "at": NOW}
    assert value["changed_at"] == "2026-11-21T02:30:00Z"
    assert value["strikes"] == ["2026-11-19", "2026-11-20"]
    assert shown.out.splitlines()[6:9] == [
        "consent       2026-11-21T02:10:00Z  import of people.csv",
        "changed       2026-11-21T02:30:00Z",
        "strikes       2: 2026-11-19, 2026-11-20",
    ]


def test_a_file_that_is_named_by_an_address_leaves_none_in_the_consent(repository, tmp_path):
    path = tmp_path / f"{CANARY}.csv"
    path.write_text("email\nreader@example.com\n", encoding="utf-8")
    repository.run("subscribers", "import", path)

    shown = repository.run("subscribers", "show", "reader@example.com", "--json")
    with open_state(read_settings(repository.root)) as state:
        found = state.address_book.find("reader@example.com")
        kept = state.address_book.record(found.id, datetime.fromisoformat(NOW)).consent

    assert shown.json["consent"]["source"] == kept.source == "import of …"


def test_an_export_is_written_as_it_is_read(repository, monkeypatch):
    repository.subscribe(*(f"reader{number}@example.com" for number in range(3000)))
    longest = 0

    class Output(io.StringIO):
        def write(self, text):
            nonlocal longest
            longest = max(longest, len(text))
            return super().write(text)

    monkeypatch.setattr(io, "StringIO", Output)
    done = repository.run("subscribers", "export")

    assert len(done.out.splitlines()) == 3002
    assert longest < 200


def test_who_had_left_and_is_added_again_is_told_so(repository):
    repository.run("subscribers", "remove", CANARY)

    done = repository.run("subscribers", "add", CANARY)

    assert done.out == f"{token(repository)} added again; before: unsubscribed\n"


def bounce(repository, *addresses):
    with open_state(read_settings(repository.root)) as state:
        for address in addresses:
            found = state.address_book.find(address)
            state.address_book.set_state(found.id, SubscriberState.BOUNCED, INSTANT)


def test_who_bounced_by_mistake_is_restored_by_one_command(repository):
    repository.subscribe("bob@example.com", "cy@example.com")
    bounce(repository, CANARY, "bob@example.com")

    early = repository.run("subscribers", "restore", "--since", "2026-11-21T02:09:00Z", "--yes")
    done = repository.run("subscribers", "restore", "--yes")
    again = repository.run("subscribers", "restore", "--since", "3d", "--yes", "--json")

    assert early.out == "0 subscribers restored\n"
    assert done.out == "2 subscribers restored\n"
    assert "statusgen mail retry UPDATE" in done.err
    assert again.json == {"restored": 0}
    rows = repository.run("subscribers", "list", "--json").json
    assert {row["state"] for row in rows} == {"active"}


def test_restoring_asks_and_says_what_it_does_not_understand(repository):
    asked = repository.run("subscribers", "restore")
    odd = repository.run("subscribers", "restore", "--since", "lunch", "--yes")
    early = repository.run("subscribers", "restore", "--since", "999999d", "--yes")

    assert (asked.code, odd.code, early.code) == (2, 2, 2)
    assert "add --yes" in asked.err
    assert "--since: " in odd.err
    assert "--since: '999999d' is before the calendar" in early.err
