"""Which of our own sentences a letter needs: those whose sense its author has not put in words.

An author who writes in the language of the letter that somebody is working on it has said so, and
the letter does not say it again. It is told by words that such sentences are made of, a list for
each language in its catalogue; in doubt a sentence stays, for a repetition does less harm than a
letter that leaves it open.
"""

from collections.abc import Mapping
from enum import StrEnum

from statusgen.values.vocabulary import Phase
from statusgen.words.language import Language, marked


class Own(StrEnum):
    """A sentence of ours that an author may have said; templates ask for it by its value."""

    WORK = "work"
    """Somebody is working on it."""
    NEWS = "news"
    """We will write again."""
    REVIEW = "review"
    APOLOGY = "apology"
    THANKS = "thanks"
    CANCELLATION = "cancellation"


_SAID: Mapping[Own, str] = {
    # Translators: Words by which an update says that somebody is working on it, in small letters,
    # with | between them. A letter leaves out our own sentence where it finds one of them.
    Own.WORK: marked(
        "we are working|we're working|are working on|is working on|still working on|working on it"
        "|working on a fix|continue to work|continue working|continuing to work|working to fix"
        "|working to resolve|working to restore"
    ),
    # Translators: Words by which an update says that more news will come; see the message about
    # "we are working".
    Own.NEWS: marked(
        "tell you more|write again|keep you updated|keep you posted|keep you informed"
        "|provide an update|provide updates|provide more|provide further|post an update"
        "|post updates|share an update|share updates|share more|next update|further updates"
        "|as soon as we know|as soon as we have|once we know more|once we have more"
    ),
    # Translators: Words by which an update says that there will be a review; see the message about
    # "we are working".
    Own.REVIEW: marked(
        "postmortem|post-mortem|post mortem|root cause analysis|incident report|write a review"
        "|publish a review|writing a review|full review"
    ),
    # Translators: Words by which an update apologizes; see the message about "we are working".
    Own.APOLOGY: marked("sorry|apologize|apologise|apologies|apology"),
    # Translators: Words by which an update thanks; see the message about "we are working".
    Own.THANKS: marked("thank you|thanks for|appreciate your patience"),
    # Translators: Words by which an update says that planned work will not take place; see the
    # message about "we are working".
    Own.CANCELLATION: marked(
        "not take place|canceled|cancelled|called off|postponed|will not happen|won't happen"
    ),
}

_AT_WORK = frozenset({Phase.INVESTIGATING, Phase.IDENTIFIED})
"""Phases in which somebody looks for the cause or for a fix."""


def unsaid(text: str, phase: Phase, language: Language) -> frozenset[Own]:
    """The sentences that a letter in `language` needs beside `text`, its author's, in `phase`."""
    said = " ".join(text.casefold().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").split())
    needed = {own for own, words in _SAID.items() if not _says(said, language.text(words))}
    return frozenset(needed if phase in _AT_WORK else needed - {Own.WORK})


def _says(said: str, words: str) -> bool:
    return any(one in said for one in words.casefold().split("|") if one.strip())
