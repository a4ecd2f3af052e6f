"""What on a target is ours: what a release of ours that is kept there names, and nothing else.

The manifest alone proves nothing: it may be damaged, or somebody may have written into it.
"""

from collections.abc import Collection, Iterable
from contextlib import suppress

from statusgen.targets.manifest import Manifest
from statusgen.targets.pack import Pack
from statusgen.targets.storage import Storage
from statusgen.values.value import replace


def recovered(storage: Storage, keys: Collection[str]) -> Manifest:
    """Return what can be told of a target whose manifest is damaged; `keys` are the release's.

    What lies there is ours if the last release that is kept names it, and if it is as that
    release left it; what has the key of an artifact of ours has to be ours as far as can be
    told. All else is left alone for good.
    """
    packs = storage.kept_packs()
    last = _last_release(storage, packs)
    found = storage.recover({*keys, *last.records})
    records = {
        key: replace(one, sequence=last.records[key].sequence)
        if key in last.records and last.records[key].fingerprint == one.fingerprint
        else one
        for key, one in found.items()
        if key in keys or last.records[key].fingerprint in {"", one.fingerprint}
    }
    return replace(
        last,
        records=records,
        sequence=max(packs, default=0),
        packs={one: last.packs.get(one, 0) for one in packs},
        intent=None,
    )


def strangers(storage: Storage, manifest: Manifest, keys: Iterable[str]) -> tuple[str, ...]:
    """Return those of the keys, all of them in the manifest, that nothing proves to be ours.

    An upload that was cut short has put up what no release names: a bucket's marks prove it.
    Files in a folder bear no mark, so there the manifest is believed about what such an upload
    was to change, and about everything where no release is kept, as by earlier versions.
    """
    wanted = set(keys)
    if wanted:
        wanted -= _last_release(storage, manifest.packs).records.keys()
    marked = storage.marked(wanted) if wanted else ()
    if marked is not None:
        return tuple(sorted(wanted - set(marked)))
    return tuple(sorted(key for key in wanted if not _is_believed(manifest, key)))


def _is_believed(manifest: Manifest, key: str) -> bool:
    is_changing = not manifest.records[key].fingerprint  # see `targets.bookkeeping.begun`
    return is_changing if manifest.intent else not (is_changing or manifest.packs)


def _last_release(storage: Storage, packs: Iterable[int]) -> Manifest:
    """Return the manifest of the newest release whose pack can be read; empty: there is none."""
    for number in sorted(packs, reverse=True):
        with suppress(ValueError):
            return Pack(storage.read_pack(number) or b"").manifest()
    return Manifest({})
