import pytest

from statusgen.cli.publish_view import Mailed, result_as_json, say_result, shortfall, tell_doubts
from statusgen.model.delivery import Account
from statusgen.usecases.publish import TargetResult, Uploads

UPLOADS = Uploads((TargetResult("folder:public", put=3), TargetResult("s3://x", failure="away")))


@pytest.mark.parametrize(
    ("mailed", "words"),
    [
        (Mailed(), "no letters were owed"),
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
    result = result_as_json("abc", UPLOADS, Mailed(accepted=1, audience=2), None)

    assert result["letters"] == {"accepted": 1, "audience": 2}
    assert [one["failure"] for one in result["targets"]] == [None, "away"]


def test_what_was_not_accepted_is_accounted_for():
    assert shortfall(Account(accepted=5, deferred=2, in_doubt=1)) == "2 deferred, 1 in doubt"


def test_who_got_a_second_copy_is_named(capsys):
    tell_doubts(("sub_a", "sub_b"), ())

    assert "2 letters were in flight" in (err := capsys.readouterr().err)
    assert err.endswith("sub_a sub_b\n")
