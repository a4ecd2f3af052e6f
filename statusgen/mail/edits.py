"""Updates that say something else now than the letters that people have. Pure."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime

from statusgen.content.outline import Outline
from statusgen.mail.letter_states import KnownUpdate
from statusgen.targets.told import named
from statusgen.values.notation import listed
from statusgen.values.value import Value, replace


class Reworded(Value, frozen=True):
    """An update whose file has changed since its letters were queued."""

    known: KnownUpdate
    """As the ledger knows it, under the name that it has there."""
    now: KnownUpdate
    """As its file is now, under the name that it will have."""


class Edit(Value, frozen=True):
    """An update whose file has changed since people were mailed about it."""

    reworded: Reworded
    people: int
    """How many have it as it was."""

    @property
    def update_id(self) -> str:
        """Of the update, as its file is called now."""
        return self.reworded.now.update_id

    @property
    def says_else(self) -> bool:
        """Whether its own phase, severity or components are others than people were told."""
        return self.reworded.known.says != self.reworded.now.says

    def __str__(self) -> str:
        before, now = (each.says.split() for each in (self.reworded.known, self.reworded.now))
        gone = listed(one for one in before if one not in now)
        come = listed(one for one in now if one not in before)
        change = {
            (True, True): f"says {come} now instead of {gone}",
            (True, False): f"no longer says {gone}",
            (False, True): f"says {come} now",
        }[bool(gone), bool(come)]
        return f"{named(self.update_id, self.reworded.known.at, self.people)}, {change}"


def reworded(
    outlines: Iterable[Outline],
    mailed: Mapping[str, KnownUpdate],
    renamed: Iterable[tuple[str, str]],
    says_of: Callable[[str], str],
) -> Iterator[Reworded]:
    """Yield the updates of which letters were queued and that their files tell otherwise now.

    What an update says is not known of those that an earlier version has queued. `says_of` tells
    what one says now; it is asked about those only that have changed at all.
    """
    names = {old: new for old, new in renamed}  # noqa: C416  pairs of a name
    incidents = {one.incident_id for one in mailed.values()}
    now: dict[str, tuple[datetime, str]] = {}
    for one in outlines:
        if one.id in incidents:
            wordings = one.wordings
            now |= {f"{one.id}/{each.stem}": (each.at, wordings[each.stem]) for each in one.told}
    for update_id, known in sorted(mailed.items()):
        name = names.get(update_id, update_id)
        if name in now and known.says and now[name] != (known.at, known.wording):
            at, wording = now[name]
            said = replace(known, update_id=name, at=at, says=says_of(name), wording=wording)
            yield Reworded(known, said)


def edits_of(
    changed: Iterable[Reworded], people: Callable[[Collection[str]], Mapping[str, int]]
) -> tuple[Edit, ...]:
    """Return those that somebody has as they were; `people` counts readers of updates."""
    told = {one.known.update_id: one for one in changed}
    readers = people(told.keys()) if told else {}
    return tuple(Edit(one, readers[each]) for each, one in told.items() if readers.get(each))
