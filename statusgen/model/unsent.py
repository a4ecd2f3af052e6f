"""Why letters did not reach their readers: a relay's reply in words, with what to do about it.

Replies are codes, RFC 5321 section 4.2 and RFC 3463; their texts may hold an address.
"""

from typing import ClassVar

from statusgen.model.delivery import DeliveryState
from statusgen.model.value import Value

_BY_ENHANCED_CODE = {
    "1.1": "the mailbox does not exist",
    "1.2": "the address's domain does not exist",
    "1.6": "the mailbox has moved",
    "1.10": "the address's domain takes no mail",
    "1": "the address is not accepted",
    "2.1": "the mailbox is disabled",
    "2.2": "the mailbox is full",
    "2": "the mailbox can't take letters",
    "3.4": "the letter is too large for the receiving system",
    "3": "the receiving system can't take letters",
    "4": "the receiving system can't be reached",
    "5": "the relay did not understand the letter's envelope",
    "6": "the receiving system can't read the letter",
    "7.1": "the relay or the receiver does not permit the letter",
    "7": "it was refused by policy",
}
"""By subject and detail of RFC 3463, or by subject alone."""

_BY_CODE = {
    "421": "the relay is closing or too busy",
    "450": "the mailbox is busy, or the receiver wants to be asked again later",
    "451": "the relay had an error of its own, or wants to be asked again later",
    "452": "the relay or the mailbox is full",
    "454": "the relay takes no more letters just now",
    "550": "the mailbox is refused",
    "551": "the mailbox is not there",
    "552": "the mailbox is full",
    "553": "the address is not allowed",
    "554": "the letter was refused",
    "no SMTPUTF8": "the address needs a relay with SMTPUTF8",
    "no answer": "the relay's answer was lost after the whole letter had gone out",
    "garbled answer": "the relay's answer could not be read",
}

_NO_SUCH_MAILBOX = ("1.1", "1.2", "1.3", "1.6", "1.10")
"""After these the reader is taken for bounced; see model.replies."""

_OUR_FAULT = "ask who runs the relay about SPF, DKIM and DMARC of mail.from, then `{retry}`"
_BAD_ADDRESS = "take the subscriber off (`statusgen subscribers remove`), or mend the address"
_GONE = (
    "no further letter goes there; has the reader another address, `statusgen subscribers add` it"
)
_LATER = "`statusgen mail resume` tries again"
_GONE_OUT = "it may have arrived; `{retry}` sends it again"


class Unsent(Value, frozen=True):
    """How many letters are in one state for one reason."""

    STATES: ClassVar = (DeliveryState.DEFERRED, DeliveryState.FAILED, DeliveryState.IN_DOUBT)

    state: DeliveryState
    reply: str
    """The relay's codes (`550 5.1.1`) or our own words; empty when a run was cut off in flight."""
    letters: int

    @property
    def reason(self) -> str:
        """What the reply means, with its codes."""
        if not self.reply:
            return "a run was cut off before the relay's answer was written down"
        code, _, enhanced = self.reply.partition(" ")
        _, _, subject_and_detail = enhanced.partition(".")
        if not code.isdigit():
            return _BY_CODE.get(self.reply, self.reply)
        words = (
            _BY_ENHANCED_CODE.get(subject_and_detail)
            or _BY_ENHANCED_CODE.get(subject_and_detail.partition(".")[0])
            or _BY_CODE.get(code)
            or ("the relay said to try later" if code.startswith("4") else "the relay refused it")
        )
        return f"{words} ({self.reply})"

    @property
    def remedy(self) -> str:
        """What to do next; `UPDATE` stands for the update's id."""
        retry = "statusgen mail retry UPDATE"
        match self.state:
            case DeliveryState.DEFERRED:
                return _LATER
            case DeliveryState.IN_DOUBT:
                return _GONE_OUT.format(retry=retry)
        if " 5.7." in self.reply or self.reply == "554":
            return _OUR_FAULT.format(retry=retry)
        if self.reply.partition(" 5.")[2] in _NO_SUCH_MAILBOX:
            return _GONE
        if " 5.1." in self.reply or self.reply.startswith(("55", "no SMTPUTF8")):
            return _BAD_ADDRESS
        return f"mend it, then `{retry}`"
