"""The account at the end of a run."""

from statusgen.cli.account_view import (
    account_as_json,
    account_line,
    shortfall,
    tell_doubts,
    tell_end,
    tell_total,
)
from statusgen.cli.sending import Ended
from statusgen.mail.database.ledger import SqlLedger
from statusgen.mail.delivery.deliver import DeliveryReport
from statusgen.mail.letter_states import Account
from tests.fakes.mail import ACCEPTED, DOUBT, finish, make_database, make_update, queue_letters

MIXED = Account(accepted=12_405, deferred=2, in_doubt=1)


def test_the_account_adds_up_in_words():
    assert account_line(MIXED) == "12,408 letters = 12,405 accepted + 2 deferred + 1 in doubt"


def test_programs_get_every_state():
    value = account_as_json(MIXED)

    states = {name: number for name, number in value.items() if name not in {"audience", "owed"}}
    assert sum(states.values()) == value["audience"] == 12_408
    assert len(states) == 10


def test_what_was_not_accepted_is_accounted_for():
    assert shortfall(MIXED) == "2 deferred, 1 in doubt"
    assert not shortfall(Account(accepted=5))


def test_the_account_is_given_whenever_there_were_letters(capsys):
    tell_total(Account())
    tell_total(Account(accepted=5))

    assert capsys.readouterr().err == "account: 5 letters = 5 accepted\n"


def test_who_got_a_second_copy_is_named(capsys):
    tell_doubts(("sub_a", "sub_b"), ())

    assert "2 letters were in flight" in (err := capsys.readouterr().err)
    assert err.endswith("sub_a sub_b\n")


def test_copies_are_to_be_named_until_they_were(capsys, tmp_path):
    ledger = queue_letters(make_database(tmp_path), "ann")
    finish(ledger, make_update(), DOUBT)
    finish(ledger, make_update(), ACCEPTED)
    accounts = (("login/01", ledger.account("login/01")),)
    named = ledger.unreported_copies(["login/01"])

    tell_end(Ended(DeliveryReport(accounts, 1, named, (), None), ""), ledger)

    assert len(named) == 1
    assert f"with the same Message-ID: {named[0]}\n" in capsys.readouterr().err
    assert ledger.unreported_copies(["login/01"]) == ()


def test_a_run_that_does_not_add_up_is_an_error(capsys, tmp_path):
    ledger = SqlLedger(make_database(tmp_path))
    report = DeliveryReport((("login/01", Account(accepted=1)),), 1, (), (), None)

    tell_end(Ended(report, "the ledger does not add up"), ledger)

    assert capsys.readouterr().err.endswith("\nerror: the ledger does not add up\n")
    assert Ended(report, "the ledger does not add up").is_behind
    assert not Ended(report, "").is_behind
