"""Every failure a user can act on, as one tree; anything else is a bug and keeps its traceback.

StatusgenError
├── ContentError      files or configuration are wrong; carries every Problem     exit 1
├── UsageError        the command was asked for something that makes no sense     exit 2
├── Refused           a brake, another plan, another publisher: nothing was done  exit 3
└── Unavailable       something outside did not answer or said no                 exit 4
    ├── TargetError       a target: folder or bucket
    │   ├── TargetUnreachable   it did not answer at all; trying again may help
    │   └── TargetHeld          somebody else is publishing there; nothing was changed on it
    ├── MailError         the relay or the outbox
    └── DatabaseError     the address book and the ledger

A message is one sentence that says what is wrong and what to do next. No message holds an
address, a password, a token or the text of a letter.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_ADDRESS = re.compile(r"""[^\s'"`()<>,;]*@[^\s'"`()<>,;]*""")


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong in a file: where, what, and how to mend it."""

    path: str
    """As the user would type it: relative to the folder of statusgen.toml."""
    line: int
    """1-based; 0 when the whole file or folder is meant."""
    what: str
    remedy: str
    is_warning: bool = False

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}" if self.line else self.path
        mark = "warning: " if self.is_warning else ""
        return f"{where}: {mark}{self.what}; {self.remedy}"


def without_addresses(text: str) -> str:
    """`text` with what looks like an address hidden, which a slip of the hand puts anywhere.

    The users of URLs are shown, and so is the address of our own advice: `name@example.com`.
    """
    return _ADDRESS.sub(_hidden, text)


def _hidden(found: re.Match[str]) -> str:
    word = found[0]
    is_shown = word == "@" or "://" in word or word.startswith("name@example.com")
    return word if is_shown else "…"


class StatusgenError(Exception):
    """What the user can act on; `exit_code` is what the program ends with."""

    exit_code = 1


class ContentError(StatusgenError):
    """Content or configuration is wrong; `problems` holds all of it, in file order."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(map(str, self.problems)))


class UsageError(StatusgenError):
    """The command line asks for something that can't be done."""

    exit_code = 2


class Refused(StatusgenError):
    """The plan was refused before anything was done, for `reasons`, each a line of its own."""

    exit_code = 3

    def __init__(self, *reasons: str, ending: str = "") -> None:
        """`ending`: what is so of all of them, and what to do."""
        self.reasons = reasons
        self.ending = ending
        lines = (*reasons, ending) if ending else reasons
        super().__init__(("; " if len(reasons) == 1 else "\n").join(lines))


class Unavailable(StatusgenError):
    """Something outside this machine's control failed; running the command again continues."""

    exit_code = 4


class TargetError(Unavailable):
    """A target could not be read or written."""


class TargetUnreachable(TargetError):
    """A target did not answer, so that nothing is known of it; trying again may help."""


class TargetHeld(TargetError):
    """Somebody else is publishing to the target, or just did; nothing was changed there."""


class MailError(Unavailable):
    """The relay or the outbox could not be used."""


class DatabaseError(Unavailable):
    """The address book or the ledger could not be read or written."""
