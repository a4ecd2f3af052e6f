"""Two clones and two targets, in any order of edit, delete, rename, draft, pull and publish.

Nothing that readers saw goes without being named, and what was refused can be meant, once.
"""

import random
import shutil

import pytest

from statusgen.content.shown import parse_shown
from statusgen.targets.folder import FolderStorage
from tests.components.soak import part
from tests.fakes.repository import FIRST, Repository, make_repository

TARGETS = ("one", "two")
ORDERS = part(6, 120)
STEPS = part(14, 30)
OPERATIONS = (
    *("write", "write", "edit", "delete", "rename", "draft", "push", "pull"),
    *("away", "back") * 2,
    *("publish",) * 5,
)


class World:
    """Two checkouts of one repository, and the places that serve its page."""

    def __init__(self, root, chance):
        self.chance = chance
        self.places = {name: root / name for name in TARGETS}
        targets = [f'url = "folder:{path}"' for path in self.places.values()]
        self.clones = [make_repository(root / f"clone-{n}", *targets, mail=None) for n in (1, 2)]
        self.origin = root / "origin"
        shutil.copytree(self.clones[0].root / "incidents", self.origin)
        for clone in self.clones:
            clone.write("second/01.md", FIRST)
        self.away: set[str] = set()
        self.meant: set[str] = set()
        self.minutes = 10

    def now(self):
        self.minutes += 1
        return f"2026-11-21T{2 + self.minutes // 60:02}:{self.minutes % 60:02}:00Z"

    def seen(self):
        """What readers see on each target that can be looked at: update ids with their pages."""
        shown = {}
        for name, path in self.places.items():
            if name in self.away:
                continue
            manifest = FolderStorage(name, path).observe().manifest
            lines = (manifest.shown if manifest else None) or {}
            shown[name] = {
                f"{incident}/{one.stem}": (incident, one.at, one.wording)
                for incident, line in lines.items()
                for one in parse_shown(line)
            }
            for incident in lines:  # what the manifest says is what is there
                assert (path / "incidents" / f"{incident}.html").exists()
        return shown

    def files(self, clone: Repository):
        return sorted((clone.root / "incidents").rglob("*.md"))

    def write(self, clone):
        incident = self.chance.choice(["2026-11-21-checkout-errors", "second"])
        if not (clone.root / "incidents" / incident / "01.md").exists():
            return
        at = self.now()
        text = f"---\nstatus: update\nat: {at}\n---\nWe know more at {self.minutes}.\n"
        clone.write(f"{incident}/{self.minutes:03}.md", text)

    def edit(self, clone):
        """Correct a text, and nothing that makes it another update."""
        path = self.chance.choice(self.files(clone))
        path.write_text(f"{path.read_text()}\nCorrected {self.minutes}.\n")

    def later(self, clone):
        """An update that is no first one."""
        later = [one for one in self.files(clone) if not one.name.startswith("01")]
        return self.chance.choice(later) if later else None

    def delete(self, clone):
        if path := self.later(clone):
            path.unlink()

    def rename(self, clone):
        if path := self.later(clone):
            path.rename(path.with_stem(f"{path.stem}-x"[-40:]))

    def draft(self, clone):
        path = self.later(clone)
        if path and "draft" not in path.read_text():
            path.write_text(path.read_text().replace("status:", "draft: true\nstatus:"))

    def push(self, clone):
        shutil.rmtree(self.origin)
        shutil.copytree(clone.root / "incidents", self.origin)

    def pull(self, clone):
        shutil.rmtree(clone.root / "incidents")
        shutil.copytree(self.origin, clone.root / "incidents")

    def go_away(self, _clone):
        name = self.chance.choice(TARGETS)
        path = self.places[name]
        if path.exists() and not self.away:
            path.rename(path.with_name(f"{name}-away"))
            path.write_text("no folder")
            self.away.add(name)

    def come_back(self, _clone):
        for name in tuple(self.away):
            self.places[name].unlink()
            self.places[name].with_name(f"{name}-away").rename(self.places[name])
            self.away.discard(name)

    def publish(self, clone):
        """Publish as somebody careful does: without force first, then as it is meant."""
        before = self.seen()
        done = self.run(clone)
        if done.code == 3:
            assert self.seen() == before
            named = {one for ids in before.values() for one in ids if one in done.err}
            # What was meant once is not asked again, but where all that remembers it is away.
            assert named - self.meant or self.away, done.err
            done = self.run(clone, "--force")
            self.meant |= named
        assert done.code == (4 if self.away else 0), done.err
        after = self.seen()
        for name in before:
            for one in before[name].keys() - after[name].keys():
                assert one in done.err or is_renamed(one, before[name], after[name]), (one, done)
        self.meant -= {one for ids in after.values() for one in ids}
        again = self.run(clone)
        assert again.code == done.code, again.err

    def run(self, clone, *options):
        return clone.run("publish", "--yes", *options, now=self.now())


def is_renamed(update_id, before, after):
    incident, at, wording = before[update_id]
    fresh = [after[one] for one in after.keys() - before.keys()]
    return any(one[0] == incident and (one[1] == at or one[2] == wording) for one in fresh)


@pytest.mark.parametrize("order", range(ORDERS))
def test_nothing_that_readers_saw_goes_without_being_named(tmp_path, order):
    chance = random.Random(order)
    world = World(tmp_path, chance)
    steps = {one: getattr(world, one) for one in set(OPERATIONS) - {"away", "back"}}
    steps |= {"away": world.go_away, "back": world.come_back}
    world.publish(world.clones[0])

    for _ in range(STEPS):
        steps[chance.choice(OPERATIONS)](chance.choice(world.clones))
    world.come_back(None)
    world.publish(world.clones[1])

    shown = world.seen()
    assert shown["one"].keys() == shown["two"].keys()
