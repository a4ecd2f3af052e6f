"""Results on stdout, talk on stderr, and nothing that moves where nobody looks."""

import pytest

from statusgen.cli.output import (
    count,
    few,
    progress,
    say,
    say_json,
    short_path,
    tell,
    tell_trouble,
    tell_warnings,
)
from statusgen.errors import Problem, Refused


@pytest.mark.parametrize(("number", "text"), [(0, "0 files"), (1, "1 file"), (2041, "2,041 files")])
def test_numbers_are_spoken(number, text):
    assert count(number, "file") == text


def test_results_and_talk_go_their_own_ways(capsys):
    say("a result")
    say_json({"what": "Grüße"})
    tell("talk")

    out, err = capsys.readouterr()
    assert out == 'a result\n{\n  "what": "Grüße"\n}\n'
    assert err == "talk\n"


def test_many_warnings_are_a_number(capsys):
    problems = [Problem("a.md", line, "odd", "mend it", is_warning=True) for line in range(1, 8)]

    tell_warnings(problems[:2])
    tell_warnings(problems)

    assert capsys.readouterr().err == (
        "a.md:1: warning: odd; mend it\na.md:2: warning: odd; mend it\n"
        "7 warnings; `statusgen check` lists them\n"
    )


@pytest.mark.parametrize(
    ("number", "lines"), [(0, []), (2, ["0", "1"]), (1_003, ["0", "1", "… and 1,001 more"])]
)
def test_of_a_long_list_the_first_lines_are_shown_and_the_others_counted(number, lines):
    assert few([str(one) for one in range(number)], 2) == lines


def test_reasons_of_a_refusal_are_a_line_each_and_not_too_many(capsys):
    tell_trouble(Refused("only one", ending="nothing was done"))
    tell_trouble(Refused(*(f"number {one}" for one in range(1, 24)), ending="nothing was done"))

    first, *reasons, rest, ending = capsys.readouterr().err.splitlines()
    assert first == "error: only one; nothing was done"
    assert reasons == [f"error: number {one}" for one in range(1, 21)]
    assert (rest, ending) == ("error: … and 3 more", "nothing was done")


def test_no_bar_is_drawn_where_no_terminal_is(capsys):
    with progress("Uploading", 3) as done:
        done()

    assert capsys.readouterr() == ("", "")


def test_a_path_is_shown_from_here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    assert short_path(tmp_path / "a" / "b.md") == "a/b.md"
