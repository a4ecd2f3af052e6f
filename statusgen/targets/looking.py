"""What is on a target before anything is changed there."""

import logging
from collections.abc import Callable, Collection

from statusgen.errors import TargetHeld
from statusgen.targets.bookkeeping import holder
from statusgen.targets.fence import who_writes
from statusgen.targets.manifest import Conditions, Manifest, Observed, Publisher, is_another_page
from statusgen.targets.ownership import recovered
from statusgen.targets.storage import Storage
from statusgen.values.notation import printable
from statusgen.values.value import replace

logger = logging.getLogger(__name__)

IsGone = Callable[[Publisher], bool]
"""Whether a publisher was a process of this host that has ended."""


def look(
    storage: Storage,
    keys: Collection[str],
    is_gone: IsGone | None,
    *,
    verify: bool = False,
    page: str = "",
) -> tuple[Observed, tuple[str, ...]]:
    """What is on a target, and what is odd about it, each in half a sentence.

    Raises `TargetHeld` where somebody else is at work, or where another page is than the one
    with the URL `page`; with `is_gone` None nobody is waited for, and no page kept. A damaged
    manifest is made anew, with the help of the `keys` of the release.
    """
    seen = storage.observe()
    notes = []
    if seen.damage:
        seen, note = made_anew(storage, keys, seen)
        notes.append(note)
    manifest = seen.manifest
    logger.info("%s: %s", storage.name, _found(manifest))
    if manifest is not None and is_gone is not None and is_another_page(manifest, page):
        raise TargetHeld(
            f"{storage.name}: the page {printable(manifest.page)} is there, and not {page}; give "
            "this one a place of its own, or add --takeover if the page has moved"
        )
    if manifest is not None and verify and not seen.damage:
        manifest = storage.verified(manifest)
    if manifest is not None and manifest.intent is not None:
        if is_gone is not None and holder(seen, is_gone):
            raise TargetHeld(
                f"{storage.name}: {who_writes(seen)}; wait for it to end, or add --takeover if "
                "it never will"
            )
        notes.append(f"an upload by {manifest.intent.by} was not ended and is taken over")
    if manifest is not None and manifest.conditions is Conditions.IGNORED:
        notes.append(
            "it ignores conditional writes; two publishers at the same moment may be noticed too "
            "late"
        )
    return replace(seen, manifest=manifest), tuple(notes)


def made_anew(storage: Storage, keys: Collection[str], seen: Observed) -> tuple[Observed, str]:
    """What a damaged manifest should have said, and a note on that."""
    note = f"its manifest is damaged ({printable(seen.damage)}); made anew from what is kept there"
    anew = recovered(storage, keys)
    if seen.manifest is not None:  # readable, but it claims what is not ours
        anew = replace(anew, shown=seen.manifest.shown, let_go=seen.manifest.let_go)
    return replace(seen, manifest=anew), note


def _found(manifest: Manifest | None) -> str:
    if manifest is None:
        return "nothing of ours is there"
    return f"release {manifest.sequence} is there, {len(manifest.records)} objects"
