"""`publish` on a terminal: the question, the bars, and Ctrl-C."""

import re
import shutil
import time

import pytest

from tests.components.smtp_relay import Script, smtp_relay
from tests.fakes.repository import FIRST, ID, NOW, make_repository
from tests.fakes.terminal import CTRL_C, on_terminal

QUESTION = "Publish and send 2 letters? [y/N]:"


@pytest.fixture
def repository(tmp_path):
    repository = make_repository(tmp_path)
    repository.subscribe("ann@example.com", "bob@example.com")
    return repository


def test_a_yes_publishes_and_the_end_says_when_the_next_update_is_due(repository):
    with on_terminal(repository.root, "publish", now=NOW) as terminal:
        terminal.wait_for(QUESTION)
        terminal.press("y\n")
        code = terminal.wait_for_the_end()

    assert code == 0
    assert "2 subscribers have mail\nnext update due 02:19 UTC, in 9 minutes\n" in terminal.shown
    assert len(repository.letters()) == 2


def test_before_the_question_sample_letters_are_shown(repository):
    repository.subscribe(*(f"reader{number}@example.com" for number in range(4)))
    repository.configure(mail='transport = "folder:outbox"\ncanary = 5')

    with on_terminal(repository.root, "publish", now=NOW) as terminal:
        terminal.wait_for("Publish and send 6 letters? [y/N]:")
        terminal.press("n\n")
        terminal.wait_for_the_end()

    lines = terminal.shown.splitlines()
    samples = [line for line in lines if line.startswith("│ sub_")]
    letter = lines[lines.index(samples[0]) : lines.index(samples[1])]
    assert f"  6 about {ID}/01-investigating" in lines
    assert "canary: 5 letters go first; if more than 5 % of them fail, no other leaves" in lines
    assert f"3 samples of {ID}/01-investigating" in lines
    assert len(samples) == len(set(samples)) == 3
    assert all("  en  Acme — Investigating: Increased error" in line for line in samples)
    assert lines.count("│ About one in three payments fails.") == 1
    assert "│ Status:      Investigating" in letter
    assert f"│ https://status.example.com/incidents/{ID}.html" in letter
    assert not re.search(r"(ann|bob|reader\d)@", terminal.shown)


def test_a_rehearsal_asks_about_the_letters_that_leave_and_shows_them(repository):
    words = ["publish", "--to", "bob@example.com"]
    bob = repository.run("subscribers", "show", "bob@example.com", "--json").json["id"]
    with on_terminal(repository.root, *words, now=NOW) as terminal:
        terminal.wait_for("Publish and send 1 letter? [y/N]:")
        terminal.press("y\n")
        code = terminal.wait_for_the_end()

    lines = terminal.shown.splitlines()
    assert code == 4
    assert "held: 1 letter will wait for `statusgen mail resume`" in lines
    assert [line.split()[1] for line in lines if line.startswith("│ sub_")] == [bob]
    assert "account: 2 letters = 1 accepted + 1 queued" in terminal.shown


def test_while_letters_are_held_the_question_counts_none(repository):
    repository.run("mail", "hold")

    with on_terminal(repository.root, "publish", now=NOW) as terminal:
        terminal.wait_for("Publish? [y/N]:")
        terminal.press("n\n")
        terminal.wait_for_the_end()

    assert "held: 2 letters will wait for `statusgen mail resume`" in terminal.shown


def test_removing_what_people_were_mailed_about_is_asked(repository):
    repository.write("second/01.md", FIRST)
    assert repository.run("publish", "--yes").code == 0
    (repository.root / "incidents" / "second" / "01.md").unlink()

    with on_terminal(repository.root, "publish", "--force", now=NOW) as terminal:
        terminal.wait_for("Publish and remove 1 incident that people know of? [y/N]:")
        terminal.press("n\n")
        code = terminal.wait_for_the_end()

    assert code == 3
    assert "removes second, which 2 people were mailed about\n" in terminal.shown
    assert (repository.root / "public" / "incidents" / "second.html").exists()


def test_a_refusal_that_names_many_has_a_line_for_each(repository):
    times = [f"02:{minute:02}" for minute in range(4, 9)]
    for time_of_day in times:
        text = FIRST.replace("02:04:00Z", f"{time_of_day}:00Z")
        repository.write(f"second/{time_of_day.replace(':', '')}.md", text)
    assert repository.run("publish", "--yes", "--no-mail").code == 0
    shutil.rmtree(repository.root / "incidents" / "second")

    with on_terminal(repository.root, "publish", "--yes", now=NOW) as terminal:
        code = terminal.wait_for_the_end()

    lines = terminal.shown.splitlines()
    starts = [line for line in lines if line.startswith("error: ")]
    assert code == 3
    assert [line.split()[1] for line in starts] == [
        f"second/{one.replace(':', '')}" for one in times
    ]
    assert terminal.shown.count("which nobody was mailed about") <= len(times)
    assert all(len(line) <= 80 for line in lines)
    assert "nothing was done. Pull what colleagues" in terminal.shown


def test_a_no_publishes_nothing(repository):
    with on_terminal(repository.root, "publish", now=NOW) as terminal:
        terminal.wait_for(QUESTION)
        terminal.press("n\n")
        code = terminal.wait_for_the_end()

    assert code == 3
    assert terminal.shown.endswith("nothing was published\n")
    assert not (repository.root / "public").exists()


def test_ctrl_c_at_the_question_is_one_line(repository):
    with on_terminal(repository.root, "publish", now=NOW) as terminal:
        terminal.wait_for(QUESTION)
        terminal.press_until(CTRL_C, "interrupted")
        code = terminal.wait_for_the_end()

    assert code == 130
    assert terminal.shown.endswith("interrupted; it is safe to run the command again\n")
    assert "Traceback" not in terminal.shown
    assert not (repository.root / "public").exists()


def test_letters_are_counted_while_they_leave_and_ctrl_c_stops_them(repository):
    script = Script(at_dot={"": slow})
    with smtp_relay(script) as relay:
        repository.configure(
            mail=f'transport = "smtp://127.0.0.1:{relay.port}"\nmax_connections = 1'
        )
        repository.subscribe(*(f"reader{number}@example.com" for number in range(200)))
        with on_terminal(repository.root, "publish", "--yes", now=NOW) as terminal:
            terminal.wait_for("Mailing")
            terminal.wait_for(" of 202")
            terminal.press(CTRL_C)
            code = terminal.wait_for_the_end()

    assert code == 130
    assert "interrupted" in terminal.shown
    assert "Traceback" not in terminal.shown
    assert len(script.seen) < 202


def test_nobody_who_asked_for_no_colour_gets_any(repository):
    with on_terminal(repository.root, "publish", "--yes", now=NOW, NO_COLOR="1") as terminal:
        code = terminal.wait_for_the_end()

    assert code == 0
    assert "\x1b[1m" not in terminal.raw
    assert "\x1b[3" not in terminal.raw


def slow(_tries):
    time.sleep(0.05)
