"""The table of replies, over texts as servers of many makes shape them."""

import time

import pytest

from statusgen.mail.delivery.replies import (
    Fate,
    Meaning,
    Reply,
    ReplyVerdict,
    SmtpStage,
    judge,
    judge_status,
    meaning_of_codes,
)
from statusgen.mail.letter_states import DeliveryState

RCPT, DOT, MAIL = SmtpStage.RECIPIENT, SmtpStage.CONTENT, SmtpStage.SENDER

ACCEPTED = ReplyVerdict(Fate.ACCEPTED)
DEFERRED = ReplyVerdict(Fate.DEFERRED)
FAILED = ReplyVerdict(Fate.FAILED)
GONE = ReplyVerdict(Fate.FAILED, Meaning.NO_SUCH_MAILBOX)
STRIKE = ReplyVerdict(Fate.FAILED, Meaning.MAILBOX_TROUBLE)
REFUSED = ReplyVerdict(Fate.FAILED, Meaning.SENDER_REFUSED)
OURS = ReplyVerdict(Fate.RETRY, Meaning.CONFIGURATION)
BUSY = ReplyVerdict(Fate.RETRY, Meaning.RELAY_BUSY)
TOO_FAST = ReplyVerdict(Fate.RETRY, Meaning.TOO_FAST)
SPENT = ReplyVerdict(Fate.RETRY, Meaning.QUOTA_SPENT)

