"""How a run of letters ends on paper: the account that adds up, and what is wrong with it."""

from typing import TYPE_CHECKING

from statusgen.cli.output import count, tell, tell_error
from statusgen.values.value import asdict

if TYPE_CHECKING:
    from statusgen.cli.sending import Ended
    from statusgen.errors import MailError
    from statusgen.mail.delivery.deliver import DeliveryReport
    from statusgen.mail.ledger import Ledger
    from statusgen.mail.letter_states import Account

NOTHING = "no letters are owed"


def account_as_json(account: "Account") -> dict[str, int]:
    """What became of letters, in numbers."""
    return {"audience": account.audience, "owed": account.owed, **asdict(account)}


def run_as_json(
    sent: int, resent: tuple[str, ...], trouble: "MailError | None", flaw: str
) -> dict[str, object]:
    """What a run that sends tells programs, beside its account."""
    return {
        "sent": sent,
        "resent": list(resent),
        "trouble": str(trouble) if trouble else None,
        "flaw": flaw or None,
    }


def sent_line(sent: int, total: "Account") -> str:
    """`12 letters sent, 2 still owed`."""
    return f"{count(sent, 'letter')} sent, {total.owed:,} still owed"


def shortfall(total: "Account") -> str:
    """What became of the letters that were not accepted, in numbers; empty for none."""
    parts = _parts(total)
    parts.pop("accepted", None)
    return ", ".join(f"{number:,} {state}" for state, number in parts.items())


def account_line(total: "Account") -> str:
    """`12 letters = 10 accepted + 2 deferred`: where every one of them is."""
    parts = " + ".join(f"{number:,} {state}" for state, number in _parts(total).items())
    return f"{count(total.audience, 'letter')} = {parts or '0'}"


def tell_end(ended: "Ended", ledger: "Ledger") -> None:
    """Names whose letter is in doubt or was sent again, and says what stopped the run."""
    report = ended.report
    tell_doubts(report.resent, report.in_doubt)
    tick_copies(report, ledger)
    tell_total(report.total)
    if report.trouble:
        tell_error(str(report.trouble))
    if ended.flaw:
        tell_error(ended.flaw)


def tick_copies(report: "DeliveryReport", ledger: "Ledger") -> None:
    """Remembers that copies were named: only then, or a kill in between would leave some out."""
    ledger.tick_copies([update_id for update_id, _ in report.accounts], report.resent)


def tell_total(total: "Account") -> None:
    """The account of a run that had letters, also when all there is to say is `accepted`."""
    if total.audience:
        tell(account_line(total), "account")


def tell_doubts(resent: tuple[str, ...], in_doubt: tuple[str, ...]) -> None:
    """Names, by token, who got a letter again and whose letter nobody can answer for."""
    if resent:
        tell(
            f"{count(len(resent), 'letter')} {'was' if len(resent) == 1 else 'were'} in flight "
            "when an earlier run was stopped and went out again with the same Message-ID: "
            + " ".join(resent)
        )
    if in_doubt:
        tell(f"{count(len(in_doubt), 'letter')} in doubt: {' '.join(in_doubt)}")


def _parts(total: "Account") -> dict[str, int]:
    """The states that letters are in, accepted ones first, with their numbers."""
    numbers = {"accepted": total.accepted} | asdict(total)
    words = {"claimed": "in hand", "dot": "in flight"}
    return {
        words.get(state, state.replace("_", " ")): number
        for state, number in numbers.items()
        if number
    }
