import click
import pytest

from statusgen.cli.publish_view import (
    Mailed,
    canary_line,
    result_as_json,
    sample_lines,
    say_result,
    tell_stopped,
    waiting_for,
)
from statusgen.mail.letters.samples import SampleLetter
from statusgen.mail.plan import MailPlan
from statusgen.mail.queueing import Queued
from statusgen.publish.plan import KeptIncident, make_plan
from statusgen.targets.claim import Claim
from statusgen.targets.uploading import TargetResult, Uploads
from tests.builders import instant

UPLOADS = Uploads((TargetResult("folder:public", put=3), TargetResult("s3://x", failure="away")))


@pytest.mark.parametrize(
    ("mailed", "words"),
    [
        (Mailed(), "no letters were owed"),
        (Mailed(stopped=160), "no letter was sent (160 were to leave)"),
        (Mailed(stopped=1), "no letter was sent (1 was to leave)"),
        (Mailed(accepted=1, audience=1, updates=1), "1 subscriber has mail"),
        (
            Mailed(accepted=1999, audience=2000, updates=1, problem="1 failed"),
            "1,999 subscribers have mail (1 failed)",
        ),
        (Mailed(audience=9, updates=1, problem="9 deferred"), "no letter was sent (9 deferred)"),
        (Mailed(accepted=4, audience=4, updates=2), "4 letters about 2 updates sent"),
    ],
)
def test_the_result_says_who_has_mail(mailed, words, capsys):
    say_result(UPLOADS, mailed, "")

    assert capsys.readouterr().out == f"folder:public: 3 files uploaded\n{words}\n"


def test_the_result_says_when_the_next_update_is_due(capsys):
    say_result(UPLOADS, None, "next update due 02:19 UTC, in 14 minutes")

    assert capsys.readouterr().out.endswith("uploaded\nnext update due 02:19 UTC, in 14 minutes\n")


def test_programs_get_the_same():
    plan = make_plan([], MailPlan(), 5, kept=[KeptIncident("login", ())])

    result = result_as_json(plan, UPLOADS, Mailed(accepted=1, audience=2), None)

    assert result["digest"] == plan.digest
    assert result["kept"] == ["login"]
    assert result["letters"] == {"accepted": 1, "audience": 2}
    assert [one["failure"] for one in result["targets"]] == [None, "away"]


def test_the_canary_is_told_where_it_does_something():
    [line] = canary_line(50, 12_408)

    assert line.startswith("canary: 50 letters go first;")
    assert canary_line(0, 12_408) == canary_line(50, 50) == []


def test_samples_are_no_wider_than_the_terminal():
    text = "Acme — Investigating\nErrors\n\n" + "About one in three payments fails. " * 4
    letters = [
        SampleLetter(f"{'x' * 90}/01", f"sub_{name}2345678", "en", f"Acme — {'Errors ' * 20}", text)
        for name in "abc"
    ]

    lines = [click.unstyle(line) for line in sample_lines(letters, 60)]

    assert max(map(len, lines)) == 60
    assert sum(line.startswith("│ sub_") for line in lines) == 3
    assert sum(line.startswith("│ About one in three") for line in lines) == 1
    assert sample_lines([], 60) == []


def test_a_long_letter_is_shown_as_far_as_a_screen_goes():
    text = "\n".join(f"line {number}" for number in range(1, 45))
    letter = SampleLetter("login/01", "sub_a", "en", "Acme — Investigating", text)

    lines = [click.unstyle(line) for line in sample_lines([letter], 80)]

    assert "│ line 30" in lines
    assert lines[-1] == "│ … 14 more lines; statusgen mail preview shows all"


def test_it_is_said_which_target_letters_wait_for():
    folder, bucket = UPLOADS.results

    assert waiting_for(UPLOADS, [bucket]) == (
        "no letter was sent, because s3://x is not up (a folder beside a bucket is not what "
        "readers see); publish again once that is put right"
    )
    assert "because folder:public is not up; publish" in waiting_for(Uploads([folder]), [folder])
    two = Uploads([bucket, TargetResult("s3://y", failure="away")])
    assert "because s3://x and s3://y are not up; publish" in waiting_for(two, two.results)


def test_whose_claim_stops_letters_or_was_taken_over_is_said(capsys):
    theirs = Claim("theirs", "someone on laptop", instant("02:04"))
    queued = Queued((), 0, (("login/01", theirs),), (("login/02", theirs),), (), (), ())

    is_stopped = tell_stopped(queued)

    err = capsys.readouterr().err
    assert is_stopped
    assert "not mailed: login/01 is claimed on the target" in err
    assert "by someone on laptop since 2026-11-21T02:04:00Z, and mailed from there" in err
    assert 'run publish --takeover "why"' in err
    assert "taken over: login/02, which was claimed by someone on laptop since" in err


def test_a_claim_that_was_taken_over_stops_nothing(capsys):
    queued = Queued(("login/02",), 1, (), (("login/02", Claim("theirs")),), (), (), ())

    assert not tell_stopped(queued)
    assert "which was claimed by another ledger\n" in capsys.readouterr().err