TABLE = {
    ACCEPTED: [
        (DOT, "250 2.0.0 Ok: queued as 4XyZ12abc"),
        (DOT, "250 OK id=1tAbCd-0001ab-2C"),
        (RCPT, "251 2.1.5 User not local; will forward"),
        (RCPT, "252 2.0.0 Cannot verify the user, trying anyway"),
        (SmtpStage.DATA, "354 End data with <CR><LF>.<CR><LF>"),
        (SmtpStage.CONNECT, "220 mx.example.com ESMTP"),
    ],
    BUSY: [
        (SmtpStage.CONNECT, "421 Too many concurrent SMTP connections"),
        (RCPT, "421 4.7.0 mx.example.com Error: too many errors"),
        (DOT, "421 4.7.0 [TSS04] Messages temporarily deferred due to user complaints"),
        (MAIL, "421 4.3.2 Service not active"),
        (DOT, "421-4.7.28 unusual rate of mail\n421 4.7.28 from your block of addresses"),
        (SmtpStage.CONNECT, "450 4.7.1 come back later"),
        (SmtpStage.LOGIN, "454 4.7.0 Temporary authentication failure"),
        (DOT, "432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded"),
        (MAIL, "451 4.7.0 Too many connections from your host"),
    ],
    TOO_FAST: [
        (DOT, "454 Throttling failure: Maximum sending rate exceeded."),
        (DOT, "454 4.3.0 Throttling failure"),
        (DOT, "450 4.2.1 Peak SMTP relay limit exceeded for customer."),
    ],
    SPENT: [
        (DOT, "454 Throttling failure: Daily message quota exceeded."),
        (DOT, "550 5.4.5 Daily user sending limit exceeded"),
        (RCPT, "550-5.7.1 Daily SMTP relay limit exceeded for customer.\n550 5.7.1 See help"),
        (MAIL, "452 4.5.3 Daily message limit exceeded"),
    ],
    DEFERRED: [
        (RCPT, "450 4.2.0 <a@example.com>: Recipient address rejected: Greylisted"),
        (RCPT, "451 4.7.1 Greylisting in action, please come back later"),
        (RCPT, "451-host is not yet authorised\n451 try again later"),
        (RCPT, "450 4.1.1 <a@example.com>: unverified address: Address verification in progress"),
        (RCPT, "450 5.1.1 User unknown"),  # the code decides
        (RCPT, "452 4.2.2 The mailbox is over quota"),
        (RCPT, "450 4.2.1 The user is receiving mail too quickly"),
        (DOT, "452 4.3.1 Insufficient system storage"),
        (DOT, "451 4.3.0 Temporary lookup failure"),
        (DOT, "451 4.4.2 Timeout waiting for data from client"),
        (DOT, "454 Temporary service failure"),
        (DOT, "451 Internal resources are temporarily unavailable"),
        (DOT, "451 4.7.500 Server busy. Please try again later"),
        (MAIL, "450 4.1.8 Sender address rejected: Domain not found"),
        (DOT, "499 spam"),
    ],
    GONE: [
        (RCPT, "550 5.1.1 <a@example.com>: Recipient address rejected: User unknown"),
        (RCPT, "550 5.1.1 <spam@example.com> No such user here"),
        (RCPT, "550-5.1.1 The account does not exist.\n550 5.1.1 Check for typing errors"),
        (RCPT, "550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found by SMTP address lookup"),
        (RCPT, "550 5.1.2 Bad destination system address"),
        (RCPT, "501 5.1.3 Bad recipient address syntax"),
        (RCPT, "551 5.1.6 Mailbox has moved"),
        (RCPT, "556 5.1.10 Recipient address has null MX"),
        (RCPT, "556 domain takes no mail"),
        (RCPT, "550 #5.1.1 Address unknown"),
        (RCPT, "511 sorry, no mailbox here by that name (#5.1.1)"),
        (RCPT, "550 sorry, no mailbox here by that name. (#5.1.1 - chkuser)"),
        (RCPT, "550 5.5.1 Sorry, no mailbox here by that name"),
        (RCPT, "550 [5.1.1] no mailbox"),
        (RCPT, "550 No such user here"),
        (RCPT, "550 <a@example.com>: User unknown in virtual mailbox table"),
        (RCPT, "550 Unrouteable address"),
        (RCPT, "550 Unknown user"),
        (RCPT, "550 Invalid Recipient - https://help.example.com/spam#550"),
        (RCPT, "550 mx.spamfilter.example.com: the mailbox a@example.com does not exist"),
        (RCPT, "550 5.1.0 <a@example.com> User unknown"),
        (RCPT, "553 5.3.0 <a@example.com>... User unknown, not local address"),
        (DOT, "554 delivery error: dd This user doesn't have a yahoo.com account [-5]"),
        (DOT, "550 5.1.1 unknown or illegal alias"),
    ],
    STRIKE: [
        (RCPT, "552 5.2.2 The account you tried to reach is over quota"),
        (RCPT, "550-5.2.1 The account you tried to reach is disabled.\n550 5.2.1 Learn more"),
        (RCPT, "550 5.2.1 Mailbox unavailable. Your IP address is blacklisted"),
        (DOT, "554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException"),
        (DOT, "552 5.3.4 Message size exceeds fixed limit"),
        (RCPT, "552 Requested mail action aborted: exceeded storage allocation"),
        (RCPT, "552 mailbox a@example.com is over its quota"),
        (RCPT, "550 mailbox is full"),
        (RCPT, "550 Requested action not taken: mailbox unavailable"),
        (RCPT, "550 5.5.0 Requested action not taken: mailbox unavailable"),
        (RCPT, "550 5.4.1 Recipient address rejected: Access denied. AS(201806281)"),
        (RCPT, "550 #5.1.0 Address rejected."),
    ],
    REFUSED: [
        (DOT, "550 5.7.515 Access denied, sending domain does not meet the required level"),
        (DOT, "550-5.7.26 Your email has been blocked because the sender is unauthenticated."),
        (RCPT, "554 5.7.1 <a@example.com>: Relay access denied"),
        (RCPT, "550 5.7.1 Unable to relay"),
        (RCPT, "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)"),
        (RCPT, "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen"),
        (RCPT, "550 5.7.606 Access denied, banned sending IP [192.0.2.1]"),
        (RCPT, "550 5.1.8 Access denied, bad outbound sender"),
        (DOT, "552 5.7.0 Our system detected illegal attachments"),
        (DOT, "554 5.7.9 Message not accepted for policy reasons"),
        (DOT, "554 Message looks like spam"),
        (DOT, "550 High probability of spam"),
        (DOT, "554 rejected due to spam URL in content; user unknown"),
        (DOT, "550 Rejected by header based Anti-Spoofing policy"),
        (DOT, "550 Administrative prohibition - envelope blocked"),
        (RCPT, "550 local CT IP-based RBL: blocked"),
        (
            RCPT,
            "550-Could not verify <b@example.com>\n550-No Such User\n550 Sender verify failed",
        ),
        (RCPT, "550 callout to mx.example.org failed: HELO rejected"),
        (RCPT, "550 relay not permitted"),
        (DOT, "554 Message rejected: Email address is not verified."),
        (RCPT, "550 5.7.1 User unknown"),  # its own words, but the reader keeps the benefit
    ],
    OURS: [
        (MAIL, "530 5.7.0 Must issue a STARTTLS command first"),
        (MAIL, "530 5.7.57 Client not authenticated to send mail"),
        (RCPT, "530 5.5.1 Authentication Required"),
        (SmtpStage.LOGIN, "535 5.7.8 Error: authentication failed"),
        (SmtpStage.LOGIN, "534 5.7.9 Application-specific password required"),
        (SmtpStage.LOGIN, "538 5.7.11 Encryption required"),
        (SmtpStage.LOGIN, "432 4.7.12 A password transition is needed"),
        (SmtpStage.DATA, "503 5.5.1 Error: need RCPT command"),
        (RCPT, "503 AUTH first"),
        (RCPT, "550 Access denied - Invalid HELO name"),
        (RCPT, "504 5.5.2 <vm>: Helo command rejected: need fully-qualified hostname"),
        (RCPT, "550 5.7.1 <a.example.com>: Helo command rejected: Host not found"),
        (MAIL, "553 5.1.8 Domain of sender address does not exist"),
        (MAIL, "550 5.1.1 User unknown"),
        (MAIL, "550 5.7.1 Sender address rejected: not owned by user"),
        (MAIL, "554 Message rejected"),
        (MAIL, "501 5.5.4 Syntax error in parameters"),
        (DOT, "554 Message rejected: Sending paused for this account."),
        (DOT, "554 Access denied: the user is not authorized to perform ses:SendRawEmail"),
        (SmtpStage.CONNECT, "554 5.7.1 no SMTP service for you here"),
        (SmtpStage.CONNECT, "521 this host takes no mail"),
    ],
    FAILED: [
        (DOT, "554 Transaction failed"),
        (DOT, "552 Message size exceeds maximum permitted"),
        (DOT, "552 5.2.3 Message length exceeds administrative limit"),
        (DOT, "550 5.6.1 conversion required"),
        (DOT, "554 5.4.6 Hop count exceeded, possible mail loop"),
        (RCPT, "550 4.1.1 User unknown"),  # the status contradicts the code
        (RCPT, "550 2.1.5 what?"),
        (RCPT, "550 5.1.1.20 is an odd address"),
        (RCPT, "501 Syntax error in parameters"),
        (RCPT, "501 5.5.2 Syntax error in address"),  # an odd address is no matter of the others
        (RCPT, "555 5.5.4 Unsupported option"),
        (RCPT, "550 5.5.0 Sorry"),
        (SmtpStage.DATA, "502 5.5.1 Command not implemented"),
        (DOT, "500 5.5.2 Syntax error, line too long"),
        (RCPT, "550 rejected"),
        (DOT, "599"),
    ],
    ReplyVerdict(Fate.RETRY): [
        (RCPT, "354 go ahead"),
        (RCPT, "600 5.1.1 User unknown"),
        (MAIL, "199 hello"),
        (MAIL, "000"),
        (SmtpStage.DATA, "250 OK"),
        (SmtpStage.DATA, "-1 what?"),
    ],
    ReplyVerdict(Fate.IN_DOUBT): [(DOT, "354 go on"), (DOT, "999 5.1.1"), (DOT, "-1 what?")],
}


