"""What a target shows and the release has no more: a colleague's push, a deleted file. Pure.

Nothing that readers have seen goes without being named. What was let go on purpose is remembered
in the manifests, so that a target which was away then is not asked about again.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from statusgen.content.shown import REVIEW, Shown, parse_shown
from statusgen.targets.manifest import Manifest
from statusgen.values.value import Value


class MissingUpdate(Value, frozen=True):
    """An update that readers can see, and that would go."""

    update_id: str
    """Of a review, `<incident>/postmortem`; the incident's alone where nothing more is known."""
    at: datetime | None
    is_meant: bool = False
    """Whether it was let go before, when this target was away."""


def missing_updates(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[MissingUpdate]:
    """Yield what the lines of `before` show and those of `after` don't, by incident.

    An update whose file was renamed is not missing: there is another at the same instant, or with
    the same text, that was not there before. An empty line tells nothing of an incident: where it
    is gone altogether, the incident itself is named.
    """
    for incident_id, line in sorted(before.items()):
        coming = after.get(incident_id)
        if coming in {line, ""}:
            continue
        if not line and coming is None:
            yield MissingUpdate(incident_id, None)
        told, kept = parse_shown(line), parse_shown(coming or "")
        gone = [one for one in told if one.stem not in {each.stem for each in kept}]
        fresh = [one for one in kept if one.stem not in {each.stem for each in told}]
        for one in _not_renamed(gone, fresh):
            yield MissingUpdate(f"{incident_id}/{one.stem}", one.at)


def _not_renamed(gone: list[Shown], fresh: list[Shown]) -> list[Shown]:
    for same in (_is_same_instant, _is_same_text):
        for one in tuple(gone):
            found = next((new for new in fresh if same(one, new)), None)
            if found is not None:
                gone.remove(one)
                fresh.remove(found)
    return gone


def _is_same_instant(one: Shown, other: Shown) -> bool:
    return one.at == other.at and REVIEW not in {one.stem, other.stem}


def _is_same_text(one: Shown, other: Shown) -> bool:
    return bool(one.wording) and one.wording == other.wording


def meant(
    missing: Iterable[MissingUpdate], there: Manifest, let_go: Mapping[str, datetime]
) -> tuple[MissingUpdate, ...]:
    """Return the same, those marked that were let go after this target was published to last."""
    served_since = there.kept[0].at.timestamp() if there.kept else 0.0

    def is_meant(update_id: str) -> bool:
        return update_id in let_go and let_go[update_id].timestamp() >= served_since

    return tuple(
        MissingUpdate(one.update_id, one.at, is_meant=is_meant(one.update_id)) for one in missing
    )


def all_let_go(manifests: Iterable[Manifest]) -> dict[str, datetime]:
    """Return what any of the targets remembers, each with the latest instant."""
    latest: dict[str, datetime] = {}
    for manifest in manifests:
        for update_id, at in manifest.let_go.items():
            latest[update_id] = max(at, latest.get(update_id, at))
    return latest


def still_to_remember(
    let_go: Mapping[str, datetime],
    after: Mapping[str, str],
    manifests: Iterable[Manifest],
    *,
    knows_all: bool,
) -> dict[str, datetime]:
    """Return what is to be remembered: what is not back, and may be shown somewhere still.

    `knows_all`: the manifests are those of all targets.
    """
    if not let_go:
        return {}
    shown = [one.shown for one in manifests if one.shown is not None]
    return {
        update_id: at
        for update_id, at in let_go.items()
        if not _shows(after, update_id)
        and (not knows_all or any(_shows(lines, update_id) for lines in shown))
    }


def _shows(lines: Mapping[str, str], update_id: str) -> bool:
    incident_id, _, stem = update_id.partition("/")
    if not stem:
        return incident_id in lines
    return any(one.stem == stem for one in parse_shown(lines.get(incident_id, "")))
