"""Messages as mail systems write them, in our own words and at example.com."""

import json

LABEL = "sub_ann00001-0123456789abcdef"
SIGNED = "sub_ann00001." + "A" * 43
RETURN_PATH = f"bounces+{LABEL}@example.com"

LETTER_HEADERS = f"""\
Return-Path: <{RETURN_PATH}>
From: Acme Status <status@example.com>
To: ann@example.org
Subject: [Acme Status] Login is slow
Message-ID: <0123456789@example.com>
List-Unsubscribe: <https://status.example.com/u/{SIGNED}>,
 <mailto:stop@example.com?subject=unsubscribe%20{SIGNED}>
Auto-Submitted: auto-generated
"""

STATUS_POSTFIX = """\
Reporting-MTA: dns; mx.example.com
X-Postfix-Queue-ID: 4B0C1A
X-Postfix-Sender: rfc822; status@example.com
Arrival-Date: Sat, 21 Nov 2026 02:04:00 +0000 (UTC)

Final-Recipient: rfc822; ann@example.org
Original-Recipient: rfc822;ann@example.org
Action: failed
Status: 5.1.1
Remote-MTA: dns; mail.example.org
Diagnostic-Code: smtp; 550 5.1.1 <ann@example.org>: Recipient address
    rejected: User unknown in virtual mailbox table
"""


def report(status: str, letter: str = LETTER_HEADERS, to: str = RETURN_PATH, **more: str) -> bytes:
    """Return a multipart/report as most systems lay it out."""
    returned = f"--b1\nContent-Type: text/rfc822-headers\n\n{letter}\n" if letter else ""
    more = {"Auto-Submitted": "auto-replied", "Return-Path": "<>", **more}
    extra = "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in more.items())
    return (
        f"{extra}Delivered-To: {to}\n"
        "Date: Sat, 21 Nov 2026 02:05:00 +0000\n"
        "From: MAILER-DAEMON@mx.example.com (Mail Delivery System)\n"
        f"Subject: Undelivered Mail Returned to Sender\nTo: {to}\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b1"\n\n'
        "This is a MIME-encapsulated message.\n\n"
        "--b1\nContent-Description: Notification\nContent-Type: text/plain; charset=us-ascii\n\n"
        "I'm sorry to have to inform you that your message could not be delivered.\n\n"
        f"--b1\nContent-Type: message/delivery-status\n\n{status}\n{returned}--b1--\n"
    ).encode()


def status(**fields: str) -> str:
    """Return a status part about ann with these fields."""
    given = {
        "Final-Recipient": "rfc822; ann@example.org",
        "Action": "failed",
        "Status": "5.1.1",
        **{name.replace("_", "-"): value for name, value in fields.items()},
    }
    lines = "".join(f"{name}: {value}\n" for name, value in given.items() if value)
    return f"Reporting-MTA: dns; mx.example.com\n\n{lines}"


POSTFIX = report(STATUS_POSTFIX)
EXIM = report(
    status(
        Status="5.0.0",
        Remote_MTA="dns; mail.example.org",
        Diagnostic_Code="smtp; 550-5.1.1 The email account that you tried to reach does not exist.",
    ),
    X_Failed_Recipients="ann@example.org",
)
EXCHANGE = report(
    status(
        Status="5.1.10",
        Final_Recipient="rfc822;ann@example.org",
        Diagnostic_Code="smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient ann@example.org "
        "not found by SMTP address lookup",
    )
)
GMAIL = report(
    status(
        Status="5.2.2",
        Diagnostic_Code="smtp; 552-5.2.2 The recipient's inbox is out of storage space.",
        Last_Attempt_Date="Sat, 21 Nov 2026 02:05:00 -0800 (PST)",
    )
)
DELAYED = report(status(Action="delayed", Status="4.4.1", Will_Retry_Until="Thu, 26 Nov 2026"))
DELIVERED = report(status(Action="delivered", Status="2.0.0"))
GAVE_UP = report(status(Status="4.2.2", Diagnostic_Code="smtp; 452 4.2.2 mailbox full"))
POLICY = report(status(Status="5.7.1", Diagnostic_Code="smtp; 550 5.7.1 blocked by policy"))
VAGUE = report(status(Status="5.0.0", Diagnostic_Code="x-local; it did not work"))
OPENSMTPD = report(status(Action="error", Status="5.1.1"))

