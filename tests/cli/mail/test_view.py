"""How the ledger looks."""

import click

from statusgen.cli.mail.view import Entry, entry_as_json, ledger_lines, next_steps
from statusgen.mail.failure_reasons import Unsent
from statusgen.mail.letter_states import Account, DeliveryState, KnownUpdate
from statusgen.values.value import replace
from tests.builders import instant

ID = "2026-11-21-increased-error-rates-on-checkout"
SENT = Entry(
    KnownUpdate(f"{ID}/01-investigating", ID, instant("02:04")),
    Account(accepted=12_405, deferred=2, failed=1, superseded=37),
    (
        Unsent(DeliveryState.DEFERRED, "451 4.3.0", 2),
        Unsent(DeliveryState.FAILED, "550 5.7.1", 1),
    ),
    {DeliveryState.DEFERRED: ("sub_a", "sub_b"), DeliveryState.FAILED: ("sub_c",)},
)
OLD = Entry(
    KnownUpdate("login/00", "login", instant("01:04"), "older than 24 hours"), Account(), (), {}
)


def test_updates_stand_under_their_incident_in_eighty_columns():
    lines = [
        click.unstyle(line)
        for line in ledger_lines([(one.known, one.account) for one in (SENT, OLD)])
    ]

    assert lines == [
        "                     letters  accepted      owed    failed  in doubt  not sent",
        ID,
        "  01-investigating    12,445    12,405         2         1         -        37",
        "login",
        "  00                 not mailed: older than 24 hours",
    ]


def test_what_is_amiss_comes_with_a_reason_names_and_a_command():
    deferred, failed, superseded, *names = next_steps(SENT)

    assert deferred.startswith("2 letters deferred: ")
    assert "`statusgen mail resume`" in deferred
    assert "(550 5.7.1)" in failed
    assert f"`statusgen mail retry {ID}/01-investigating`" in failed
    assert superseded.startswith("37 letters superseded: the end of the incident")
    assert names == ["deferred: sub_a sub_b", "failed: sub_c"]


def test_nothing_amiss_nothing_said():
    assert list(next_steps(OLD)) == []


def test_letters_of_a_run_that_was_cut_off_are_no_longer_on_their_way():
    entry = replace(SENT, account=Account(queued=5, dot=2), unsent=(), tokens={})

    assert list(next_steps(entry, is_sending=True)) == ["7 letters not sent yet"]
    assert list(next_steps(entry)) == [
        "5 letters not sent yet; `statusgen mail resume` goes on",
        "2 letters in flight when a run was cut off; `statusgen mail resume` settles them",
    ]


def test_programs_get_tokens():
    row = entry_as_json(SENT)

    assert (row["audience"], row["owed"], row["failed"]) == (12_445, 2, 1)
    assert [one["state"] for one in row["unsent"]] == ["deferred", "failed"]
    assert row["tokens"] == {"deferred": ["sub_a", "sub_b"], "failed": ["sub_c"]}
