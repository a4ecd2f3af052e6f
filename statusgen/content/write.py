"""`new`, `update`, `resolve` and `schedule`: the next file of a story, with words to start from."""

import json
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from heapq import nlargest
from pathlib import Path

from statusgen.config.places import CONTENT_FOLDER
from statusgen.config.settings import Settings
from statusgen.config.severity import find_severity
from statusgen.content.archive import Archive
from statusgen.content.due import open_incidents
from statusgen.content.entries.tree import scan_content
from statusgen.content.entries.update_file import parse_update
from statusgen.content.entries.wording import fill_placeholders, find_placeholder, starting_words
from statusgen.content.folder_reader import vocabulary
from statusgen.content.incident import Incident
from statusgen.errors import UsageError
from statusgen.values.notation import (
    ID_LENGTH,
    BadValue,
    format_instant,
    listed,
    nearest,
    parse_title,
    parse_word,
    shown,
)
from statusgen.values.vocabulary import SAME_PHASE, ComponentState, Phase
from statusgen.words.language import base_of
from statusgen.words.repository_files import NotOurs, write_new_file
from statusgen.words.template_files import TemplateFiles
from statusgen.words.unwritable import unwritten

MOST_SHOWN = 8
"""How many names a message gives to choose from."""

_SLUG_LENGTH = 48
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._/()+-]*[A-Za-z0-9.)]|[A-Za-z0-9]")


@dataclass(frozen=True, slots=True)
class Draft:
    """An update to be written: the front matter in the order it is shown, and the body."""

    status: str
    at: datetime
    title: str | None = None
    severity: str | None = None
    components: tuple[tuple[str, ComponentState | None], ...] = ()
    starts: datetime | None = None
    ends: datetime | None = None
    impact: str | None = None
    cause: str | None = None
    next_update: str | None = None
    body: str = field(default="")


def parse_component(text: str, settings: Settings) -> tuple[str, ComponentState | None]:
    """`checkout` or `checkout=major_outage`; raises `UsageError`."""
    name, _, state = text.partition("=")
    known = settings.components_by_id
    if name not in known:
        raise UsageError(
            f"unknown component {shown(name)}{nearest(name, known)}; this page has {listed(known)}"
        )
    try:
        return name, parse_word(ComponentState, state, "component state") if state else None
    except BadValue as bad:
        raise UsageError(str(bad)) from None


def parse_severity(text: str, settings: Settings) -> str:
    """The key of the level that `text` names; raises `UsageError`."""
    level = find_severity(settings.severities, text)
    if level is None:
        known = listed(settings.severities)
        raise UsageError(f"unknown severity {shown(text)}; this page has {known}")
    return level.key


def find_incident(archive: Archive, part: str | None, now: datetime) -> Incident:
    """The incident meant by a unique part of its id; without one, the only open incident.

    Among several matches the only open one is meant. Raises `UsageError`.
    """
    running = open_incidents(archive, now)
    if part is None:
        candidates = [one for one in running if one.severity is not None]
        if len(candidates) == 1:
            return candidates[0]
        if not candidates:
            raise UsageError(f"no incident is open; name the one you mean{_newest(archive)}")
        ids = listed((one.id for one in candidates), MOST_SHOWN)
        raise UsageError(f"several incidents are open; name one of {ids}")
    wanted = part.strip().lower()
    if not wanted:
        raise UsageError(
            f"the incident's name is empty; leave it out or name one{_newest(archive)}"
        )
    matches = [one.id for one in archive.outlines if wanted == one.id] or [
        one.id for one in archive.outlines if wanted in one.id
    ]
    if len(matches) > 1:
        matches = [one.id for one in running if one.id in matches] or matches
    if len(matches) == 1:
        return archive.incident(matches[0])
    broken = [one.path for one in archive.errors if wanted in one.path]
    if not matches and broken:
        raise UsageError(f"{broken[0]} is wrong, so its incident can't be read; mend it first")
    if not matches:
        raise UsageError(f"no incident's id contains {shown(part)}{_newest(archive)}")
    raise UsageError(
        f"{shown(part)} fits several incidents; name one of {listed(matches, MOST_SHOWN)}"
    )


def default_body(settings: Settings, status: str, components: Iterable[str]) -> str:
    """The wording that an update with this status starts with, in the page's language.

    Raises `ContentError` for a broken catalogue.
    """
    known = settings.components_by_id
    names = [known[one].name for one in components if one in known]
    language = TemplateFiles(settings.root).language(settings.page.language)
    return starting_words(status, names or [settings.page.service], language)


def placeholder_in(settings: Settings, body: str) -> str | None:
    """What is left in `body` for its author to fill in."""
    return find_placeholder(body, vocabulary(settings).placeholders)


def write_incident(settings: Settings, draft: Draft) -> Path:
    """A new folder with its first update; returns the file. Raises `UsageError`."""
    folder_id = _free_id(settings, draft)
    return _write(settings, folder_id, 1, draft)


def write_update(settings: Settings, incident: Incident, draft: Draft) -> Path:
    """The next update of an incident; returns the file. Raises `UsageError`."""
    if draft.at < incident.last.update.at:
        raise UsageError(
            f"the last update of {incident.id} is from {format_instant(incident.last.update.at)}, "
            "which is later than now; correct its time or wait"
        )
    _refuse_foreign(incident, draft)
    return _write(settings, incident.id, _next_number(settings, incident), draft)