def parsed(reply: str) -> Reply:
    """As an adapter makes it: the code of a continued line is taken off all lines or one."""
    end = 2 if reply.startswith("-") else 3
    return Reply(int(reply[:end]), reply[end:].lstrip("- "))


@pytest.mark.parametrize(
    ("stage", "reply", "verdict"),
    [(stage, reply, verdict) for verdict, rows in TABLE.items() for stage, reply in rows],
)
def test_a_reply_means(stage, reply, verdict):
    assert judge(parsed(reply), stage) == verdict


def test_a_continued_line_means_the_same_with_its_codes_taken_off():
    joined = Reply(550, "5.1.1 The account does not exist.\n5.1.1 Check for typing errors")
    later = Reply(550, "The account that you tried\n550-5.1.1 to reach\n550 5.1.1 is not there")

    assert joined.codes == later.codes == "550 5.1.1"
    assert judge(joined, RCPT) == judge(later, RCPT) == GONE


@pytest.mark.parametrize("stage", list(SmtpStage))
def test_421_never_costs_a_letter_and_nobody_is_suppressed_before_the_recipient_is_named(stage):
    assert judge(Reply(421, "5.1.1 User unknown"), stage) == BUSY
    if stage in {SmtpStage.CONNECT, SmtpStage.LOGIN, SmtpStage.SENDER}:
        assert judge(Reply(550, "5.1.1 User unknown"), stage) == OURS


