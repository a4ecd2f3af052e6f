"""statusgen.toml becomes `Settings`, or every problem in it at once."""

import hashlib
import re
import tomllib
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from statusgen.config import values
from statusgen.config.settings import (
    Brakes,
    FolderTarget,
    MailSettings,
    PageSettings,
    Settings,
    SubjectStyle,
)
from statusgen.config.table import Table
from statusgen.config.targets import read_targets
from statusgen.config.toml_lines import find_lines
from statusgen.errors import ContentError, Problem, UsageError
from statusgen.model.component import Component
from statusgen.model.delivery import InDoubt
from statusgen.model.notation import BadValue, Word, parse_id, parse_word, shown
from statusgen.model.relay import parse_relay
from statusgen.model.severity import DEFAULT_SEVERITIES, Severity
from statusgen.model.vocabulary import ComponentState, Impact, PostmortemRule

FILE_NAME = "statusgen.toml"
DEFAULT_DATABASE = "sqlite:///.statusgen/state.db"
_CONTENT_FOLDER = "incidents"

Value = TypeVar("Value")


def find_root(start: Path) -> Path:
    """The folder with statusgen.toml, `start` or the nearest above it. Raises `UsageError`."""
    for folder in (start, *start.parents):
        if (folder / FILE_NAME).is_file():
            return folder
    raise UsageError(
        f"no {FILE_NAME} in {start} or above it; "
        "go to a status repository, name one with -C, or make one with `statusgen init DIR`"
    )


