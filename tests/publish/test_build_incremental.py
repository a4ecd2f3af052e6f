"""Whatever was edited, and whatever became of the cache: the same bytes as from nothing."""

import os
import shutil
import sqlite3
import tempfile
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as profile
from hypothesis import strategies as st

from statusgen.cli.composition import open_cache
from statusgen.config.reader import read_settings
from statusgen.content import listing
from statusgen.content.cache_file import CacheFile
from statusgen.publish.build import build, prepare
from statusgen.targets.folder import FolderStorage
from tests.builders import instant
from tests.components.soak import part
from tests.fakes.repository import ROOT, make_repository, tree

START = instant("2026-11-21T02:10")
KINDS = {
    "incident": (
        "title: Errors\nseverity: SEV2\ncomponents:\n  api: partial_outage\n",
        ("investigating", "identified", "resolved"),
    ),
    "maintenance": (
        (
            "title: Upgrade\ncomponents: [search]\n"
            "starts: 2026-11-21T03:00:00Z\nends: 2026-11-21T05:00:00Z\n"
        ),
        ("scheduled", "in_progress", "completed"),
    ),
}


class World:
    """A repository that is edited, built with what the cache knows, and built from nothing."""

    def __init__(self, root: Path) -> None:
        self.repository = make_repository(root / "page")
        self.root = self.repository.root
        self.out = root / "warm"
        self.now = START
        self.number = 0

    def warm(self):
        settings = read_settings(self.root)
        target = FolderStorage("folder:warm", self.out)
        build(settings, open_cache(settings), target, self.now, unwatched)
        return tree(self.out)

    def cold(self):
        settings = read_settings(self.root)
        release = prepare(settings, CacheFile(Path(":memory:"), "none"), self.now).release
        return {one.key: one.load() for one in release.artifacts}

    def folders(self):
        return sorted(path for path in (self.root / "incidents").iterdir() if any(path.iterdir()))

    def files(self):
        return sorted((self.root / "incidents").rglob("*.md"))

    def updates(self):
        return [path for path in self.files() if path.name != "postmortem.md"]


def unwatched(*_):
    return nullcontext(lambda *_: None)


def update_text(kind, phase, minute, number, *, draft=False):
    keys, phases = KINDS[kind]
    at = f"2026-11-{10 + minute % 11}T{minute % 24:02}:{minute % 60:02}:00Z"
    mark = "draft: true\n" if draft else ""
    status = phases[phase % len(phases)]
    return f"---\nstatus: {status}\nat: {at}\n{mark}{keys}---\nThis is text {number}.\n"


def add_incident(world, one, two):
    kind = ("incident", "maintenance")[two % 2]
    world.repository.write(
        f"{kind}-{one}/01.md", update_text(kind, two, one * 7 + two, world.number)
    )


def add_update(world, one, two):
    for folder in world.folders()[one % 3 : one % 3 + 1]:
        kind = "maintenance" if folder.name.startswith("maintenance") else "incident"
        text = update_text(kind, one, two * 5 + one, world.number, draft=two % 4 == 3)
        world.repository.write(f"{folder.name}/{two:02}-more.md", text)


def edit_update(world, one, two):
    for path in world.files()[one : one + 1]:
        path.write_text(f"{path.read_text()}\nAnd *more* {two}.\n", encoding="utf-8")


def edit_in_place(world, one, two):
    """The same size and the same time of change as far as a program can set them."""
    for path in world.files()[one : one + 1]:
        before = path.stat()
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("text", ("tent", "test", "term")[two % 3]), encoding="utf-8")
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def rename_update(world, one, two):
    for path in world.updates()[one : one + 1]:
        path.rename(path.with_name(f"{two:02}-renamed.md"))


def remove_update(world, one, _):
    """With the last one goes its postmortem, which is about nothing then."""
    for path in world.updates()[one : one + 1]:
        path.unlink()
        (path.parent / "postmortem.md").unlink(missing_ok=True)


def rename_incident(world, one, two):
    for folder in world.folders()[one : one + 1]:
        new = folder.with_name(f"{folder.name.split('-')[0]}-renamed-{two}")
        if not new.exists():
            folder.rename(new)


def swap_incidents(world, one, _):
    """Two folders take each other's names, with all their times."""
    same = [path for path in world.folders() if path.name.startswith("incident")]
    if len(same) > 1:
        first, second = same[one % len(same)], same[one % len(same) - 1]
        first.rename(first.with_name(".aside"))
        second.rename(first)
        first.with_name(".aside").rename(second)


