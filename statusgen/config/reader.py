"""statusgen.toml becomes `Settings`, or every problem in it at once."""

import hashlib
import os
import re
import tomllib
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote

from statusgen.config import values
from statusgen.config.brand import read_brand
from statusgen.config.component import Component
from statusgen.config.places import (
    CONTENT_FOLDER,
    STATE_FOLDER,
    is_of_tools,
    links_of_state,
    refuse_link,
)
from statusgen.config.relay import parse_relay
from statusgen.config.ses import parse_ses
from statusgen.config.settings import (
    Brakes,
    BrandSettings,
    FolderTarget,
    LineBreaks,
    MailSettings,
    PageSettings,
    Settings,
    SubjectStyle,
)
from statusgen.config.severities import read_severities
from statusgen.config.table import Table
from statusgen.config.targets import read_targets
from statusgen.config.toml_lines import find_lines
from statusgen.errors import ContentError, Problem, UsageError
from statusgen.values.notation import BadValue, parse_id, shown
from statusgen.values.vocabulary import InDoubt
from statusgen.words.repository_files import NotOurs, read_file

FILE_NAME = "statusgen.toml"
MOST_BYTES = 1_000_000
DEFAULT_DATABASE = "sqlite:///.statusgen/state.db"

Value = TypeVar("Value")


def find_root(start: Path) -> Path:
    """The folder with statusgen.toml, `start` or the nearest above it. Raises `UsageError`."""
    for folder in (start, *start.parents):
        if os.path.lexists(folder / FILE_NAME):
            return folder
    raise UsageError(
        f"no {FILE_NAME} in {start} or above it; "
        "go to a status repository, name one with -C, or make one with `statusgen init DIR`"
    )


def read_settings(root: Path) -> Settings:
    """The settings in `root`; raises `ContentError` with every problem."""
    try:
        text = read_file(root, FILE_NAME, MOST_BYTES).decode("utf-8-sig")
        raw = tomllib.loads(text)
    except NotOurs as bad:
        raise _whole(0, bad.what, bad.remedy) from bad
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
    page = _page(top.child("page"), root)
    settings = Settings(
        root=root,
        page=page,
        components=_components(top),
        severities=read_severities(top.child("severities")),
        targets=read_targets(top, root),
        mail=_mail(top.child("mail"), root) if top.has("mail") else None,
        database=_state(top.child("state"), root),
        brakes=_brakes(top.child("brakes")),
        fingerprint=_fingerprint(text, page.brand),
    )
    top.finish(also=("mail",))
    problems += map(_linked, links_of_state(root))
    _refuse_published(top, settings)
    if problems:
        raise ContentError(problems)
    return settings


def _fingerprint(text: str, brand: BrandSettings) -> str:
    digest = hashlib.sha256(text.encode())
    for image in (brand.logo, brand.logo_dark, brand.favicon):
        digest.update(image.body if image else b"\0")
    return digest.hexdigest()


def _linked(name: str) -> Problem:
    remedy = "remove it; to keep the ledger elsewhere, name its place in state.database"
    return Problem(name, 0, "a symbolic link, which nothing is kept behind", remedy)


def _refuse_published(top: Table, settings: Settings) -> None:
    """Addresses never stand on a target or in git: neither letters nor the database go there."""
    folders = [one.path for one in settings.targets if isinstance(one, FolderTarget)]
    here = settings.root / STATE_FOLDER
    served = [one for one in folders if one not in (here, *here.parents)]  # wrong all the same
    public = [*served, settings.root / CONTENT_FOLDER]
    _, _, outbox = (settings.mail.transport if settings.mail else "").partition("folder:")
    _, _, database = unquote(settings.database).partition("sqlite:///")
    for place, text in ((("mail", "transport"), outbox), (("state", "database"), database)):
        path = (settings.root / text).resolve()
        if text and is_of_tools(path, settings.root):
            what = f"{place[-1]} lies in a folder of git or the like"
            top.complain(place, what, "choose another folder")
        if text and any(folder == path or folder in path.parents for folder in public):
            top.complain(
                place,
                f"{place[-1]} lies in a folder that everybody can read, and holds addresses",
                "choose a folder outside the targets and the content",
            )


