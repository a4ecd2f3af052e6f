"""The way out for letters: a relay, a service, or a folder."""

from collections.abc import Iterator

from statusgen.config.relay import parse_relay
from statusgen.config.ses import parse_ses
from statusgen.doctor.finding import Finding, fail, from_error, ok, unknown, warn
from statusgen.doctor.targets import judge_room
from statusgen.errors import StatusgenError
from statusgen.mail.delivery.refusals import OF_READERS
from statusgen.mail.letter_states import DeliveryState, Outcome
from statusgen.mail.transports.senders import AccountFacts, RelayFacts, SenderFacts, Verification
from statusgen.targets.storage import Room

SMALL_LETTER = 1_000_000
"""Bytes; relays that take less than this refuse letters about long incidents."""


_BAD_STANDINGS = ("PROBATION", "SHUTDOWN")


def transport_name(transport: str) -> str:
    """What a transport is called: without its user, which may be an address."""
    if transport.startswith("folder:"):
        return "outbox"
    if transport.startswith("ses:"):
        return str(parse_ses(transport))
    return f"relay {parse_relay(transport)}"


def judge_transport(
    subject: str, facts: RelayFacts | Room | AccountFacts | StatusgenError
) -> Iterator[Finding]:
    """Yield what is to be said of the way out."""
    if isinstance(facts, StatusgenError):
        yield from_error(subject, facts)
    elif isinstance(facts, Room):
        yield judge_room(subject, facts)
    elif isinstance(facts, AccountFacts):
        yield from _judge_account(subject, facts)
    else:
        tls = "with TLS" if facts.is_encrypted else "without TLS, on this machine"
        login = "; the login was accepted" if facts.is_logged_in else "; no login is set"
        yield ok(subject, f"reached {tls}{login}")
        if facts.answer is not None:
            yield _judge_answer(subject, facts.answer)
        yield from _judge_extensions(subject, facts)


def _judge_answer(subject: str, answer: Outcome) -> Finding:
    """Say what came of an envelope from the sender's address, and to it."""
    codes = f" ({answer.reply})" if answer.reply else ""
    match answer.state:
        case DeliveryState.ACCEPTED:
            return ok(subject, "it takes the sender and a recipient")
        case DeliveryState.FAILED if answer.meaning in OF_READERS:
            return warn(
                subject,
                f"it takes the sender, but no mail for that address{codes}",
                "have a mailbox made for it, or name a mail.return_path that exists; otherwise "
                "what comes back is lost",
            )
        case DeliveryState.FAILED:
            return fail(
                subject,
                f"it takes the sender and refuses a recipient, the sender's own address{codes}",
                "ask who runs it whether this machine may send through it",
            )
    return unknown(
        subject,
        f"it put off the sender or a recipient{codes}",
        "run `statusgen doctor` again in a few minutes",
    )


def _judge_account(subject: str, account: AccountFacts) -> Iterator[Finding]:
    if not account.may_send:
        yield fail(
            subject,
            "sending is paused for the account",
            "look into the account's mailbox, and ask AWS to resume it",
        )
    if account.is_trial:
        yield fail(
            subject,
            "the account is in the sandbox: it mails verified addresses only",
            "ask AWS for production access",
        )
    if account.standing in _BAD_STANDINGS:
        yield warn(
            subject,
            f"the account's standing is {account.standing.lower()}",
            "look into the reputation dashboard: too many letters bounced or were complained of",
        )
    yield _judge_quota(subject, account)
    if account.sender is not None:
        yield _judge_sender(subject, account.sender)


def _judge_quota(subject: str, account: AccountFacts) -> Finding:
    rate = f"{account.per_second:,g} letters a second"
    if account.left_today is None:
        return ok(subject, f"reached; it takes {rate}, and has no limit a day")
    left = f"{account.left_today:,} of {account.per_day:,} letters are left for 24 hours"
    if not account.left_today:
        return fail(subject, left, "ask AWS for a larger sending quota")
    return ok(subject, f"reached; it takes {rate}, and {left}")


def _judge_sender(subject: str, sender: SenderFacts) -> Finding:
    match sender.verification:
        case Verification.VERIFIED:
            return _judge_signature(subject, sender)
        case Verification.UNVERIFIED | Verification.MISSING:
            return fail(
                subject,
                f"SES has not verified {sender.domain}, so it refuses every letter",
                "verify the domain in the SES console, in the region of mail.transport: enter "
                "the records that it shows into the DNS",
            )
        case Verification.NOT_ALLOWED:
            return warn(
                subject,
                "ses:GetEmailIdentity is not allowed, so whether SES has verified "
                f"{sender.domain} can't be told",
                "allow it for the identities that may cover mail.from: the address, its domain, "
                "and one above if that was verified",
            )
        case Verification.UNKNOWN:
            return unknown(
                subject,
                f"SES did not say whether it has verified {sender.domain}",
                "run `statusgen doctor` again in a minute",
            )


def _judge_signature(subject: str, sender: SenderFacts) -> Finding:
    if not sender.is_signed:
        return warn(
            subject,
            f"SES has verified {sender.domain}, but signs its letters without DKIM",
            "turn on DKIM for it in the SES console, and enter the records that it shows into "
            "the DNS",
        )
    return ok(subject, f"SES has verified {sender.domain}, and signs its letters with DKIM")


def _judge_extensions(subject: str, facts: RelayFacts) -> Iterator[Finding]:
    limit = facts.extensions.get("size", "")
    if limit.isdecimal() and 0 < int(limit) < SMALL_LETTER:
        yield warn(
            subject,
            f"it takes letters of at most {int(limit):,} bytes",
            "ask who runs it for 1 MB or more, or long updates are refused",
        )
    if "smtputf8" not in facts.extensions:
        yield warn(
            subject,
            "it doesn't offer SMTPUTF8, so mailboxes with other letters than ASCII get no mail",
            "ask who runs it to turn SMTPUTF8 on",
        )
    if "pipelining" not in facts.extensions:
        yield warn(
            subject,
            "it doesn't offer PIPELINING, so letters leave more slowly",
            "ask who runs it to turn PIPELINING on",
        )
    offered = [one.upper() for one in ("size", "pipelining", "smtputf8") if one in facts.extensions]
    if offered:
        yield ok(subject, f"it offers {', '.join(offered)}")
