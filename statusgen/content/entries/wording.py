"""The words an update starts with: enough to be true before anything is known.

A placeholder in square brackets asks the author for what only they know; `check` refuses an
update that still holds one.
"""

import re
from collections.abc import Sequence
from functools import cache

from statusgen.values.vocabulary import SAME_PHASE, Phase
from statusgen.words.language import ENGLISH, Language, marked

# Translators: The author of an update replaces these words; keep the square brackets.
WHAT_CUSTOMERS_SEE = marked("[what customers may see]")
# Translators: The author of an update replaces these words; keep the square brackets.
WHAT_CHANGED = marked("[what changed since the last update]")
# Translators: The author of an update replaces these words; keep the square brackets.
WHAT_IT_IS_FOR = marked("[what the work is for, and what customers may notice]")
# Translators: The author of a notice replaces these words; keep the square brackets.
WHAT_TO_KNOW = marked("[what readers should know]")
PLACEHOLDERS = (WHAT_CUSTOMERS_SEE, WHAT_CHANGED, WHAT_IT_IS_FOR, WHAT_TO_KNOW)

_WORDING = {
    Phase.INVESTIGATING: (
        # Translators: An update begins so; the text %(what)s is "[what customers may see]".
        marked(
            "We are investigating a problem with %(affected)s. You may see %(what)s.\n\n"
            "Our engineers are working on it. We will tell you more as soon as we know it."
        ),
        WHAT_CUSTOMERS_SEE,
    ),
    Phase.IDENTIFIED: (
        marked(
            "We have found the cause of the problem with %(affected)s and are working on a fix."
            "\n\nUntil it is in place, things are as we described them in our last update."
        ),
        "",
    ),
    Phase.MONITORING: (
        # Translators: The text %(affected)s may be one name or several, such as "Checkout and API".
        marked(
            "A fix is in place, and %(affected)s should work again. We are watching it closely "
            "before we call this resolved."
        ),
        "",
    ),
    SAME_PHASE: (
        # Translators: The text %(what)s is "[what changed since the last update]".
        marked("%(what)s\n\nWe are still working on %(affected)s."),
        WHAT_CHANGED,
    ),
    Phase.RESOLVED: (
        marked(
            "This incident is resolved: the problem with %(affected)s is over, and everything "
            "works as usual again."
        ),
        "",
    ),
    Phase.SCHEDULED: (
        # Translators: The text %(what)s is "[what the work is for, and what customers may notice]".
        marked("We will carry out planned work on %(affected)s: %(what)s"),
        WHAT_IT_IS_FOR,
    ),
    Phase.IN_PROGRESS: (marked("The planned work on %(affected)s has begun."), ""),
    Phase.VERIFYING: (
        marked("The planned work on %(affected)s is done, and we are checking the result."),
        "",
    ),
    Phase.COMPLETED: (marked("The planned work on %(affected)s is complete."), ""),
    Phase.CANCELED: (
        marked("The planned work on %(affected)s will not take place at this time."),
        "",
    ),
    Phase.NOTICE: (
        # Translators: The text %(what)s is "[what readers should know]".
        marked("This is about %(affected)s: %(what)s"),
        WHAT_TO_KNOW,
    ),
}


def starting_words(status: str, affected: Sequence[str], language: Language = ENGLISH) -> str:
    """The body that an update with this `status` starts with; `affected` are one name or more."""
    words, placeholder = _WORDING[status]
    return language.text(words) % {
        "affected": _listed(affected, language),
        "what": _spoken(placeholder, language),
    }


def placeholders(language: Language = ENGLISH) -> tuple[str, ...]:
    """What `check` refuses to publish: the placeholders in English and in `language`."""
    return tuple(dict.fromkeys([*PLACEHOLDERS, *(_spoken(one, language) for one in PLACEHOLDERS)]))


def find_placeholder(text: str, known: Sequence[str] = PLACEHOLDERS) -> str | None:
    """The first thing in `text` that stands for words to be written.

    One of the `known` placeholders, also half replaced; or TODO, TBD, FIXME or XXX.
    """
    found = _placeholder_pattern(tuple(known)).search(text)
    return found[0] if found else None


def fill_placeholders(body: str, known: Sequence[str] = PLACEHOLDERS) -> str:
    """`body` as if its author had filled in every one of the `known` placeholders."""
    for one in known:
        body = body.replace(one, one[1:-1])
    return body


@cache
def _placeholder_pattern(known: tuple[str, ...]) -> re.Pattern[str]:
    """Brackets that begin as one of the `known` does, but no link; and words of programmers."""
    first_words = {re.escape(placeholder[1:-1].split()[0]) for placeholder in known}
    begun = "|".join(sorted(first_words))
    return re.compile(rf"\[(?:{begun})(?=[\s\]])[^\]\n]*\](?!\()|\b(?:TODO|TBD|FIXME|XXX)\b")


def _listed(names: Sequence[str], language: Language) -> str:
    *first, last = names
    if not first:
        return last
    # Translators: The end of a list of names: "Website, Checkout and API".
    both = language.text("%(names)s and %(last)s")
    return both % {"names": ", ".join(first), "last": last}


def _spoken(placeholder: str, language: Language) -> str:
    """In `language`, if its words stand in brackets: else they could be anybody's."""
    words = language.text(placeholder) if placeholder else ""
    return words if words.startswith("[") and words.endswith("]") else placeholder