def _whole(line: int, what: str, remedy: str) -> ContentError:
    return ContentError([Problem(FILE_NAME, line, what, remedy)])


def _page(table: Table, root: Path) -> PageSettings:
    name = table.take("name", values.text, "", required=True)
    page = PageSettings(
        name=name,
        service=table.take("service", values.text, name),
        url=table.take("url", values.web_url, "", required=True),
        timezone=table.take("timezone", values.zone, "UTC"),
        language=table.take("language", values.language, "en"),
        support=table.take("support", values.support, None),
        history_days=table.take("history_days", values.history_days, 90),
        line_breaks=table.take(
            "line_breaks", values.word(LineBreaks, "kind of line breaks"), LineBreaks.KEEP
        ),
        brand=read_brand(table.child("brand"), root),
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


def _never_or_duration(value: Any) -> timedelta | None:
    return values.duration_or("never", value)


def _mail(table: Table, root: Path) -> MailSettings:
    name, address = table.take("from", values.mailbox, ("", ""), required=True)
    mail = MailSettings(
        from_name=name,
        from_address=address,
        transport=table.take("transport", partial(_transport, root), "", required=True),
        reply_to=table.take("reply_to", values.address, None),
        helo=table.take("helo", values.helo, None),
        max_connections=table.take("max_connections", values.positive, 10),
        max_per_second=table.take("max_per_second", values.number, 0),
        in_doubt=table.take("in_doubt", values.word(InDoubt, "choice"), InDoubt.RESEND),
        subject=table.take(
            "subject", values.word(SubjectStyle, "subject style"), SubjectStyle.PHASE
        ),
        unsubscribe_url=table.take("unsubscribe_url", values.web_url, None),
        unsubscribe_mailto=table.take("unsubscribe_mailto", values.address, None),
        footer=table.take("footer", values.paragraph, None),
        return_path=table.take("return_path", values.return_path, None),
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
        refuse_link(rest, root, root)
        return f"folder:{(root / rest).resolve()}"
    if scheme == "ses":
        return _understood(url, parse_ses, "ses://eu-west-1")
    if "@" in url and ":" in url.partition("//")[2].rpartition("@")[0]:
        raise BadValue(
            "a password stands in the transport",
            "remove it and put it into the environment as STATUSGEN_SMTP_PASSWORD",
        )
    if scheme not in ("smtp", "smtps"):
        raise BadValue(
            f"{shown(url)} is not a transport",
            'use "folder:DIR", "smtp://user@host:587", "smtps://user@host:465" or "ses://REGION"',
        )
    return _understood(url, parse_relay, "smtp://user@relay.example.com:587")


def _understood(url: str, parse: Callable[[str], object], example: str) -> str:
    try:
        parse(url)
    except ValueError as error:
        raise BadValue(str(error), f'write it like "{example}"') from None
    return url


def _state(table: Table, root: Path) -> str:
    url = table.take("database", partial(_database, root), DEFAULT_DATABASE)
    table.finish()
    return url


def _database(root: Path, value: Any) -> str:
    url = values.text(value)
    if not re.match(r"sqlite:///.|postgresql\+psycopg://.", url):
        raise BadValue(
            f"{shown(url)} is not a database",
            f'use "{DEFAULT_DATABASE}"',
        )
    if re.match(r"postgresql\+psycopg://([^/@:]*:[^/@]*@|.*[?&]password=)", url):
        raise BadValue(
            "a password stands in the database URL", "put it into PGPASSWORD or a pgpass file"
        )
    if (path := unquote(url).partition("sqlite:///")[2]).partition("/")[0] != STATE_FOLDER:
        refuse_link(path, root, root)
    return url


def _brakes(table: Table) -> Brakes:
    brakes = Brakes(
        max_updates=table.take("max_updates", values.positive, 5),
        max_deletes=table.take("max_deletes", values.share, 0.2),
    )
    table.finish()
    return brakes