def test_every_fate_is_spelled_as_the_state_it_leads_to():
    assert {DeliveryState(fate.value) for fate in Fate} == {
        DeliveryState.ACCEPTED,
        DeliveryState.QUEUED,
        DeliveryState.DEFERRED,
        DeliveryState.FAILED,
        DeliveryState.IN_DOUBT,
    }


@pytest.mark.parametrize(
    ("reply", "codes"),
    [
        ("550 5.1.1 <a@example.com> is unknown", "550 5.1.1"),
        ("550 5.7.515", "550 5.7.515"),
        ("550 a@example.com (#5.1.1)", "550 5.1.1"),
        ("550 host [5.1.1.20] refused", "550"),
        ("550 5.1.1.20 refused", "550"),
        ("550 5.1.1234 refused", "550"),
        ("550 3.1.1 refused", "550"),
        ("550 version 5.1.1 of the filter", "550"),
        ("454", "454"),
    ],
)
def test_codes_may_be_shown_because_they_hold_nothing_else(reply, codes):
    assert parsed(reply).codes == codes


def test_an_endless_reply_is_judged_in_no_time():
    began_s = time.process_time()

    assert judge(Reply(550, "a" * 500_000), RCPT) == FAILED
    assert judge(Reply(550, "user " * 100_000), RCPT) == FAILED

    assert time.process_time() - began_s < 5  # an hour where each character is looked at again


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        *((f"5.1.{detail}", Meaning.NO_SUCH_MAILBOX) for detail in (1, 2, 3, 6, 10)),
        *((status, Meaning.MAILBOX_TROUBLE) for status in ("5.2.1", "5.2.2", "5.3.4")),
        *((status, Meaning.SENDER_REFUSED) for status in ("5.7.1", "5.7.515", "5.7.0", "5.1.8")),
        *((status, Meaning.NOTHING) for status in ("4.1.1", "4.2.2", "2.1.5", "5.0.0", "5.4.7")),
        *((status, Meaning.NOTHING) for status in ("5.5.1", "5.5.0", "5.1.0", "5.2.0", "5.1.11")),
        *((status, Meaning.NOTHING) for status in ("", "5", "5.", "5.1", "x.1.1", "55.1.1", "..")),
        (" 5.1.1 ", Meaning.NO_SUCH_MAILBOX),
    ],
)
def test_the_status_of_a_delivery_report_means(status, meaning):
    assert judge_status(status) is meaning


@pytest.mark.parametrize(
    ("codes", "meaning"),
    [
        ("550 5.1.1", Meaning.NO_SUCH_MAILBOX),
        ("556", Meaning.NO_SUCH_MAILBOX),
        ("552", Meaning.MAILBOX_TROUBLE),
        ("552 5.3.4", Meaning.MAILBOX_TROUBLE),
        ("550 5.1.8", Meaning.SENDER_REFUSED),
        ("550 5.7.515", Meaning.SENDER_REFUSED),
        ("554", Meaning.NOTHING),
        ("451 4.7.1", Meaning.NOTHING),
        ("no SMTPUTF8", Meaning.NOTHING),
        ("", Meaning.NOTHING),
    ],
)
def test_codes_that_were_written_down_mean(codes, meaning):
    assert meaning_of_codes(codes) is meaning
