"""The ledger as a publish needs it: the page goes up without, and letters stay owed."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING, TypeVar

from statusgen.cli.output import tell
from statusgen.errors import DatabaseError, Refused
from statusgen.values.value import Value

if TYPE_CHECKING:
    from statusgen.cli.composition import OpenDatabase
    from statusgen.cli.context import Context
    from statusgen.config.settings import Settings

Read = TypeVar("Read")

PATIENCE_S = 20.0
"""So long the page waits for the ledger; a server may be there and say nothing."""


class Lock(Value, frozen=True):
    """Keeps other publishes of this checkout away until it is closed: before letters leave."""

    held: ExitStack
    trouble: str
    """Why it can't be had, and so no ledger either: where both lie nothing can be written."""


def lock_publishing(context: "Context") -> Lock:
    """Take the lock, if it can be had; raises `Refused` when another publish is at work."""
    from statusgen.cli.composition import open_publishing_lock

    lock = ExitStack()
    try:
        lock.enter_context(open_publishing_lock(context.settings))
    except DatabaseError as error:
        return Lock(lock, str(error))
    return Lock(lock, "")


def read_ledger(
    stack: ExitStack, settings: "Settings", read: "Callable[[OpenDatabase], Read]"
) -> "tuple[OpenDatabase, Read] | str":
    """The open ledger and what was read there, or in a sentence why neither can be had.

    It is closed with `stack`.
    """
    from statusgen.cli.composition import open_state
    from statusgen.targets.at_once import Asked

    opened = ExitStack()

    def ask() -> "tuple[OpenDatabase, Read]":
        state = opened.enter_context(open_state(settings))
        return state, read(state)

    try:
        found = Asked(ask).result(PATIENCE_S)
    except (DatabaseError, Refused) as error:
        opened.close()
        return str(error)
    except TimeoutError:  # it is still being asked
        return "the database did not answer in time; check that it runs and can be reached"
    stack.push(opened)
    return found


def tell_owed(trouble: str) -> None:
    """Say that letters stay owed, and why, if there is any trouble."""
    if trouble:
        tell(f"letters, because {trouble}", "still owed", "yellow")
