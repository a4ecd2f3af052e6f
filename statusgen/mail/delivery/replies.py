"""What a relay's reply means for the letter, for its reader and for the run.

Replies are codes, RFC 5321 section 4.2 and RFC 3463; a few relays say the rest in words only.
"""

import re
from enum import StrEnum
from typing import Final

from statusgen.values.value import Value

SERVICE_NOT_AVAILABLE: Final = 421
"""The relay ends the connection; it may say so without having been asked (RFC 5321 section 3.8)."""
LOGIN_CODES: Final = frozenset({503, 530, 534, 535, 538})
"""A login that is missing, refused or too weak (RFC 4954), or that should have come first."""


class Meaning(StrEnum):
    """What follows from a reply, beside the state that the letter gets."""

    NOTHING = ""
    """Nothing beyond this letter."""
    NO_SUCH_MAILBOX = "no_such_mailbox"
    """The reader is not written to again."""
    MAILBOX_TROUBLE = "mailbox_trouble"
    """A strike: three on different days, and the reader is not written to again."""
    SENDER_REFUSED = "sender_refused"
    """By policy: the fault of whoever sends, never of the reader."""
    CONFIGURATION = "configuration"
    """No letter can leave until the settings are mended."""
    RELAY_BUSY = "relay_busy"
    """It wants fewer connections, or none for a while."""
    TOO_FAST = "too_fast"
    """It wants fewer letters a second."""
    QUOTA_SPENT = "quota_spent"
    """It takes no more letters today."""


class SmtpStage(StrEnum):
    """What a reply answers."""

    CONNECT = "connect"
    """Opening the connection, EHLO or STARTTLS."""
    LOGIN = "login"
    SENDER = "sender"
    """MAIL."""
    RECIPIENT = "recipient"
    """RCPT."""
    DATA = "data"
    """The word DATA, before any content."""
    CONTENT = "content"
    """The final dot: from here on a letter may have arrived."""


class Fate(StrEnum):
    """What becomes of the letter; each is spelled as the `DeliveryState` it leads to."""

    ACCEPTED = "accepted"
    RETRY = "queued"
    """Not taken, and through no fault of its own: free to be sent again, also at once."""
    DEFERRED = "deferred"
    FAILED = "failed"
    IN_DOUBT = "in_doubt"
    """The answer to the final dot makes no sense."""


class Reply(Value, frozen=True):
    """A relay's reply."""

    code: int
    text: str = ""
    """All that stands after the code, lines joined; it may hold an address: never shown."""

    @property
    def enhanced(self) -> str:
        """The status code of RFC 3463, `5.1.1`; empty when there is none."""
        found = _AT_LINE_START.search(self.text) or _IN_BRACKETS.search(self.text)
        return found[1] if found else ""

    @property
    def codes(self) -> str:
        """What may be shown: `550 5.1.1`, or `550`."""
        return f"{self.code} {self.enhanced}".rstrip()


class ReplyVerdict(Value, frozen=True):
    """What a reply means."""

    fate: Fate
    """ACCEPTED is the letter's only at SmtpStage.CONTENT; before, the relay is ready for more."""
    meaning: Meaning = Meaning.NOTHING


def judge(reply: Reply, stage: SmtpStage) -> ReplyVerdict:
    """Return what the reply means for the letter, and beyond it.

    The first digit of the code decides the letter's fate, whatever else the reply says. Words
    count only where codes leave it open, and the reader gets the benefit of the doubt.
    """
    match reply.code // 100:
        case 3 if stage is SmtpStage.DATA:
            return ReplyVerdict(Fate.ACCEPTED)
        case 2 if stage is not SmtpStage.DATA:
            return ReplyVerdict(Fate.ACCEPTED)
        case 4:
            return _judge_temporary(reply, stage)
        case 5:
            return _judge_permanent(reply, stage)
    return ReplyVerdict(Fate.IN_DOUBT if stage is SmtpStage.CONTENT else Fate.RETRY)


def is_about_greeting(reply: Reply) -> bool:
    """Whether a refusal is about EHLO: relays wait with it until there is a recipient."""
    return _GREETING_WORDS.match(_words(reply)) is not None


def judge_status(status: str) -> Meaning:
    """Return what the status of a delivery report (`5.1.1`) means; NOTHING for odd ones."""
    family, _, detail = status.strip().partition(".")
    return _by_status(detail) if family == "5" else Meaning.NOTHING


