"""A folder as a target. Every file appears whole or not at all, and links are never followed."""

import hashlib
import os
import secrets
import stat
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from statusgen.errors import TargetError
from statusgen.page.artifacts import BOOKKEEPING, Artifact, fingerprint_of, headers_for
from statusgen.targets.claim import Claim, claim_key, format_claim, parse_claim
from statusgen.targets.disk import room_for
from statusgen.targets.files import (
    alone_in,
    is_plain_file,
    is_plain_folder,
    write_new,
)
from statusgen.targets.manifest import (
    MANIFEST_KEY,
    PACKS,
    UNKNOWN,
    Conditions,
    Manifest,
    Observed,
    Record,
    pack_key,
    pack_sequence,
)
from statusgen.targets.manifest_json import NewerFormatError, format_manifest, parse_manifest
from statusgen.targets.storage import MayWrite, OnDone, Room, Upload, VersionConflictError
from statusgen.values.value import replace
from statusgen.words.unwritable import explain

TEMPORARY = f"{BOOKKEEPING}tmp"
"""Files are written here, on the same disk, and moved into place; a crash leaves them here."""


@dataclass(frozen=True, slots=True)
class FolderStorage:
    """A folder on this machine, made when it isn't there; `root` itself may be a link."""

    name: str
    root: Path
    ahead_s: None = None

    def observe(self) -> Observed:
        """Look at the manifest, checked against the files themselves.

        Size and times stand in for content; files touched since the manifest are read again.
        """
        path = self.root / MANIFEST_KEY
        with self._explained(MANIFEST_KEY):
            try:
                written_ns = path.stat().st_mtime_ns
                data = path.read_bytes()
            except FileNotFoundError:
                return Observed(None)
        version, age_s = _version(data), (time.time_ns() - written_ns) / 1e9
        try:
            manifest = parse_manifest(data)
        except NewerFormatError as error:
            raise TargetError(f"{self.name}: {error}; upgrade this one") from error
        except ValueError as error:
            return Observed(None, version, age_s, damage=str(error))
        return Observed(self._checked(manifest, written_ns), version, age_s)

    def verified(self, manifest: Manifest) -> Manifest:
        """Return the manifest after a look at each file, as `observe` does."""
        path = self.root / MANIFEST_KEY
        with self._explained(MANIFEST_KEY):
            written_ns = path.stat().st_mtime_ns if path.exists() else 0
        return self._checked(manifest, written_ns)

    def recover(self, keys: Collection[str]) -> Mapping[str, Record]:
        """Return the plain files at these keys: nothing tells who wrote them."""
        with self._explained(""):
            return {key: _record(self.root / key, key) for key in keys if self._may_be_ours(key)}

    def marked(self, keys: Collection[str]) -> None:
        """Return that files bear no mark."""

    def try_access(self) -> Room:
        """Ask whether we may write there, or could make the folder; nothing is written."""
        with self._explained(""):
            corner = self.root / BOOKKEEPING
            return room_for(corner if corner.is_dir() else self.root)

    def try_conditions(self) -> Conditions:
        """Return that they are honoured: a lock on the folder sees to it."""
        return Conditions.HONOURED

    def refuse_foreign(self, artifacts: Collection[Artifact]) -> None:
        """Raise TargetError if something else than the same file lies where a new file goes."""
        with self._explained(""):
            foreign = sorted(each.key for each in artifacts if self._is_foreign(each))
        if foreign:
            more = f" and {len(foreign) - 1} more" if len(foreign) > 1 else ""
            raise TargetError(
                f"{self.name}: {foreign[0]}{more} was not put there by statusgen and would be "
                "overwritten; move it away or choose another folder"
            )

    def write_manifest(self, manifest: Manifest, version: str) -> str:
        """Replace the manifest, and clear away what a crash may have left half written."""
        data = format_manifest(manifest)
        with self._explained(MANIFEST_KEY):
            self._make_folders(f"{TEMPORARY}/")
            with alone_in(self.root / BOOKKEEPING):
                if _version(self._read_there(MANIFEST_KEY)) != version:
                    raise VersionConflictError(f"{self.name}: the manifest has been replaced")
                for left_over in (self.root / TEMPORARY).iterdir():
                    left_over.unlink()
                self._write(MANIFEST_KEY, data)
                if manifest.intent is None:
                    with suppress(OSError):  # somebody we took over from is awake again
                        (self.root / TEMPORARY).rmdir()
        return _version(data)

    def put_all(self, uploads: Iterable[Upload], may_write: MayWrite, on_done: OnDone) -> None:
        """Write the files one after the other; each folder is looked at once."""
        self._explained_folders(f"{TEMPORARY}/")
        known: set[str] = set()
        for artifact in (one.artifact for one in uploads):
            may_write()
            folder = artifact.key.rpartition("/")[0]
            if folder not in known:
                self._explained_folders(artifact.key)
                known.add(folder)
            with self._explained(artifact.key):
                self._replace(artifact.key, artifact.load())
            on_done(artifact, "")

    def delete(self, keys: Collection[str]) -> None:
        """Remove the files, then the folders that this has left empty."""
        for key in keys:
            path = self.root / key
            with self._explained(key):
                if self._has_plain_folder(key) and (path.is_symlink() or not path.is_dir()):
                    path.unlink(missing_ok=True)
        folders = {folder for key in keys for folder in _folders(key)}
        for folder in sorted(folders, key=len, reverse=True):
            if self._has_plain_folder(f"{folder}/"):
                with suppress(OSError):  # it isn't empty: there are other files in it
                    (self.root / folder).rmdir()

    def write_pack(self, sequence: int, pack: IO[bytes]) -> None:
        """Keep the bodies of a release."""
        key = pack_key(sequence)
        with self._explained(key):
            self._write(key, pack.read())

    def read_pack(self, sequence: int) -> bytes | None:
        """Return what was kept of a release."""
        with self._explained(pack_key(sequence)), suppress(FileNotFoundError):
            return (self.root / pack_key(sequence)).read_bytes()
        return None

    def kept_packs(self) -> Collection[int]:
        """Return the releases of which anything is kept."""
        with self._explained(PACKS):
            names = [path.name for path in (self.root / PACKS).glob("*")]
        return sorted(filter(None, (pack_sequence(PACKS + name) for name in names)))

    def delete_packs(self, sequences: Collection[int]) -> None:
        """Forget what was kept of these releases."""
        for sequence in sequences:
            with self._explained(pack_key(sequence)):
                (self.root / pack_key(sequence)).unlink(missing_ok=True)

    def claim(self, update_id: str, ours: Claim, *, takeover: bool = False) -> Claim:
        """Write our claim unless another is there, or over it.

        Another ledger than the one before may publish here: one that was lost and made anew.
        """
        key = claim_key(update_id)
        with self._explained(key):
            self._make_folders(key)
            with alone_in(self.root / BOOKKEEPING):
                there = self._read_there(key)
                held = parse_claim(there) if there is not None else None
                if held is None or (takeover and held.token != ours.token):
                    self._write(key, format_claim(ours))
        return held or ours

    def refresh_caches(self) -> None:
        """Do nothing: nothing caches a folder."""

    def close(self) -> None:
        """Do nothing: nothing is held open."""

    def _read_there(self, key: str) -> bytes | None:
        try:
            return (self.root / key).read_bytes()
        except FileNotFoundError:
            return None

    def _checked(self, manifest: Manifest, written_ns: int) -> Manifest:
        """Return the manifest less what is gone, with the altered files as unknown."""
        seen: dict[str, Record] = {}
        for folder in sorted({key.rpartition("/")[0] for key in manifest.records}):
            prefix = f"{folder}/" if folder else ""
            with self._explained(folder):
                if not self._has_plain_folder(prefix):
                    continue
                for entry in os.scandir(self.root / folder):
                    key = prefix + entry.name
                    if record := manifest.records.get(key):
                        is_ours = _is_as_recorded(entry, key, record, written_ns)
                        seen[key] = record if is_ours else UNKNOWN
        return manifest if seen == manifest.records else replace(manifest, records=seen)

    def _may_be_ours(self, key: str) -> bool:
        of_others = any(os.path.lexists(self.root / one / BOOKKEEPING) for one in _folders(key))
        return self._has_plain_folder(key) and is_plain_file(self.root / key) and not of_others

    def _is_foreign(self, artifact: Artifact) -> bool:
        path = self.root / artifact.key
        try:
            facts = path.lstat()
        except FileNotFoundError:
            return False
        if not stat.S_ISREG(facts.st_mode):
            return True
        return facts.st_size != artifact.size or path.read_bytes() != artifact.load()

    def _has_plain_folder(self, key: str) -> bool:
        """Whether the folder of the key exists and no part of it is a link or a file."""
        return all(is_plain_folder(self.root / folder) for folder in _folders(key))

    def _write(self, key: str, body: bytes) -> None:
        self._make_folders(f"{TEMPORARY}/")
        self._make_folders(key)
        self._replace(key, body)

    def _replace(self, key: str, body: bytes) -> None:
        temporary = f"{self.root}/{TEMPORARY}/{secrets.token_hex(8)}"
        try:
            write_new(temporary, body, is_durable=key == MANIFEST_KEY)
            os.replace(temporary, f"{self.root}/{key}")  # noqa: PTH105  ten thousand times
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise

    def _make_folders(self, key: str) -> None:
        for folder in reversed(list(_folders(key))):
            if not is_plain_folder(self.root / folder):
                try:
                    (self.root / folder).mkdir(parents=True)
                except FileExistsError:
                    if not is_plain_folder(self.root / folder):  # or another thread was first
                        raise

    def _explained_folders(self, key: str) -> None:
        with self._explained(key.rstrip("/")):
            self._make_folders(key)

    @contextmanager
    def _explained(self, key: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            remedy = explain(error)
            where = f"{self.name}: {key}" if key else self.name
            raise TargetError(f"{where}: {remedy}") from error


def _version(manifest: bytes | None) -> str:
    return "" if manifest is None else hashlib.sha256(manifest).hexdigest()


def _folders(key: str) -> Iterator[str]:
    """Yield the folders that the key lies in, the innermost first."""
    folder = key.rpartition("/")[0]
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]


def _record(path: Path, key: str) -> Record:
    body = path.read_bytes()
    return Record(fingerprint_of(hashlib.sha256(body).hexdigest(), headers_for(key)), len(body))


def _is_as_recorded(entry: os.DirEntry[str], key: str, record: Record, written_ns: int) -> bool:
    facts = entry.stat(follow_symlinks=False)
    if not stat.S_ISREG(facts.st_mode) or facts.st_size != record.size:
        return False
    if max(facts.st_mtime_ns, facts.st_ctime_ns) < written_ns:
        return True
    digest = hashlib.sha256(Path(entry.path).read_bytes()).hexdigest()
    return fingerprint_of(digest, headers_for(key)) == record.fingerprint