def remove_incident(world, one, _):
    for folder in world.folders()[one : one + 1]:
        shutil.rmtree(folder)


def write_postmortem(world, one, two):
    for folder in world.folders()[one : one + 1]:
        world.repository.write(f"{folder.name}/postmortem.md", f"What we learnt: {two}.\n")


def change_config(world, one, two):
    extra = ('[severities.SEV2]\nlabel = "Grave"\n', '[[components]]\nid = "x"\nname = "X"\n', "")
    world.repository.configure(extra=extra[one % 3])
    toml = world.root / "statusgen.toml"
    zone = ("UTC", "Asia/Kathmandu", "America/New_York")[two % 3]
    page = f'[page]\ntimezone = "{zone}"\nhistory_days = {30 + one}\n'
    toml.write_text(toml.read_text(encoding="utf-8").replace("[page]\n", page, 1), encoding="utf-8")


def change_template(world, one, two):
    own = world.root / "site_templates" / "page"
    own.mkdir(parents=True, exist_ok=True)
    name = ("incident.html", "month.html", "index.html")[one % 3]
    shipped = ROOT / "site_templates" / "page" / name
    if two % 3 == 0 or not shipped.exists():
        (own / name).unlink(missing_ok=True)
    else:
        text = shipped.read_text(encoding="utf-8").replace("<h1", f'<h1 data-own="{two}"')
        (own / name).write_text(text, encoding="utf-8")


def move_now(world, one, two):
    world.now += timedelta(hours=one, minutes=two)


def let_days_pass(world, one, two):
    world.now += timedelta(days=one, hours=two)


def flip_a_bit(world, one, two):
    path = world.root / ".statusgen" / "cache" / "cache.db"
    data = bytearray(path.read_bytes())
    data[(one * 7919 + two * 104_729 + world.number * 1_299_709) % len(data)] ^= 1 << two % 8
    path.write_bytes(data)


def cut_the_cache(world, one, two):
    path = world.root / ".statusgen" / "cache" / "cache.db"
    os.truncate(path, path.stat().st_size * one // (one + two + 1))


def take_a_foreign_cache(world, _one, _two):
    """That of a copy of this very repository, in which something else was written since."""
    other = World(world.root.parent / f"other-{world.number}")
    shutil.rmtree(other.root)
    shutil.copytree(world.root, other.root)
    for path in other.files():
        path.write_text(f"{path.read_text()}\nOnly elsewhere.\n", encoding="utf-8")
    other.now = world.now
    other.warm()
    shutil.copytree(other.root / ".statusgen", world.root / ".statusgen", dirs_exist_ok=True)


EDITS = (
    *(add_incident, add_incident, add_update, add_update, edit_update, edit_in_place),
    *(rename_update, remove_update, rename_incident, swap_incidents, remove_incident),
    *(write_postmortem, change_config, change_template, move_now),
    let_days_pass,
    *(flip_a_bit, cut_the_cache, take_a_foreign_cache),
)
SMALL = st.integers(0, 9)


@profile(max_examples=part(20, 200), suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(EDITS), SMALL, SMALL), min_size=1, max_size=8))
def test_after_any_edits_the_site_is_what_it_would_be_from_nothing(edits):
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(listing, "RACY_NS", 0)  # or little that is so new would be believed
        world = World(Path(folder))
        for one in range(3):
            add_incident(world, one, one)
        world.warm()
        for world.number, (edit, one, two) in enumerate(edits):
            edit(world, one, two)
            if world.number % 2 == 0 or world.number == len(edits) - 1:
                warm = world.warm()

        assert warm == world.cold()


@pytest.mark.parametrize("shelf", [listing.RECORDS, listing.SOURCES, listing.PAGES])
def test_a_cache_that_lies_about_one_incident_is_not_believed(tmp_path, shelf):
    world = World(tmp_path)
    for one in (0, 2):
        add_incident(world, one, 2)
    world.warm()
    cache = sqlite3.connect(world.root / ".statusgen" / "cache" / "cache.db")
    [value] = cache.execute(
        "SELECT value FROM shelf WHERE name = ? AND key = 'incident-0'", (shelf,)
    ).fetchone()
    cache.execute(
        "UPDATE shelf SET value = ? WHERE name = ? AND key = 'incident-2'", (value, shelf)
    )
    cache.commit()
    cache.close()
    edit_update(world, 0, 0)

    assert world.warm() == world.cold()
