"""A promise that is broken before anybody has read it, and the update dated anew that keeps it."""

import re
from collections.abc import Iterator
from datetime import datetime

from statusgen.config.settings import Settings
from statusgen.content.archive import Archive
from statusgen.content.entries.front_matter import parse_document
from statusgen.content.entries.tree import opened, read_file, shown_path
from statusgen.content.entries.update_file import parse_update
from statusgen.content.folder_reader import vocabulary
from statusgen.content.update import Update
from statusgen.errors import Refused
from statusgen.mail.plan import TOO_LATE_AFTER, MailPlan
from statusgen.mail.planning import audiences
from statusgen.values.notation import format_instant
from statusgen.values.value import Value
from statusgen.words.repository_files import NotOurs, replace_file
from statusgen.words.unwritable import unwritten

_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_AT = re.compile(rb"""(\s*["']?at["']?\s*:[ \t]+)([^\s#].*?)((?:[ \t]+\#.*)?[\r\n]*)""")


class BrokenPromise(Value, frozen=True):
    """An update that is about to be mailed although its promise has passed."""

    update: Update
    due: datetime
    now: datetime
    is_first: bool

    @property
    def can_move(self) -> bool:
        """Whether another `at` moves the promise: an instant in `next_update` stays what it is."""
        return self.update.next_at is None

    def __str__(self) -> str:
        due, now = (format_instant(one.replace(microsecond=0)) for one in (self.due, self.now))
        return f"{self.update.id} promises the next update by {due}, and it is {now} now"


def broken_promises(plan: MailPlan, archive: Archive, now: datetime) -> tuple[BrokenPromise, ...]:
    """What the plan would queue of promises that have passed at `now`.

    Only the newest update of an open incident promises anything, and only while it is news.
    """
    return tuple(_broken(plan, archive, now))


def refuse_broken(broken: tuple[BrokenPromise, ...]) -> None:
    """Raises `Refused` where there are any, with the way on."""
    if not broken:
        return
    movable = any(one.can_move for one in broken)
    steps = [
        *(["add --redate, which sets its `at` to now"] if movable else []),
        *([] if all(one.can_move for one in broken) else ["correct its `next_update`"]),
        "add --force if it is meant",
    ]
    raise Refused(*map(str, broken), ending=f"nothing was done. {_sentence(steps)}")


def redate(broken: BrokenPromise, settings: Settings, now: datetime) -> datetime:
    """Sets the update's `at` to `now` in its file, and returns it: in whole seconds.

    A first update begins for customers when it did before: `started` takes the old instant.
    Raises `Refused` where the file can't be changed so.
    """
    update, at = broken.update, now.replace(microsecond=0)
    path = shown_path(update.incident_id, update.stem)
    try:
        with opened(settings.root, update.incident_id) as folder:
            raw = read_file(folder, update.stem)
        text = _redated(raw, path, at, keeps_start=broken.is_first and update.started is None)
        if text is not None and _is_dated(text, at, update, settings):
            replace_file(settings.root, path, text)
            return at
    except NotOurs as error:
        raise Refused(f"{path} was not changed: {error.what}; set its `at` by hand") from error
    except OSError as error:
        raise unwritten(path, error, mistake=Refused) from error
    raise Refused(
        f"{path} was not changed, because its `at` is not on a line of its own; set it to "
        f"{format_instant(at)} by hand"
    )


def _is_dated(text: bytes, at: datetime, update: Update, settings: Settings) -> bool:
    """Whether it is an update of that instant, with nothing wrong in it."""
    path = shown_path(update.incident_id, update.stem)
    made, problems = parse_update(text, path, update.incident_id, update.stem, vocabulary(settings))
    is_wrong = any(not one.is_warning for one in problems)
    return made is not None and made.update.at == at and not is_wrong


def _broken(plan: MailPlan, archive: Archive, now: datetime) -> Iterator[BrokenPromise]:
    for mailing, _ in audiences(plan.mailings, archive):
        found = archive.incident_and_step(mailing.update.update_id)
        assert found is not None  # noqa: S101  it has an audience
        incident, step = found
        is_news = step is incident.last and step.update.at > now - TOO_LATE_AFTER
        due = step.next_due
        if is_news and due is not None and due < now and incident.is_open(now):
            yield BrokenPromise(step.update, due, now, is_first=step.number == 1)


def _redated(raw: bytes, path: str, at: datetime, *, keeps_start: bool) -> bytes | None:
    """The file with another `at`; None where that is not on a line of its own."""
    document, _ = parse_document(raw, path)
    header = document.headers.get("at") if document else None
    lines = _LINE.findall(raw)
    found = _AT.fullmatch(lines[header.line - 1]) if header else None
    if header is None or found is None:
        return None
    start, old, end = found.groups()
    new = [start + format_instant(at).encode() + end]
    if keeps_start:
        indent = start[: len(start) - len(start.lstrip())]
        ending = end[len(end.rstrip(b"\r\n")) :]
        new.append(indent + b"started: " + old + ending)
    lines[header.line - 1 : header.line] = new
    return b"".join(lines)


def _sentence(steps: list[str]) -> str:
    text = ", or ".join(steps)
    return text[0].upper() + text[1:]