def meaning_of_codes(codes: str) -> Meaning:
    """Return what `Reply.codes` of a refused letter mean by themselves; NOTHING for other words.

    The reply itself may have meant more, by its words.
    """
    code, _, enhanced = codes.partition(" ")
    if not (code.isascii() and code.isdigit()):
        return Meaning.NOTHING
    return judge(Reply(int(code), enhanced), SmtpStage.RECIPIENT).meaning


def _judge_temporary(reply: Reply, stage: SmtpStage) -> ReplyVerdict:
    words = _words(reply)
    if reply.code == SERVICE_NOT_AVAILABLE:
        return ReplyVerdict(Fate.RETRY, Meaning.RELAY_BUSY)
    if stage is SmtpStage.LOGIN and reply.code == _PASSWORD_TRANSITION:
        return ReplyVerdict(Fate.RETRY, Meaning.CONFIGURATION)
    if stage in _BEFORE_LETTERS:
        return ReplyVerdict(Fate.RETRY, Meaning.RELAY_BUSY)
    for pattern, meaning in _ABOUT_THE_RELAY:
        if pattern.search(words):
            return ReplyVerdict(Fate.RETRY, meaning)
    return ReplyVerdict(Fate.DEFERRED)


def _judge_permanent(reply: Reply, stage: SmtpStage) -> ReplyVerdict:
    words = _words(reply)
    if stage not in _BEFORE_LETTERS and _QUOTA_WORDS.search(words):
        return ReplyVerdict(Fate.RETRY, Meaning.QUOTA_SPENT)
    is_early = stage in _BEFORE_LETTERS or stage is SmtpStage.SENDER
    is_ours = is_early or reply.code in LOGIN_CODES or is_about_greeting(reply)
    meaning = Meaning.CONFIGURATION if is_ours else _meaning_of(reply, words)
    fate = Fate.RETRY if meaning is Meaning.CONFIGURATION else Fate.FAILED
    return ReplyVerdict(fate, meaning)


def _meaning_of(reply: Reply, words: str) -> Meaning:
    """Return what a 5xx means that answers RCPT or anything after it.

    A complaint about syntax or parameters (5.5.x) is about this letter: an odd address must not
    keep all the others here.
    """
    family, _, detail = reply.enhanced.partition(".")
    if family != "5":  # none, or one that contradicts the code
        return _by_words(reply, words, _BARE_CODES.get(reply.code, Meaning.NOTHING))
    return _by_status(detail) or _by_words(reply, words, Meaning.NOTHING)


def _by_status(detail: str) -> Meaning:
    is_policy = detail.partition(".")[0] == _POLICY
    return Meaning.SENDER_REFUSED if is_policy else _BY_STATUS.get(detail, Meaning.NOTHING)


def _by_words(reply: Reply, words: str, otherwise: Meaning) -> Meaning:
    if _ACCOUNT_WORDS.search(words):
        return Meaning.CONFIGURATION
    if _POLICY_WORDS.search(words):
        return Meaning.SENDER_REFUSED
    if _SIZE_WORDS.search(words):
        return Meaning.NOTHING
    if reply.enhanced[:1] not in {"2", "4"} and _UNKNOWN_WORDS.search(words):
        return Meaning.NO_SUCH_MAILBOX
    if _TROUBLE_WORDS.search(words):
        return Meaning.MAILBOX_TROUBLE
    return otherwise


def _words(reply: Reply) -> str:
    """Return the text without addresses and hosts, which may be called `spam.example.com`."""
    return " ".join(_NAMES.sub(" ", reply.text[:_MAX_TEXT]).casefold().split())


def _any_of(*patterns: str) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(patterns) + ")")


_STATUS = r"([245]\.\d{1,3}\.\d{1,3})(?!\.?\d)"
_AT_LINE_START = re.compile(rf"^[ \t]*(?:\d{{3}}[- ])?[ \t#(\[]*{_STATUS}", re.MULTILINE)
"""Also `#5.1.0`, and after a code that was left at the start of a continued line."""
_IN_BRACKETS = re.compile(rf"[(\[]#?{_STATUS}[)\]]")
"""qmail's `(#5.1.1)` at the end."""
_NAMES = re.compile(r"<[^<>\s]*>|\S+@\S+|https?://\S+|[\w-]+(?:\.[\w-]+)+")
_MAX_TEXT: Final = 2000

