"""Why letters did not reach their readers: a relay's reply in words, with what to do about it.

Replies are codes, RFC 5321 section 4.2 and RFC 3463; their texts may hold an address.
"""

from typing import ClassVar

from statusgen.mail.delivery.replies import Meaning, meaning_of_codes
from statusgen.mail.letter_states import DeliveryState
from statusgen.values.value import Value

DAMAGED = "damaged entry"
"""The reply of a letter to a subscriber whose entry makes no sense."""

_BY_ENHANCED_CODE = {
    "1.1": "the mailbox does not exist",
    "1.2": "the address's domain does not exist",
    "1.6": "the mailbox has moved",
    "1.7": "the sender's address is not accepted",
    "1.8": "the sender's domain is not accepted",
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
    "556": "the address's domain takes no mail",
    DAMAGED: "the subscriber's entry in the database is damaged",
    "bad address": "the address can't be written into a letter",
    "no SMTPUTF8": "the address needs a relay with SMTPUTF8",
    "no answer": "the relay's answer was lost after the whole letter had gone out",
    "garbled answer": "the relay's answer could not be read",
}

_ABOUT_THE_ADDRESS = ("551", "553", "no SMTPUTF8", "bad address", DAMAGED)

_RETRY = "`statusgen mail retry UPDATE`"
_LATER = "`statusgen mail resume` tries again"
_GONE_OUT = f"it may have arrived; {_RETRY} sends it again"
_OUR_FAULT = f"ask who runs the relay about mail.from, its SPF, DKIM and DMARC, then {_RETRY}"
_GONE = (
    "no further letter goes there; has the reader another address, `statusgen subscribers add` "
    f"it. If the relay was wrong: `statusgen subscribers restore`, then {_RETRY}"
)
_STRIKE = f"{_RETRY} tries again; after three days with such a failure no letter goes there"
_BAD_ADDRESS = "take the subscriber off (`statusgen subscribers remove`), or mend the address"
_OPEN = f"the relay's log may tell more; mend it, then {_RETRY}"


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
    def remedy(self) -> str:  # noqa: PLR0911  a row a return
        """What to do next; `UPDATE` stands for the update's id."""
        match self.state, meaning_of_codes(self.reply):
            case DeliveryState.DEFERRED, _:
                return _LATER
            case DeliveryState.IN_DOUBT, _:
                return _GONE_OUT
            case _, Meaning.SENDER_REFUSED:
                return _OUR_FAULT
            case _, Meaning.NO_SUCH_MAILBOX:
                return _GONE
            case _, Meaning.MAILBOX_TROUBLE:
                return _STRIKE
            case _, Meaning.NOTHING if self._is_about_the_address:
                return _BAD_ADDRESS
        return _OPEN

    @property
    def _is_about_the_address(self) -> bool:
        return " 5.1." in self.reply or self.reply in _ABOUT_THE_ADDRESS
