"""What Amazon SES tells through SNS and SQS, as JSON: bounces, complaints and the rest.

https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html
"""

import json
from typing import Any

from statusgen.mail.bounces.bounce import Failure, Incoming, MessageKind
from statusgen.mail.bounces.headers import addresses_in, status_in

_GREETINGS = ("Successfully validated SNS topic", "AmazonSnsSubscriptionSucceeded")
_HARMLESS = {
    *("delivery", "deliverydelay", "send", "open", "click", "subscription"),
    *("amazonsnssubscriptionsucceeded", "reject", "rendering failure", "renderingfailure"),
}
_BOUNCE_STATUS = {"NoEmail": "5.1.1", "Suppressed": "5.1.1", "OnAccountSuppressionList": "5.1.1"}
_MOST_FAILURES = 50


def read_notice(raw: bytes) -> Incoming | None:
    """What a message of the queue says, from SNS or from SES itself; None: neither wrote it."""
    notice = json.loads(raw)
    if notice.get("Type") == "Notification":
        inner = notice["Message"]
        if inner.startswith(_GREETINGS):
            return Incoming(MessageKind.AUTOMATIC)
        notice = json.loads(inner)
    elif notice.get("source") == "aws.ses":  # through EventBridge
        notice = notice["detail"]
    kind = notice.get("notificationType") or notice.get("eventType") or ""
    match kind.lower():
        case "bounce":
            return Incoming(MessageKind.REPORT, failures=_failures(notice["bounce"]))
        case "complaint":
            return _complaint(notice["complaint"])
        case known if known in _HARMLESS:
            return Incoming(MessageKind.REPORT)
        case _:
            return None


def _failures(bounce: dict[str, Any]) -> tuple[Failure, ...]:
    """Transient bounces are out-of-office replies and busy servers, but for full mailboxes."""
    kind, detail = bounce.get("bounceType"), bounce.get("bounceSubType", "")
    if kind == "Transient" and detail == "MailboxFull":
        return tuple(_failure(one, "5.2.2") for one in _recipients(bounce["bouncedRecipients"]))
    if kind == "Transient":
        return ()
    default = _BOUNCE_STATUS.get(detail, "5.0.0")
    return tuple(
        _failure(one, status_in(one.get("status", "")) or default)
        for one in _recipients(bounce["bouncedRecipients"])
    )


def _complaint(complaint: dict[str, Any]) -> Incoming:
    if complaint.get("complaintFeedbackType") in {"not-spam", "virus", "auth-failure"}:
        return Incoming(MessageKind.REPORT)
    told = _recipients(complaint["complainedRecipients"])
    return Incoming(MessageKind.COMPLAINT, failures=tuple(_failure(one, "5.0.0") for one in told))


def _failure(recipient: dict[str, Any], status: str) -> Failure:
    addresses = addresses_in(recipient["emailAddress"])
    return Failure(addresses, status, recipient.get("diagnosticCode", ""))


def _recipients(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return found[:_MOST_FAILURES]
