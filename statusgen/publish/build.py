"""`build`: the site into a folder, and nothing else."""

import gc
import secrets
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from statusgen.config.places import overlap, parse_place, refuse_link
from statusgen.config.settings import FolderTarget, Settings
from statusgen.content.archive import Archive, survey_archive
from statusgen.content.cache import Cache
from statusgen.content.listing import Listing
from statusgen.errors import UsageError
from statusgen.page.artifacts import Release
from statusgen.targets.bookkeeping import PublishRun
from statusgen.targets.manifest import Publisher
from statusgen.targets.storage import Storage
from statusgen.targets.upload import upload
from statusgen.targets.upload_plan import plan_upload
from statusgen.values.notation import BadValue
from statusgen.values.value import Value

if TYPE_CHECKING:
    from statusgen.page.release import PageReader
    from statusgen.targets.uploading import Watch

DEFAULT_OUT = "_site"

Keep = Callable[[Archive], Archive]
"""Takes an archive with errors, and returns one with fewer."""


class Prepared(Value, frozen=True):
    """The checked content and the release made of it."""

    archive: Archive
    release: Release
    reader: "PageReader"

    def render_ahead(self, keys: Iterable[str], now: datetime) -> None:
        """Make many pages at once that will be asked for one by one; see `release`."""
        from statusgen.page.release import render_ahead  # noqa: PLC0415  loaded already

        render_ahead(self.archive, self.reader, keys, now)


class Built(Value, frozen=True):
    """What a build did."""

    incidents: int
    updates: int
    files: int
    written: int
    removed: int
    archive: Archive


def prepare(settings: Settings, cache: Cache, now: datetime, keep: Keep | None = None) -> Prepared:
    """Check everything and render the release; raises `ContentError` with all that is wrong.

    `keep` may find another way around what is wrong with incidents.
    """
    gc.disable()
    try:
        return _prepare(settings, cache, now, keep)
    finally:
        gc.freeze()  # values hold no cycles: to look for some takes a tenth of a large build
        gc.enable()


def _prepare(settings: Settings, cache: Cache, now: datetime, keep: Keep | None) -> Prepared:
    listing = Listing(settings, cache)
    from statusgen.page.release import PageReader, make_release  # noqa: PLC0415
    from statusgen.words.templates import Templates  # noqa: PLC0415  loaded while the folder is listed

    reader = PageReader(settings, Templates(settings.root), now)
    archive = survey_archive(settings, cache, now, reader, listing)
    if archive.errors and keep is not None:
        archive = keep(archive)
    archive.refuse_errors()
    release = make_release(archive, reader.site, cache, now)
    cache.save()
    return Prepared(archive, release, reader)


def build(
    settings: Settings, cache: Cache, folder: Storage, now: datetime, watch: "Watch"
) -> Built:
    """The site at `now` into `folder`; files that did not change are not written again."""
    with watch("Rendering", None):
        prepared = prepare(settings, cache, now)
    plan = plan_upload(prepared.release, folder.observe(), max_deletes=1.0)
    prepared.render_ahead((put.artifact.key for put in plan.puts), now)
    run = PublishRun(Publisher("", "", "build"), now, secrets.token_hex(8))
    with watch("Writing", len(plan.puts)) as done:
        upload(folder, plan, prepared.release, run, done, keeps=False)
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
    for target in settings.targets:
        if isinstance(target, FolderTarget) and overlap(path, target.path):
            raise UsageError(
                f"{out} is the folder of the target {target.url}; "
                "build somewhere else, or use `statusgen publish`"
            )
    try:
        refuse_link(str(out), Path.cwd(), settings.root)
        return parse_place(str(out), Path.cwd(), settings.root)
    except BadValue as bad:
        raise UsageError(str(bad)) from None
