"""Delivery status notifications: RFC 3464, and RFC 6533 for addresses in other scripts."""

from email.message import Message

from statusgen.mail.bounces.bounce import Failure, Incoming, MessageKind
from statusgen.mail.bounces.headers import addresses_in, status_in, text_of
from statusgen.mail.bounces.parts import blocks_of, parts_of, returned_letter

_FAILED = ("fail", "error")  # OpenSMTPD writes "error"
_ARRIVED = ("delivered", "relayed", "expanded")
_PENDING = ("delayed",)


def read_report(message: Message) -> Incoming | None:
    """The failures; None when no recipient is told of.

    A letter has one reader: if several recipients are told of, an alias stands for them, and a
    letter that one of them got has not failed.
    """
    blocks = [
        block
        for part in parts_of(message)
        if part.get_content_type().endswith("delivery-status")
        for block in blocks_of(part)
    ]
    actions = [(text_of(block, "Action").strip().lower(), block) for block in blocks]
    failed = [block for action, block in actions if action.startswith(_FAILED)]
    if any(action.startswith(_ARRIVED) for action, _ in actions):
        return Incoming(MessageKind.REPORT)
    if not failed and not any(action.startswith(_PENDING) for action, _ in actions):
        return None
    letter = returned_letter(message) if len(failed) == 1 else None
    return Incoming(MessageKind.REPORT, failures=tuple(_failure(block, letter) for block in failed))


def _failure(block: Message, letter: Message | None) -> Failure:
    # A forwarded letter fails at an address that we don't know: the original one goes first.
    names = ("Original-Recipient", "Final-Recipient", "X-Actual-Recipient")
    told = [address for name in names for address in addresses_in(text_of(block, name))]
    written = addresses_in(text_of(letter, "To")) if letter is not None else ()
    return Failure(
        tuple(dict.fromkeys([*told, *written])),
        status_in(text_of(block, "Status")) or "5.0.0",
        text_of(block, "Diagnostic-Code"),
    )
