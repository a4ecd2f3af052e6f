"""Complaints of readers, as mail providers report them: ARF, RFC 5965."""

from email.message import Message

from statusgen.mail.bounces.bounce import Failure, Incoming, MessageKind
from statusgen.mail.bounces.headers import addresses_in, text_of
from statusgen.mail.bounces.parts import blocks_of, parts_of, returned_letter

_OF_READERS = {"abuse", "fraud", "opt-out", "opt-out-list"}
"""The others tell of viruses, of failed authentication, or that it was no spam after all."""


def read_complaint(message: Message) -> Incoming | None:
    """Who complained; None when the report says not even of what kind it is."""
    parts = parts_of(message)
    report = next(part for part in parts if part.get_content_type() == "message/feedback-report")
    block = next(iter(blocks_of(report)), None)
    kind = text_of(block, "Feedback-Type").strip().lower() if block is not None else ""
    if block is None or not kind:
        return None
    if kind not in _OF_READERS:
        return Incoming(MessageKind.REPORT)
    letter = returned_letter(message)
    # Providers leave the address out more often than not; then our own marks must do.
    told = addresses_in(text_of(block, "Original-Rcpt-To"))
    written = addresses_in(text_of(letter, "To")) if letter is not None else ()
    return Incoming(MessageKind.COMPLAINT, failures=(Failure((*told, *written)),))
