"""The audit finds what a ledger has lost."""

import pytest

from statusgen.mail.audit import audit
from statusgen.mail.letter_states import Account

BEFORE = Account(queued=10, accepted=2)


@pytest.mark.parametrize(
    "after",
    [
        Account(accepted=12),
        Account(accepted=7, failed=2, deferred=1, suppressed=1, in_doubt=1),
        Account(accepted=9, queued=3),
    ],
    ids=["all by us", "five by us", "others too"],
)
def test_what_adds_up_says_nothing(after):
    assert audit(BEFORE, after, 5) == ""


def test_letters_that_are_in_no_state_any_more_are_found():
    flaw = audit(BEFORE, Account(accepted=11), 9)

    assert "12 letters when the run began, 11 now" in flaw


def test_letters_that_the_ledger_does_not_know_as_accepted_are_found():
    flaw = audit(BEFORE, Account(accepted=4, in_doubt=8), 5)

    assert "accepted 3 more than it knows of" in flaw
