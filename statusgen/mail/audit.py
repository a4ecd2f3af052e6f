"""The audit at the end of a run: the ledger's account against what the run itself has seen."""

from statusgen.mail.letter_states import Account


def audit(before: Account, after: Account, sent: int) -> str:
    """What does not add up, in a sentence; empty when everything does.

    `before` is the account when the run began, `sent` how many letters the relay has accepted
    from it meanwhile. Others may have sent too, so more may be accepted, but never fewer; and
    nobody leaves the audience of an update.
    """
    if after.audience != before.audience:
        return (
            f"the ledger does not add up: {before.audience:,} letters when the run began, "
            f"{after.audience:,} now; keep the database as it is, and report this as a bug"
        )
    unknown = before.accepted + sent - after.accepted
    if unknown > 0:
        return (
            f"the ledger does not add up: the relay has accepted {unknown:,} more than it knows "
            "of, because this run was taken for gone; they are in doubt or were sent again"
        )
    return ""