_PASSWORD_TRANSITION: Final = 432  # RFC 4954 section 4.7.12
_BEFORE_LETTERS: Final = frozenset({SmtpStage.CONNECT, SmtpStage.LOGIN})
_BY_STATUS: Final = {
    "1.1": Meaning.NO_SUCH_MAILBOX,
    "1.2": Meaning.NO_SUCH_MAILBOX,
    "1.3": Meaning.NO_SUCH_MAILBOX,
    "1.6": Meaning.NO_SUCH_MAILBOX,
    "1.7": Meaning.SENDER_REFUSED,
    "1.8": Meaning.SENDER_REFUSED,
    "1.10": Meaning.NO_SUCH_MAILBOX,
    "2.1": Meaning.MAILBOX_TROUBLE,
    "2.2": Meaning.MAILBOX_TROUBLE,
    "3.4": Meaning.MAILBOX_TROUBLE,
}
"""By subject and detail, RFC 3463 and the registry of RFC 5248."""

_POLICY: Final = "7"
_BARE_CODES: Final = {552: Meaning.MAILBOX_TROUBLE, 556: Meaning.NO_SUCH_MAILBOX}
"""Without a status: exceeded storage (RFC 5321), a domain that takes no mail (RFC 7504)."""

_QUOTA_WORDS = _any_of(
    "daily (?:message|sending|user sending|smtp relay(?: sending)?) (?:quota|limit)",
)
"""Of SES, and of Google's relay."""
_RATE_WORDS = _any_of(
    "maximum sending rate exceeded", "throttling failure", "peak smtp relay limit exceeded"
)
_BUSY_WORDS = _any_of(
    "(?:sender )?thread limit exceeded",
    "too many (?:concurrent |simultaneous )?(?:smtp )?(?:connections|sessions)",
)
"""The first of Exchange Online, which answers so to letters on their way."""
_ABOUT_THE_RELAY: Final = (
    (_QUOTA_WORDS, Meaning.QUOTA_SPENT),
    (_RATE_WORDS, Meaning.TOO_FAST),
    (_BUSY_WORDS, Meaning.RELAY_BUSY),
)
_ACCOUNT_WORDS = _any_of(
    r"sending (?:is |was |has been )?(?:paused|suspended)", r"not authorized to perform"
)
"""Of SES: what stops every letter alike."""
_GREETING_WORDS = re.compile(
    r"\W*(?:access denied\W+)?(?:(?:invalid|bad|rejected) )?(?:helo|ehlo)\b"
)
"""At the beginning only: what other servers think of the relay's own greeting comes later."""
_POLICY_WORDS = _any_of(
    *("spam", "unsolicited", "junk", "virus", "malware", "phishing"),
    *(r"block(?:ed|ing|list)", r"black ?list", r"deny ?list", "listed (?:at|by|in|on)"),
    *(r"\w*rbl\b", "dnsbl", "reputation", "polic(?:y|ies)", "prohibit", "anti-spoof", "spoof"),
    *(r"spf\b", r"dkim\b", r"dmarc\b", "not authenticated", "unauthenticated"),
    *("not verified", "banned", "reverse (?:dns|hostname)", "helo"),
    r"relay(?:ing)? (?:access )?(?:is )?(?:denied|not)",
    "unable to relay",
    "sender (?:address |domain |id )?(?:is )?(?:verify|rejected|denied|unknown|not|invalid)",
    *("(?:unknown|invalid) sender", "(?:client|sending) (?:host|ip|server)"),
)
_SIZE_WORDS = _any_of(
    r"(?:message|mail|letter|content)\b.{0,30}\b(?:size|too (?:large|big|long)|larger)",
    "size limit",
)
_WHO = r"(?:user|recipient|mailbox|account|e-?mail address|recipient address|(?<!ip )address)"
_UNKNOWN_WORDS = _any_of(
    rf"(?:unknown|invalid|no such|non-?existent) (?:(?:local|virtual) )?{_WHO}",
    rf"{_WHO}\b[^.;]{{0,40}}?\b(?:unknown|not found|not known|invalid|(?:does|do|did)(?: not|n't) "
    r"exist|not exist|no longer (?:exists|valid|here|available))",
    r"no (?:mailbox|user|account)(?: here)? by that name",
    r"(?:doesn't|does not) have an? (?:\S+ )?account",
    *(r"unrouteable address", "no such (?:person|local user|domain)", "not our customer"),
)
_TROUBLE_WORDS = _any_of(
    *(r"(?:mailbox|inbox|account) (?:is |was |has been )?(?:full|disabled|inactive|suspended)",),
    *("quota", "exceeded storage", "storage allocation", "out of (?:storage|space)"),
    *("mailbox unavailable", "(?:recipient|address) (?:address )?rejected"),
)
"""The last two may as well mean that the mailbox does not exist; hence a strike, no more."""