def read_settings(root: Path) -> Settings:
    """The settings in `root`; raises `ContentError` with every problem."""
    try:
        text = (root / FILE_NAME).read_bytes().decode("utf-8-sig")
        raw = tomllib.loads(text)
    except OSError as error:
        raise _whole(0, f"can't be read ({error.strerror})", "make the file readable") from error
    except UnicodeDecodeError as error:
        raise _whole(0, "is not UTF-8 text", "save the file as UTF-8") from error
    except (ValueError, RecursionError) as error:  # tomllib lets a huge number's ValueError out
        found = re.search(r"\(at line (\d+), column \d+\)", str(error))
        what = re.sub(r"\s*\(at [^)]*\)", "", str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        raise _whole(line, f"not valid TOML: {what}", "correct this line") from error
    return parse_settings(text, raw, root)


def parse_settings(text: str, raw: dict[str, Any], root: Path) -> Settings:
    """The settings that `raw`, read from `text`, hold; raises `ContentError` with every problem."""
    problems: list[Problem] = []
    top = Table(raw, (), find_lines(text), problems, FILE_NAME)
    settings = Settings(
        root=root,
        page=_page(top.child("page")),
        components=_components(top),
        severities=_severities(top.child("severities")),
        targets=read_targets(top, root),
        mail=_mail(top.child("mail"), root) if top.has("mail") else None,
        database=_state(top.child("state"), root),
        brakes=_brakes(top.child("brakes")),
        fingerprint=hashlib.sha256(text.encode()).hexdigest(),
    )
    top.finish(also=("mail",))
    _refuse_published(top, settings)
    if problems:
        raise ContentError(problems)
    return settings


def _refuse_published(top: Table, settings: Settings) -> None:
    """Addresses never stand on a target or in git: neither letters nor the database go there."""
    folders = [one.path for one in settings.targets if isinstance(one, FolderTarget)]
    here = settings.root / ".statusgen"
    served = [one for one in folders if one not in (here, *here.parents)]  # wrong all the same
    public = [*served, settings.root / _CONTENT_FOLDER]
    _, _, outbox = (settings.mail.transport if settings.mail else "").partition("folder:")
    _, _, database = settings.database.partition("sqlite:///")
    for place, text in ((("mail", "transport"), outbox), (("state", "database"), database)):
        path = Path(text).resolve()
        if text and any(folder == path or folder in path.parents for folder in public):
            top.complain(
                place,
                f"{place[-1]} lies in a folder that everybody can read, and holds addresses",
                "choose a folder outside the targets and the content",
            )


def _whole(line: int, what: str, remedy: str) -> ContentError:
    return ContentError([Problem(FILE_NAME, line, what, remedy)])


def _page(table: Table) -> PageSettings:
    name = table.take("name", values.text, "", required=True)
    page = PageSettings(
        name=name,
        service=table.take("service", values.text, name),
        url=table.take("url", values.web_url, "", required=True),
        timezone=table.take("timezone", values.zone, "UTC"),
        language=table.take("language", values.language, "en"),
        support=table.take("support", values.support, None),
        history_days=table.take("history_days", values.positive, 90),
    )
    table.finish()
    return page


def _components(top: Table) -> tuple[Component, ...]:
    components: list[Component] = []
    for table in top.children("components"):
        component = Component(
            id=table.take("id", _component_id, "", required=True),
            name=table.take("name", values.text, "", required=True),
            group=table.take("group", values.optional_text, None),
            description=table.take("description", values.optional_text, None),
            since=table.take("since", values.day, None),
            retired=table.take("retired", values.day, None),
        )
        table.finish()
        if component.id and component.id in (one.id for one in components):
            table.complain(
                ("id",), f"component '{component.id}' is there twice", "give each its own id"
            )
        components.append(component)
    return tuple(components)


def _component_id(value: Any) -> str:
    return parse_id(values.text(value), "component id")


def _severities(top: Table) -> dict[str, Severity]:
    levels = {level.key: level for level in DEFAULT_SEVERITIES}
    named: dict[str, str] = {}
    for name in top.names:
        table = top.child(name)
        try:
            key = values.level_key(name)
        except BadValue as bad:
            table.complain((), bad.what, bad.remedy)
            continue
        if key in named:
            table.complain((), f"{name} and {named[key]} are one severity", "keep one table")
        named[key] = name
        levels[key] = _severity(table, key, levels.get(key))
    _refuse_equal_ranks(top, levels)
    return dict(sorted(levels.items(), key=lambda item: (item[1].rank, item[0])))


def _severity(table: Table, key: str, default: Severity | None) -> Severity:
    is_own = default is None
    base = default or replace(DEFAULT_SEVERITIES[-1], key=key, label=key, rank=0)
    level = Severity(
        key=key,
        label=table.take("label", values.text, base.label),
        impact=table.take("impact", _word(Impact, "impact"), base.impact),
        component_status=table.take(
            "component_status", _word(ComponentState, "component status"), base.component_status
        ),
        first_update=table.take("first_update", _no_or_duration, base.first_update),
        cadence=table.take("cadence", _no_or_duration, base.cadence),
        audiences=table.take("audiences", values.texts, base.audiences),
        postmortem=table.take("postmortem", _word(PostmortemRule, "rule"), base.postmortem),
        rank=table.take("rank", values.positive, base.rank, required=is_own),
    )
    table.finish()
    return level


def _refuse_equal_ranks(top: Table, levels: dict[str, Severity]) -> None:
    by_rank: dict[int, str] = {}
    for key, level in levels.items():
        other = by_rank.setdefault(level.rank, key)
        if other != key and level.rank:
            top.complain(
                (key, "rank"),
                f"{key} and {other} have the same rank {level.rank}",
                "give each level a rank of its own",
            )


def _no_or_duration(value: Any) -> timedelta | None:
    return values.duration_or("none", value)


def _never_or_duration(value: Any) -> timedelta | None:
    return values.duration_or("never", value)


def _word(kind: type[Word], what: str) -> Any:
    return lambda value: parse_word(kind, values.text(value), what)


def _mail(table: Table, root: Path) -> MailSettings:
    name, address = table.take("from", values.mailbox, ("", ""), required=True)
    mail = MailSettings(
        from_name=name,
        from_address=address,
        transport=table.take("transport", partial(_transport, root), "", required=True),
        reply_to=table.take("reply_to", values.address, None),
        max_connections=table.take("max_connections", values.positive, 10),
        max_per_second=table.take("max_per_second", values.number, 0),
        in_doubt=table.take("in_doubt", _word(InDoubt, "choice"), InDoubt.RESEND),
        subject=table.take("subject", _word(SubjectStyle, "subject style"), SubjectStyle.PHASE),
        unsubscribe_url=table.take("unsubscribe_url", values.web_url, None),
        unsubscribe_mailto=table.take("unsubscribe_mailto", values.address, None),
        footer=table.take("footer", values.paragraph, None),
        return_path=table.take("return_path", values.address, None),
        idempotency_header=table.take("idempotency_header", values.header_name, None),
        canary=table.take("canary", values.number, 0),
        without_page_after=table.take(
            "without_page_after", _never_or_duration, timedelta(seconds=60)
        ),
        verify_timeout=table.take("verify_timeout", values.duration, timedelta(seconds=30)),
    )
    table.finish()
    return mail


def _transport(root: Path, value: Any) -> str:
    url = values.text(value)
    scheme, _, rest = url.partition(":")
    if scheme == "folder" and rest:
        return f"folder:{(root / rest).resolve()}"
    if "@" in url and ":" in url.partition("//")[2].rpartition("@")[0]:
        raise BadValue(
            "a password stands in the transport",
            "remove it and put it into the environment as STATUSGEN_SMTP_PASSWORD",
        )
    if scheme == "ses" and re.fullmatch(r"ses://[a-z0-9-]+", url):
        return url
    if scheme not in ("smtp", "smtps"):
        raise BadValue(
            f"{shown(url)} is not a transport",
            'use "folder:DIR", "smtp://user@host:587", "smtps://user@host:465" or "ses://region"',
        )
    try:
        parse_relay(url)
    except ValueError as error:
        raise BadValue(str(error), 'write it like "smtp://user@relay.example.com:587"') from None
    return url


def _state(table: Table, root: Path) -> str:
    url = table.take("database", _database, DEFAULT_DATABASE)
    table.finish()
    path = url.removeprefix("sqlite:///")
    return f"sqlite:///{root / path}" if path != url else url


def _database(value: Any) -> str:
    url = values.text(value)
    if not re.match(r"sqlite:///.|postgresql\+psycopg://.", url):
        raise BadValue(
            f"{shown(url)} is not a database",
            f'use "{DEFAULT_DATABASE}" or "postgresql+psycopg://user@host/name"',
        )
    if re.match(r"postgresql\+psycopg://[^/@:]*:[^/@]*@", url):
        raise BadValue(
            "a password stands in the database URL", "put it into PGPASSWORD or a pgpass file"
        )
    return url


def _brakes(table: Table) -> Brakes:
    brakes = Brakes(
        max_updates=table.take("max_updates", values.positive, 5),
        max_deletes=table.take("max_deletes", values.share, 0.2),
    )
    table.finish()
    return brakes
