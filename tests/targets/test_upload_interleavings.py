"""Eight publishers of two contents, in any order, paused and killed: one release at a time."""

import hashlib
from functools import partial
from random import Random

import pytest

from statusgen.page.artifacts import fingerprint_of, headers_for
from statusgen.targets.fence import Fence
from statusgen.targets.manifest import MANIFEST_KEY, pack_key
from statusgen.targets.manifest_json import parse_manifest
from statusgen.targets.pack import Pack
from tests.components.soak import part
from tests.fakes.interleaving import Actor, World
from tests.fakes.publishing import make_run, publish
from tests.fakes.storage import FakeStorage

BEFORE = {
    "assets/a.abc123.css": "0",
    "incidents/a.html": "0",
    "incidents/old.html": "0",
    "feed.xml": "0",
    "same.json": "0",
    "index.html": "0",
}
CONTENTS = (
    {**BEFORE, "incidents/a.html": "1", "incidents/new.html": "1", "index.html": "1"},
    {
        "assets/b.def456.css": "2",
        "incidents/a.html": "0",
        "feed.xml": "2",
        "same.json": "0",
        "index.html": "2",
    },
)
PUBLISHERS = 8
RATES = ((0.004, 0.01), (0.01, 0.05), (0.03, 0.03), (0.02, 0.15), (0, 0.2))
"""How often, of all requests, somebody dies before one and is stopped before one."""


def run_world(seed, monkeypatch):
    kills, pauses = RATES[seed % len(RATES)]
    monkeypatch.setattr("statusgen.targets.fence._BUSY_S", 0)
    target = FakeStorage()
    publish(target, BEFORE)
    world = World(Random(seed), target.objects)
    monkeypatch.setattr("statusgen.targets.upload.Fence", partial(Fence, clock=lambda: world.now))
    world.publishers = [
        Actor(world, f"publisher {number}", CONTENTS[number % 2]) for number in range(PUBLISHERS)
    ]
    world.run(kills, pauses)
    assert [one.error for one in world.publishers if one.error] == []
    return world


def manifest_of(objects):
    return parse_manifest(objects[MANIFEST_KEY])


def fingerprint(objects, key):
    digest = hashlib.sha256(objects[key]).hexdigest()
    return fingerprint_of(digest, headers_for(key))


def untruths(objects):
    """What the manifest says of the target and is not so."""
    records = manifest_of(objects).records
    ours = {key for key in objects if not key.startswith("_statusgen/")}
    return {
        *(key for key in ours - records.keys()),
        *(key for key, one in records.items() if one.fingerprint and key not in ours),
        *(
            key
            for key in ours & records.keys()
            if records[key].fingerprint and records[key].fingerprint != fingerprint(objects, key)
        ),
    }


def refuse_broken_packs(objects):
    """Each release that can be gone back to has every body that it was made of."""
    for kept in manifest_of(objects).kept:
        pack = Pack(objects[pack_key(kept.sequence)])
        records = pack.manifest().records
        for key, record in records.items():
            if record.fingerprint:
                body = Pack(objects[pack_key(record.sequence)]).body(key)
                assert fingerprint({key: body}, key) == record.fingerprint


@pytest.mark.parametrize("hundred", range(part(1, 20)))
def test_whatever_the_order_one_release_at_a_time_is_up_and_none_is_mixed(hundred, monkeypatch):
    for seed in range(hundred * 200, hundred * 200 + 200):
        world = run_world(seed, monkeypatch)
        manifest = manifest_of(world.objects)

        sequences = [sequence for sequence, _, _ in world.history]
        ended = [one[:2] for one in world.history if not one[2]]
        assert sequences == sorted(sequences), seed
        assert len(set(ended)) == len({sequence for sequence, _ in ended}), seed
        if manifest.intent is None:
            assert untruths(world.objects) == set(), seed

        last = CONTENTS[seed % 2]
        storage = FakeStorage(objects=world.objects, age_s=1000)
        publish(storage, last, run=make_run("the last"), keep_assets=True)
        records = manifest_of(world.objects).records
        kept = {key for key in records if key.startswith("assets/") and key not in last}
        served = {key for key in world.objects if not key.startswith("_statusgen/")}
        assert untruths(world.objects) == set(), seed
        assert served - kept == last.keys(), seed
        assert {key: world.objects[key].decode() for key in last} == last, seed
        refuse_broken_packs(world.objects)
