"""Opens what stands behind the protocols (targets, ledger, relays), and reads the environment."""

import os
import secrets
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import statusgen
from statusgen.config.mail_source import ImapSource, MaildirSource, MailSource, SqsSource
from statusgen.config.relay import parse_relay
from statusgen.config.ses import parse_ses
from statusgen.config.settings import FolderTarget, MailSettings, S3Target, Settings, TargetSettings
from statusgen.content.cache import Cache
from statusgen.doctor.domain_names import Records
from statusgen.errors import DatabaseError, MailError
from statusgen.mail.bounces.mailbox import Mailbox, Reader
from statusgen.mail.ledger import StateFacts
from statusgen.mail.transports.senders import AccountFacts, RelayFacts
from statusgen.mail.transports.transport import Transport
from statusgen.publish.preview_port import PreviewServer
from statusgen.targets.bookkeeping import PublishRun
from statusgen.targets.manifest import Publisher
from statusgen.targets.storage import Room, Storage
from statusgen.targets.web import Web
from statusgen.values.value import Value

if TYPE_CHECKING:
    from statusgen.mail.ledger import Ledger
    from statusgen.mail.subscribers.address_book import AddressBook

SECRET_KEY = "STATUSGEN_SECRET_KEY"  # noqa: S105  the name of a variable
SMTP_PASSWORD = "STATUSGEN_SMTP_PASSWORD"  # noqa: S105  the name of a variable
IMAP_PASSWORD = "STATUSGEN_IMAP_PASSWORD"  # noqa: S105  the name of a variable

HURRIED_S = 8.0
"""How long `doctor` waits for a silent server."""

_KEY_SETTING = "secret_key"


class OpenDatabase(Value, frozen=True):
    """What the database holds, and the key that signs and hashes for it."""

    address_book: "AddressBook"
    ledger: "Ledger"
    secret_key: bytes


def open_cache(settings: Settings) -> Cache:
    """The cache of a status repository."""
    from statusgen.content.cache_file import CacheFile

    fingerprint = f"{statusgen.__version__} {settings.fingerprint} {_code_stamp()}"
    return CacheFile(settings.cache_folder / "cache.db", fingerprint)


def open_draft_cache() -> Cache:
    """A cache in memory, for what no publish may see."""
    from statusgen.content.cache_file import IN_MEMORY, CacheFile

    return CacheFile(IN_MEMORY, "drafts")


def open_preview_server(port: int) -> PreviewServer:
    """A server of previews on loopback; raises `UsageError` when the port is taken."""
    from statusgen.publish.preview_server import LocalPreviewServer

    return LocalPreviewServer(port)


def watch(root: Path, names: Iterable[str], on_change: Callable[[], None]) -> None:
    """Calls `on_change` when one of these in `root` changes, until interrupted."""
    from statusgen.publish import preview_server

    preview_server.watch(root, names, on_change)


@contextmanager
def open_state(settings: Settings) -> Iterator[OpenDatabase]:
    """The address book and the ledger; raises `DatabaseError` when they can't be opened."""
    from statusgen.mail.database.address_book import SqlAddressBook
    from statusgen.mail.database.engine import open_database
    from statusgen.mail.database.ledger import SqlLedger

    database = open_database(settings.database, settings.root)
    try:
        ledger = SqlLedger(database)
        key = os.environ.get(SECRET_KEY) or ledger.setting(_KEY_SETTING, secrets.token_hex)
        yield OpenDatabase(SqlAddressBook(database, key.encode()), ledger, key.encode())
    finally:
        database.close()


def has_secret_key() -> bool:
    """Whether the environment holds the secret key."""
    return bool(os.environ.get(SECRET_KEY))


def open_folder(path: Path) -> Storage:
    """A folder to build into."""
    from statusgen.targets.folder import FolderStorage

    return FolderStorage(f"folder:{path}", path)


def open_target(target: TargetSettings, *, hurried: bool = False) -> Storage:
    """The storage behind one `[[targets]]`; one that is `hurried` asks once and waits little."""
    match target:
        case FolderTarget():
            from statusgen.targets.folder import FolderStorage

            return FolderStorage(target.url, target.path)
        case S3Target():
            from statusgen.targets.s3.client import HURRIED
            from statusgen.targets.s3.storage import S3Storage

            return S3Storage(
                target.url,
                target.bucket,
                target.prefix,
                region=target.region,
                endpoint_url=target.endpoint_url,
                checksums=target.checksums,
                cloudfront=target.cloudfront,
                patience=HURRIED if hurried else None,
            )


def open_transport(mail: MailSettings) -> Transport:
    """The way out for letters."""
    scheme, _, rest = mail.transport.partition(":")
    if scheme == "folder":
        from statusgen.mail.transports.maildir import MaildirTransport

        return MaildirTransport(Path(rest))
    if scheme == "ses":
        from statusgen.mail.transports.ses import SesTransport

        return SesTransport(parse_ses(mail.transport), mail.from_address, mail.max_connections)
    from statusgen.mail.transports.machine_name import full_name
    from statusgen.mail.transports.smtp import SmtpTransport

    password = os.environ.get(SMTP_PASSWORD, "")
    sender, helo = mail.return_path or mail.from_address, mail.helo or full_name()
    return SmtpTransport(parse_relay(mail.transport), password, helo=helo, sender=sender)


