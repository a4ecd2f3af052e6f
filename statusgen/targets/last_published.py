"""Broken incidents kept as they were last published, so that an old typo holds up nothing new.

What was last published is told by the targets: beside each page that a release puts up, its pack
keeps what the page was made of, and the manifest says which release that was.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from statusgen.config.places import CONTENT_FOLDER
from statusgen.config.settings import Settings
from statusgen.content.archive import Archive, Kept
from statusgen.content.entries.folder import IncidentSource
from statusgen.content.entries.tree import (
    POSTMORTEM_STEM,
    opened,
    read_file,
    scan_content,
    shown_path,
)
from statusgen.content.entries.update_file import parse_update
from statusgen.content.folder_reader import fold_source, vocabulary
from statusgen.content.outline import outline
from statusgen.errors import ContentError, Problem, TargetError
from statusgen.page.artifacts import page_of
from statusgen.targets.published import Published
from statusgen.targets.storage import Storage
from statusgen.values.notation import BadValue


class _CanNotKeepError(Exception):
    """Says in half a sentence why an incident can't stay as it was last published."""


def keep_broken(storages: Sequence[Storage], now: datetime, archive: Archive) -> Archive:
    """The archive with each broken incident as it was last published.

    Raises `ContentError`, with everything that is wrong, when one of them has something new to
    say or nobody can tell any more what was published of it.
    """
    last_published = _LastPublished(storages)
    kept, refused = [], []
    for incident_id, problems in _by_incident(archive.errors).items():
        try:
            source = last_published.source(incident_id)
            kept.append(_keep(source, tuple(problems), archive.settings, now))
        except _CanNotKeepError as why:
            refused.append(_refusal(incident_id, str(why)))
    if refused:
        raise ContentError([*archive.problems, *refused])
    return archive.keeping(kept)


def refuse_mail_about_kept(archive: Archive, incident_ids: Iterable[str]) -> None:
    """Raises `ContentError` when letters would be queued about an incident that is kept."""
    mailed = set(incident_ids)
    loud = [one for one in archive.kept if one.source.id in mailed]
    if loud:
        why = "people are to be mailed about it"
        refused = [_refusal(one.source.id, why) for one in loud]
        raise ContentError([*refused, *(problem for one in loud for problem in one.problems)])


def _keep(
    source: IncidentSource, problems: tuple[Problem, ...], settings: Settings, now: datetime
) -> Kept:
    _refuse_strangers(source, settings)
    incident = fold_source(source, settings, with_drafts=False)
    facts = outline(incident) if incident else None
    if facts is None or not facts.is_settled(now):
        raise _CanNotKeepError("it is not over yet")
    _refuse_news(source, problems, settings)
    return Kept(source, facts, problems)


def _by_incident(errors: Iterable[Problem]) -> dict[str, list[Problem]]:
    """The errors by the folder that they are in."""
    found: dict[str, list[Problem]] = {}
    for one in errors:
        incident_id, _, _ = one.path.removeprefix(f"{CONTENT_FOLDER}/").partition("/")
        found.setdefault(incident_id, []).append(one)
    return found


def _refusal(incident_id: str, why: str) -> Problem:
    path = shown_path(incident_id) if incident_id != CONTENT_FOLDER else CONTENT_FOLDER
    return Problem(path, 0, f"can't stay as it was last published, because {why}", "correct it")


def _refuse_strangers(source: IncidentSource, settings: Settings) -> None:
    """What was published may name what the configuration has no more."""
    words = vocabulary(settings)
    for update in source.updates:
        names = {one.component for one in update.components} - set(words.components)
        if update.severity is not None and update.severity not in words.severities:
            names.add(update.severity)
        if isinstance(update.notify, tuple):
            names |= set(update.notify) - set(words.audiences)
        if names:
            raise _CanNotKeepError(
                f"what was published of it names {', '.join(sorted(names))}, which statusgen.toml "
                "has no more"
            )


def _refuse_news(source: IncidentSource, problems: Iterable[Problem], settings: Settings) -> None:
    told = {one.stem for one in source.updates}
    for stem in _stems(source.id, problems, settings):
        if stem not in told and not _is_draft(source.id, stem, settings):
            raise _CanNotKeepError(f"{shown_path(source.id, stem)} was not published yet")


def _stems(incident_id: str, problems: Iterable[Problem], settings: Settings) -> Iterator[str]:
    """Of all updates in the folder, those that a listing refuses as well."""
    folders, _ = scan_content(settings.root, incident_id, f"{incident_id}\0")
    if not folders:
        raise _CanNotKeepError("nobody can tell whether there is something new in it")
    listed = [stem for stem in folders[0].stems if stem != POSTMORTEM_STEM]
    yield from listed
    top = f"{shown_path(incident_id)}/"
    named = {one.path.removeprefix(top).removesuffix(".md") for one in problems}
    yield from sorted(named - {shown_path(incident_id), POSTMORTEM_STEM, *listed})


def _is_draft(incident_id: str, stem: str, settings: Settings) -> bool:
    try:
        with opened(settings.root, incident_id) as folder:
            raw = read_file(folder, stem)
    except (BadValue, OSError):
        return False
    path = shown_path(incident_id, stem)
    file, _ = parse_update(raw, path, incident_id, stem, vocabulary(settings))
    return file is not None and file.update.draft


class _LastPublished:
    """What the targets know of what was last published; the newest of them decides."""

    def __init__(self, storages: Sequence[Storage]) -> None:
        self._seen: list[Published] = []
        self._failures: list[str] = []
        for one in storages:
            try:
                manifest = one.observe().manifest
            except TargetError as error:
                self._failures.append(str(error))
            else:
                self._seen += [Published(one, manifest)] if manifest else []
        self._seen.sort(key=lambda one: one.published_at, reverse=True)

    def source(self, incident_id: str) -> IncidentSource:
        """The source that the incident's page was made of."""
        if not self._seen:
            raise _CanNotKeepError("; ".join(self._failures) or "nothing was published yet")
        key = page_of(incident_id)
        page = self._seen[0].record(key)
        if page is None:
            raise _CanNotKeepError("it was never published")
        for one in self._seen:
            same = one.record(key)
            if same is not None and same.fingerprint == page.fingerprint and same.sequence:
                source = one.sources(same.sequence).get(incident_id)
                if source is not None:
                    return source
        raise _CanNotKeepError("no target has kept what its page was made of")