def _refuse_foreign(incident: Incident, draft: Draft) -> None:
    """What `check` would refuse in an incident of this kind."""
    kind = "notice" if incident.is_notice else "maintenance"
    if incident.severity is None and draft.severity is not None:
        raise UsageError(f"{incident.id} is a {kind}, which has no severity")
    if not incident.is_notice:
        return
    told = (draft.impact, draft.cause, draft.next_update)
    if any(one is not None for one in told) or any(state for _, state in draft.components):
        raise UsageError(
            f"{incident.id} is a notice, which only says something; write an incident instead"
        )


def status_of(phase: str | None, incident: Incident | None = None) -> str:
    """The status for `--phase`; raises `UsageError` for a word that is no phase of its family."""
    if phase is None or phase == SAME_PHASE:
        return SAME_PHASE
    family = Phase if incident is None else incident.phases
    if phase not in family:
        raise UsageError(
            f"unknown phase {shown(phase)}{nearest(phase, family)}; use one of {listed(family)}"
        )
    return phase


def render_update(draft: Draft) -> str:
    """The text of the file."""
    lines = ["---"]
    if draft.title is not None:
        lines.append(f"title: {_yaml(draft.title)}")
    if draft.severity is not None:
        lines.append(f"severity: {draft.severity}")
    lines += [f"status: {draft.status}", f"at: {format_instant(draft.at)}"]
    for key, instant in (("starts", draft.starts), ("ends", draft.ends)):
        if instant is not None:
            lines.append(f"{key}: {format_instant(instant)}")
    lines += _components(draft.components)
    for key, text in (("impact", draft.impact), ("cause", draft.cause)):
        if text is not None:
            lines.append(f"{key}: {_yaml(text)}")
    if draft.next_update is not None:
        lines.append(f"next_update: {draft.next_update}")
    return "\n".join([*lines, "---", draft.body.strip(), ""])


def _components(components: Sequence[tuple[str, ComponentState | None]]) -> list[str]:
    if not components:
        return []
    if all(state is None for _, state in components):
        return [f"components: [{listed(name for name, _ in components)}]"]
    return ["components:"] + [f"  {name}: {state}" for name, state in components]


def _yaml(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def _write(settings: Settings, folder_id: str, number: int, draft: Draft) -> Path:
    stem = f"{number:02d}-{draft.status.replace('_', '-')}"
    text = render_update(draft)
    if not _is_text(text):
        raise UsageError("the words given are not UTF-8 text; set LC_ALL=C.UTF-8 and try again")
    path = settings.root / CONTENT_FOLDER / folder_id / f"{stem}.md"
    _refuse_wrong(settings, folder_id, stem, text)
    try:
        write_new_file(settings.root, f"{CONTENT_FOLDER}/{folder_id}/{stem}.md", text.encode())
    except NotOurs as bad:
        what = f"{path} can't be written: {bad.what} is on the way"
        raise UsageError(f"{what}; {bad.remedy}") from bad
    except FileExistsError:
        raise UsageError(f"{path} is there already; rename it or write another update") from None
    except OSError as error:
        raise unwritten(path, error) from error
    return path


def _is_text(text: str) -> bool:
    """Whether it can be written: bytes that were no text arrive from the shell as surrogates."""
    return not any("\ud800" <= one <= "\udfff" for one in text)


def _refuse_wrong(settings: Settings, folder_id: str, stem: str, text: str) -> None:
    """A placeholder is for the author to fill in; anything else wrong came from the command."""
    name = f"{CONTENT_FOLDER}/{folder_id}/{stem}.md"
    words = vocabulary(settings)
    raw = fill_placeholders(text, words.placeholders).encode()
    _, problems = parse_update(raw, name, folder_id, stem, words)
    errors = [f"{one.what}; {one.remedy}" for one in problems if not one.is_warning]
    if errors:
        raise UsageError("; and ".join(errors))


def _free_id(settings: Settings, draft: Draft) -> str:
    try:
        title = parse_title(draft.title or "")
    except BadValue as bad:
        raise UsageError(str(bad)) from None
    day = (draft.starts or draft.at).astimezone(settings.page.zone).date().isoformat()
    base = f"{day}-{_slug(title, settings.page.language)}"[: ID_LENGTH - 4].rstrip("-")
    content = settings.root / CONTENT_FOLDER
    names = [base, *(f"{base}-{number}" for number in range(2, 100))]
    free = next((name for name in names if not os.path.lexists(content / name)), None)
    if free is None:
        raise UsageError(f"there are a hundred incidents called {base}; give it another title")
    return free


def _slug(title: str, language: str) -> str:
    """The title in small Latin letters, as many words as can be read aloud.

    Some letters are written otherwise in the page's `language`: ü as ue in German, as u elsewhere.
    """
    from slugify import slugify, special  # noqa: PLC0415  large tables that only `new` needs

    letters = special.GERMAN if base_of(language) == "de" else []
    slug = slugify(
        title,
        entities=False,
        decimal=False,
        hexadecimal=False,
        max_length=_SLUG_LENGTH,
        word_boundary=True,
        save_order=True,
        replacements=[("'", ""), *letters],
    )
    return slug or "incident"


def _next_number(settings: Settings, incident: Incident) -> int:
    folders, _ = scan_content(settings.root)
    stems = [stem for one in folders if one.id == incident.id for stem in one.stems]
    numbers = [int(found[0]) for stem in stems if (found := re.match(r"\d{1,6}", stem))]
    return max([len(incident.steps), *numbers]) + 1


def _newest(archive: Archive) -> str:
    ids = [one.id for one in nlargest(3, archive.outlines, key=lambda one: (one.last_at, one.id))]
    return f"; the newest are {listed(ids)}" if ids else ""