@contextmanager
def open_mailbox(source: MailSource) -> Iterator[Mailbox]:
    """Where reports of delivery arrive."""
    mailbox = _mailbox(source)
    try:
        yield mailbox
    finally:
        mailbox.close()


def _mailbox(source: MailSource) -> Mailbox:
    match source:
        case MaildirSource(path=path):
            from statusgen.mail.bounces.maildir import MaildirMailbox

            return MaildirMailbox(path)
        case ImapSource():
            from statusgen.mail.bounces.imap import ImapMailbox

            return ImapMailbox(source, os.environ.get(IMAP_PASSWORD, ""))
        case SqsSource():
            from statusgen.mail.bounces.sqs import SqsMailbox

            return SqsMailbox(source)


@contextmanager
def open_bounce_reader() -> Iterator[Reader]:
    """Who reads the messages there, in another process."""
    from statusgen.mail.bounces.child_reader import ChildReader
    from statusgen.mail.bounces.message import read_message

    reader = ChildReader(read_message)
    try:
        yield reader
    finally:
        reader.close()


def open_publishing_lock(settings: Settings) -> AbstractContextManager[None]:
    """Keeps other publishes of this checkout away; raises `Refused` when one is at work."""
    return _open_lock(settings, "publish.lock", "is publishing from this checkout")


def open_working_lock(settings: Settings) -> AbstractContextManager[None]:
    """The same for those who stay to send letters."""
    return _open_lock(settings, "work.lock", "is sending letters from this address book")


@contextmanager
def _open_lock(settings: Settings, name: str, whoever: str) -> Iterator[None]:
    from statusgen.mail.database.lock import locked

    folder = settings.root / ".statusgen"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise DatabaseError(
            f"the folder {folder.name} can't be made ({error.strerror}); move away what is in its "
            "place, check the rights of the folder around it and the room on the disk"
        ) from error
    with locked(folder / name, whoever):
        yield


def this_run(now: datetime, page: str = "") -> PublishRun:
    """Who publishes, and which page: this very process, once."""
    from statusgen.targets.process import this_publisher

    return PublishRun(this_publisher(), now, secrets.token_hex(8), page)


def is_gone(publisher: Publisher) -> bool:
    """Whether it was a process of this host that has ended."""
    from statusgen.targets import process

    return process.is_gone(publisher)


def open_web() -> Web:
    """Web servers, as readers ask them."""
    from statusgen.targets.public_page import PublicWeb

    return PublicWeb(HURRIED_S)


def open_records(resolver: tuple[str, int] | None) -> Records:
    """The domain name system, by this machine's resolvers or by one IP address and port."""
    from statusgen.doctor.dns_records import DnsRecords

    return DnsRecords(resolver)


def look_at_state(settings: Settings) -> StateFacts:
    """What can be told of the database without making it; `DatabaseError` if it is unusable."""
    from statusgen.mail.database.examining import look_at_state

    return look_at_state(settings.database, settings.root, _KEY_SETTING)


def try_transport(mail: MailSettings) -> RelayFacts | Room | AccountFacts:
    """How far a letter would come; raises `MailError`."""
    import asyncio
    import socket

    if mail.transport.startswith("smtp"):
        relay = parse_relay(mail.transport)
        with suppress(OSError):  # here, and not in a thread of asyncio's that we could not leave
            socket.getaddrinfo(relay.host, relay.port)
    transport = open_transport(mail)

    async def try_out() -> RelayFacts | Room | AccountFacts:
        try:
            return await asyncio.wait_for(transport.try_out(), HURRIED_S)
        except TimeoutError:
            raise MailError(
                "it did not answer in time; check mail.transport and the network"
            ) from None

    return asyncio.run(try_out())


def prove_live(url: str, digest: str, timeout_s: float) -> str:
    """What keeps `url` from serving the bytes with this sha256 within so many seconds, or ''."""
    from statusgen.targets import public_page

    return public_page.prove_live(url, digest, timeout_s)


_MAKERS = (
    *("babel", "feedgen", "icalendar", "jinja2", "lxml", "markdown", "markupsafe"),
    *("msgspec", "nh3", "py_svg_hush", "tzdata", "yaml"),
)
"""Libraries that what the cache knows was made by."""


def _code_stamp() -> str:
    """Changes when our code or a library that makes pages does: no cache outlives its makers."""
    paths = [*Path(__file__).parents[1].rglob("*.py")]
    for name in _MAKERS:
        spec = find_spec(name)
        paths += [Path(spec.origin)] if spec and spec.origin else []
    newest = max(path.stat().st_mtime_ns for path in paths)
    return f"{sys.version} {len(paths)} {newest}"
