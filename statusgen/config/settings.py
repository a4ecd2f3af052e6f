"""What statusgen.toml says, as frozen values. Holds no secret."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from statusgen.config.component import Component
from statusgen.config.severity import Severity
from statusgen.values.notation import load_zone
from statusgen.values.value import Value
from statusgen.values.vocabulary import InDoubt


class Image(Value, frozen=True):
    """An image of the brand."""

    name: str
    """Of its file, without the ending."""
    kind: str
    """`svg`, `png`, `jpg`, `webp` or `ico`, by what is in it."""
    body: bytes


class BrandSettings(Value, frozen=True):
    """`[page.brand]`. Colours are `#rrggbb`."""

    accent: str | None = None
    accent_dark: str | None = None
    """Of dark pages, which have ours without it."""
    logo: Image | None = None
    logo_dark: Image | None = None
    favicon: Image | None = None


class LineBreaks(StrEnum):
    """What a single line end in a body is to readers."""

    KEEP = "keep"
    """A line break."""
    JOIN = "join"
    """A space: the author wraps lines by hand."""


class PageSettings(Value, frozen=True):
    """`[page]`."""

    name: str
    url: str
    """Without a trailing slash."""
    service: str
    timezone: str = "UTC"
    language: str = "en"
    support: str | None = None
    """An http(s) URL or a `mailto:` one."""
    history_days: int = 90
    """Days of uptime shown, today included."""
    line_breaks: LineBreaks = LineBreaks.KEEP
    brand: BrandSettings = BrandSettings()

    @property
    def zone(self) -> ZoneInfo:
        """The page's time zone."""
        return load_zone(self.timezone)

    @property
    def keeps_lines(self) -> bool:
        """Whether a single line end in a body is a line break."""
        return self.line_breaks is LineBreaks.KEEP

    @property
    def host(self) -> str:
        """The host of `url`, used in message ids and feed ids."""
        return urlsplit(self.url).hostname or "localhost"

    @property
    def path(self) -> str:
        """The path of `url` without a trailing slash; empty for a page that has its host alone."""
        return urlsplit(self.url).path

    def link(self, key: str) -> str:
        """The absolute link to the artifact at `key`; the page itself for ''."""
        return f"{self.url}/{key}"


class FolderTarget(Value, frozen=True):
    """`[[targets]]` with `folder:`."""

    url: str
    path: Path
    public_url: str | None = None


class S3Target(Value, frozen=True):
    """`[[targets]]` with `s3:`."""

    url: str
    bucket: str
    prefix: str
    """Without slashes at its ends; empty for the whole bucket."""
    region: str | None = None
    endpoint_url: str | None = None
    public_url: str | None = None
    checksums: str | None = None
    cloudfront: str | None = None


TargetSettings = FolderTarget | S3Target


class SubjectStyle(StrEnum):
    """`mail.subject`."""

    PHASE = "phase"
    INCIDENT = "incident"


class MailSettings(Value, frozen=True):
    """`[mail]`."""

    from_name: str
    from_address: str
    transport: str
    """`folder:PATH` (made absolute), `smtp://…`, `smtps://…` or `ses://…`."""
    reply_to: str | None = None
    helo: str | None = None
    """How a relay is greeted; None: by this machine's name, or its address."""
    max_connections: int = 10
    max_per_second: int = 0
    in_doubt: InDoubt = InDoubt.RESEND
    subject: SubjectStyle = SubjectStyle.PHASE
    unsubscribe_url: str | None = None
    unsubscribe_mailto: str | None = None
    footer: str | None = None
    return_path: str | None = None
    idempotency_header: str | None = None
    canary: int = 0
    without_page_after: timedelta | None = timedelta(seconds=60)
    """None: never."""
    verify_timeout: timedelta = timedelta(seconds=30)


class Brakes(Value, frozen=True):
    """`[brakes]`."""

    max_updates: int = 5
    max_deletes: float = 0.2
    """A share of a target's objects, 0 to 1."""


class Settings(Value, frozen=True):
    """The whole of statusgen.toml."""

    root: Path
    """The folder of statusgen.toml, absolute."""
    page: PageSettings
    components: tuple[Component, ...]
    severities: Mapping[str, Severity]
    """By key, worst level first."""
    targets: tuple[TargetSettings, ...]
    mail: MailSettings | None
    database: str
    """An SQLAlchemy URL, as it was written: a SQLite path is relative to `root`."""
    brakes: Brakes
    fingerprint: str
    """Changes when statusgen.toml does; caches of what depends on it are keyed by it."""

    @property
    def components_by_id(self) -> dict[str, Component]:
        """Components by their id."""
        return {one.id: one for one in self.components}

    @property
    def audiences(self) -> frozenset[str]:
        """Every audience that a severity names."""
        return frozenset(name for level in self.severities.values() for name in level.audiences)

    @property
    def cache_folder(self) -> Path:
        """Where caches live; may be deleted at any time."""
        return self.root / ".statusgen" / "cache"
