"""A page that can be published while letters leave, and letters that whoever sends takes along."""

from collections import Counter

import pytest

from tests.components.postgresql import postgresql  # noqa: F401  a fixture
from tests.components.smtp_relay import Script, once, smtp_relay
from tests.fakes.repository import FIRST, ID, make_repository, parse_letters

READERS = 16
MANY = 30
"""So many that a run hears of what is published before it is done."""
RELAY = 'transport = "smtp://127.0.0.1:{}"\nmax_connections = 2\nmax_per_second = 10'
UPDATE = f"{ID}/01-investigating"


BEFORE = 3
"""So many letters the relay takes before it keeps a sender waiting."""


@pytest.fixture
def script():
    return Script(holds_after=BEFORE)


@pytest.fixture
def repository(tmp_path, script):
    """A publish mails sixteen readers, some letters a second."""
    with smtp_relay(script) as relay:
        repository = make_repository(tmp_path, mail=RELAY.format(relay.port))
        subscribe(repository)
        yield repository


def subscribe(repository, readers=READERS):
    repository.subscribe(*(f"reader{number}@example.com" for number in range(readers)))


def begin(repository, script, *words):
    """Start to send, and wait until the first letters are out and the next one hangs."""
    first = repository.start_apart(*(words or ("publish", "--yes")))
    script.wait_until_it_holds()
    return first


def end(process, script):
    """Let the letters go on, and wait until all of them are out."""
    script.go_on.set()
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def letters(script, word):
    """How often each reader got a letter whose subject holds the word."""
    parsed = [(reader, parse_letters([body])[0]["Subject"]) for reader, body in script.seen]
    return Counter(reader for reader, subject in parsed if word in subject)


def accounts(repository):
    rows = repository.run("mail", "status", "--json").json["updates"]
    return {row["update"].partition("/")[2]: row for row in rows}


def test_the_page_goes_up_while_letters_leave_and_new_ones_are_taken_along(repository, script):
    first = begin(repository, script)
    repository.write_update("02-identified", "identified", "02:09", "We know the cause.")

    second = repository.run("publish", "--yes")
    page, seen = repository.page(f"incidents/{ID}.html"), len(script.seen)
    code, out, _ = end(first, script)

    assert "We know the cause." in page
    assert seen < READERS
    assert second.code == 4
    assert "because another statusgen is sending, and takes them along" in second.err
    assert "next: statusgen mail status shows how far they are" in second.err
    assert (code, f"{2 * READERS} letters about 2 updates sent" in out) == (0, True)
    assert set(letters(script, "Investigating").values()) == {1}
    assert set(letters(script, "Update:").values()) == {1}
    assert len(script.seen) == 2 * READERS
    assert {stem: row["accepted"] for stem, row in accounts(repository).items()} == {
        "01-investigating": READERS,
        "02-identified": READERS,
    }


def test_an_end_that_is_published_meanwhile_takes_the_place_of_what_has_not_left(
    repository, script
):
    first = begin(repository, script)
    repository.write_update("02-resolved", "resolved", "02:09")

    second = repository.run("publish", "--yes")
    code, _, _ = end(first, script)

    told, ends = letters(script, "Investigating"), letters(script, "Resolved")
    rows = accounts(repository)
    assert second.code == 4
    assert code == 0
    assert 3 <= sum(told.values()) < READERS
    assert set(told.values()) == {1}
    assert (len(ends), set(ends.values())) == (READERS, {1})
    assert rows["01-investigating"]["accepted"] == len(told)
    assert rows["01-investigating"]["superseded"] == READERS - len(told)
    assert rows["02-resolved"]["accepted"] == READERS


def test_a_correction_reaches_those_whose_letters_have_not_left(repository, script):
    slow(repository)
    first = begin(repository, script)
    wrong = repository.root / f"incidents/{UPDATE}.md"
    wrong.write_text(wrong.read_text() + "\nPayments are not affected.\n")

    second = repository.run("publish", "--yes")
    at_once = len(script.seen)
    code, _, _ = end(first, script)

    corrected = [body for _, body in script.seen if b"Payments are not affected." in body]
    assert (second.code, code) == (4, 0)
    assert b"Payments are not affected." not in script.seen[at_once][1]
    assert 0 < len(corrected) < MANY - at_once
    assert set(letters(script, "Investigating").values()) == {1}
    assert len(script.seen) == MANY


def slow(repository, rate=4):
    """Mail many readers, a few letters a second."""
    subscribe(repository, MANY)
    config = repository.root / "statusgen.toml"
    config.write_text(config.read_text().replace("max_per_second = 10", f"max_per_second = {rate}"))


def test_what_is_not_at_hand_here_keeps_no_letter_of_ours(repository, script):
    slow(repository)
    first = begin(repository, script)
    repository.write_update("02-identified", "identified", "02:09", "We know the cause.")
    second = repository.run("publish", "--yes")
    broken = repository.write("another/01-investigating.md", "not yet an update")

    code, _, err = end(first, script)
    broken.unlink()
    rest = repository.run("mail", "resume")

    assert (second.code, code, rest.code) == (4, 0, 0)
    assert "what was published meanwhile" in err
    assert set(letters(script, "Investigating").values()) == {1}
    assert (len(letters(script, "Investigating")), len(letters(script, "Update:"))) == (MANY, MANY)