INTERNATIONAL = (
    report(status())
    .replace(b"message/delivery-status", b"message/global-delivery-status")
    .replace(b"text/rfc822-headers", b"message/global-headers")
    .replace(b"rfc822; ann@example.org", "utf-8; zoë@example.org".encode())
)

FORWARDED = report(
    status(Final_Recipient="rfc822; ann@elsewhere.example").replace(
        "Action", "Original-Recipient: rfc822;ann@example.org\nAction"
    )
)

QMAIL = f"""\
Return-Path: <>
Delivered-To: {RETURN_PATH}
Date: 21 Nov 2026 02:05:00 -0000
From: MAILER-DAEMON@mail.example.org
To: {RETURN_PATH}
Subject: failure notice

Hi. This is the qmail-send program at mail.example.org.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<ann@example.org>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

{LETTER_HEADERS}
We are on it.
""".encode()

YAHOO = f"""\
Return-Path: <>
From: MAILER-DAEMON@yahoo.com
To: {RETURN_PATH}
Date: 21 Nov 2026 02:05:00 -0000
Subject: Failure Notice

Message from yahoo.com.
Unable to deliver message to the following address(es).

<ann@example.org>:
This user doesn't have a yahoo.com account (ann@example.org) [0]

--- Original message follows.

{LETTER_HEADERS}
We are on it.
""".encode()

EXIM_OLD = f"""\
Return-path: <>
Envelope-to: {RETURN_PATH}
X-Failed-Recipients: ann@example.org
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@mail.example.org>
To: {RETURN_PATH}
Subject: Mail delivery failed: returning message to sender

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  ann@example.org
    SMTP error from remote mail server after RCPT TO:<ann@example.org>:
    host mail.example.org [192.0.2.1]: 550 unknown user

------ This is a copy of the message, including all the headers. ------

{LETTER_HEADERS}
""".encode()

NOVEL = f"""\
Return-Path: <>
From: postmaster@mail.example.org
To: {RETURN_PATH}
Subject: Something happened

We did something with your mail, and we won't say what.
""".encode()


def complaint(kind: str = "abuse", rcpt: str = "Original-Rcpt-To: <ann@example.org>\n") -> bytes:
    """Return a report in the format of RFC 5965."""
    return (
        "From: <feedback@provider.example>\nTo: abuse@example.com\n"
        "Subject: FW: [Acme Status] Login is slow\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=feedback-report; boundary="b2"\n\n'
        "--b2\nContent-Type: text/plain\n\nThis is an email abuse report.\n\n"
        "--b2\nContent-Type: message/feedback-report\n\n"
        f"Feedback-Type: {kind}\nUser-Agent: Provider/1.0\nVersion: 1\n"
        f"Original-Mail-From: <{RETURN_PATH}>\n{rcpt}\n"
        f"--b2\nContent-Type: message/rfc822\n\n{LETTER_HEADERS}\nWe are on it.\n--b2--\n"
    ).encode()


def mail(subject: str = f"unsubscribe {SIGNED}", **headers: str) -> bytes:
    """Return what a reader wrote."""
    extra = "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in headers.items())
    return (
        f"{extra}From: Ann <ann@example.org>\nTo: stop@example.com\nSubject: {subject}\n\n"
        f"> To stop: https://status.example.com/u/{SIGNED}\n"
    ).encode()


def ses(kind: str, **detail: object) -> dict[str, object]:
    """Return a notification of Amazon SES."""
    return {
        "notificationType": kind,
        kind.lower(): detail,
        "mail": {
            "timestamp": "2026-11-21T02:04:00.000Z",
            "source": RETURN_PATH,
            "messageId": "0100-abc",
            "destination": ["ann@example.org"],
        },
    }


def as_bytes(notice: object) -> bytes:
    return json.dumps(notice).encode()


def through_sns(notice: object) -> bytes:
    text = notice if isinstance(notice, str) else json.dumps(notice)
    return as_bytes({"Type": "Notification", "MessageId": "1", "Message": text})


def ses_bounce(kind: str = "Permanent", detail: str = "General", **recipient: str) -> dict:
    told = {"emailAddress": "ann@example.org", **recipient}
    return ses("Bounce", bounceType=kind, bounceSubType=detail, bouncedRecipients=[told])
