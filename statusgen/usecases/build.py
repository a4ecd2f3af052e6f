"""`build`: the site into a folder, and nothing else."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from statusgen.apply.upload import upload
from statusgen.config.settings import FolderTarget, Settings
from statusgen.entries.tree import CONTENT_FOLDER
from statusgen.errors import UsageError
from statusgen.model.release import Release
from statusgen.plan.upload import plan_upload
from statusgen.ports.cache import Cache
from statusgen.ports.storage import OnDone, Storage
from statusgen.templates import FOLDER as TEMPLATES_FOLDER
from statusgen.templates import Templates
from statusgen.usecases.archive import Archive, read_archive
from statusgen.usecases.release import PageReader, make_release

DEFAULT_OUT = "_site"


@dataclass(frozen=True, slots=True)
class Prepared:
    """The checked content and the release made of it."""

    archive: Archive
    release: Release


@dataclass(frozen=True, slots=True)
class Built:
    """What a build did."""

    incidents: int
    updates: int
    files: int
    written: int
    removed: int
    archive: Archive


def prepare(settings: Settings, cache: Cache, now: datetime) -> Prepared:
    """Check everything and render the release; raises `ContentError` with all that is wrong."""
    templates = Templates(settings.root)
    archive = read_archive(settings, cache, now, PageReader(settings, templates, now))
    release = make_release(archive, templates, cache, now)
    cache.save()
    return Prepared(archive, release)


def build(
    settings: Settings, cache: Cache, folder: Storage, now: datetime, on_done: OnDone
) -> Built:
    """The site at `now` into `folder`; files that did not change are not written again."""
    prepared = prepare(settings, cache, now)
    plan = plan_upload(prepared.release, folder.read_manifest(), max_deletes=1.0)
    upload(folder, plan, prepared.release, on_done)
    outlines = prepared.archive.outlines
    return Built(
        incidents=len(outlines),
        updates=sum(len(one.told) for one in outlines),
        files=len(prepared.release.artifacts),
        written=len(plan.puts),
        removed=len(plan.deletes),
        archive=prepared.archive,
    )


def check_out(settings: Settings, out: Path) -> Path:
    """The folder to build into, absolute; raises `UsageError` for one that must not be."""
    path = out.resolve()
    kept = [settings.root / name for name in (CONTENT_FOLDER, TEMPLATES_FOLDER, ".statusgen")]
    for target in settings.targets:
        if isinstance(target, FolderTarget) and _share(path, target.path):
            raise UsageError(
                f"{out} is the folder of the target {target.url}; "
                "build somewhere else, or use `statusgen publish`"
            )
    if path == settings.root or path in settings.root.parents:
        raise UsageError(f"{out} holds the repository itself; name another folder")
    if any(path == folder or folder in path.parents for folder in kept):
        raise UsageError(f"{out} is part of the repository; name another folder")
    return path


def _share(one: Path, other: Path) -> bool:
    return one == other or one in other.parents or other in one.parents