def test_a_page_that_is_called_something_else_meanwhile_is_sent_about_as_it_is_now(
    repository, script
):
    slow(repository)
    first = begin(repository, script)
    config = repository.root / "statusgen.toml"
    config.write_text(config.read_text().replace('name = "Acme Status"', 'name = "Acme Health"'))

    second = repository.run("publish", "--yes")
    code, _, _ = end(first, script)

    assert (second.code, code) == (4, 0)
    assert len(letters(script, "")) == MANY
    assert b"Acme Health" in script.seen[-1][1]


def test_a_wrong_update_can_be_held_while_its_letters_leave(repository, script):
    first = begin(repository, script)

    held = repository.run("mail", "hold", UPDATE)
    code, _, err = end(first, script)

    assert held.code == 0
    assert len(script.seen) < READERS
    assert (code, "Traceback" in err) == (0, False)
    row = accounts(repository)["01-investigating"]
    assert (row["accepted"], row["suppressed"]) == (len(script.seen), READERS - len(script.seen))


@pytest.mark.parametrize(
    "server",
    [None, pytest.param("postgresql", marks=pytest.mark.component("postgresql"))],
    ids=["sqlite", "postgresql"],
)
def test_who_leaves_while_letters_leave_and_has_none_yet_gets_none(
    request, repository, script, server
):
    if server:
        url = request.getfixturevalue(server).new_database()
        repository.configure(mail=RELAY.format(script.port), extra=f'[state]\ndatabase = "{url}"')
        subscribe(repository)
    first = begin(repository, script)
    gone = [f"reader{number}@example.com" for number in range(READERS - 6, READERS)]
    removed = [("remove", one) for one in gone[::2]]
    erased = [("erase", one, "--yes") for one in gone[1::2]]

    codes = {repository.run("subscribers", *words).code for words in removed + erased}
    seen = {reader for reader, _ in script.seen}
    code, out, err = end(first, script)

    row, told = accounts(repository)["01-investigating"], letters(script, "Investigating")
    rest = READERS - len(gone)
    assert codes == {0}
    assert seen.isdisjoint(gone)
    assert told == {f"reader{number}@example.com": 1 for number in range(rest)}
    assert (code, f"{rest} subscribers have mail (6 suppressed)" in out) == (0, True)
    assert f"account: {READERS} letters = {rest} accepted + 6 suppressed\n" in err
    assert "does not add up" not in err
    assert (row["audience"], row["accepted"], row["suppressed"]) == (READERS, rest, 6)


def test_ctrl_c_while_letters_leave_accounts_for_them(repository, script):
    first = begin(repository, script)

    first.send_signal(2)
    code, _, err = end(first, script)

    assert code == 130
    assert f"account: {READERS} letters = " in err
    assert " queued" in err


def test_letters_of_an_incident_whose_page_is_right_go_and_others_are_named(repository, script):
    script.go_on.set()
    repository.write("second/01-investigating.md", FIRST)
    repository.run("mail", "hold")
    repository.run("publish", "--yes")
    repository.write("second/01-investigating.md", FIRST.replace("one in three", "half of"))

    done = repository.run("mail", "resume")

    assert done.code == 4
    assert done.out == f"{READERS} letters sent, 0 still owed\n"
    assert f"sending {READERS} letters about {UPDATE} (investigating)\n" in done.err
    assert "still owed: letters about second, because the page does not show" in done.err


def test_what_no_publish_has_queued_is_named(repository):
    repository.run("publish", "--yes", "--no-mail")

    done = repository.run("mail", "resume")

    assert (done.code, done.out) == (0, "no letters are owed\n")
    assert "not queued yet: 1 update; `statusgen publish` queues the letters" in done.err


def test_a_file_that_is_renamed_while_its_letters_leave_costs_nobody_one(repository, script):
    first = begin(repository, script)
    folder = repository.root / "incidents" / ID
    (folder / "01-investigating.md").rename(folder / "01-first-word.md")

    second = repository.run("publish", "--yes")
    code, _, err = end(first, script)
    third = repository.run("mail", "resume")

    assert second.code == 4
    assert (code, "does not add up" in err) == (0, False)
    assert third.code == 0
    assert set(letters(script, "Investigating").values()) == {1}
    assert len(script.seen) == READERS


def test_what_is_retried_while_letters_leave_is_taken_along(repository, script):
    script.at_rcpt = {"reader0@": once("554 5.6.0 not today")}
    first = begin(repository, script)

    retried = repository.run("mail", "retry", UPDATE)
    resumed = repository.run("mail", "resume")
    code, _, _ = end(first, script)

    assert retried.code == 4
    assert retried.out == "queued again; another statusgen is sending, and takes them along\n"
    assert resumed.code == 3
    assert "another statusgen is sending letters from this address book" in resumed.err
    assert code == 0
    assert len(letters(script, "Investigating")) == len(script.seen) == READERS
