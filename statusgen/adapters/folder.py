"""A folder as a target. Every file appears whole or not at all, and links are never followed."""

import errno
import hashlib
import os
import secrets
import stat
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from statusgen.errors import TargetError
from statusgen.model.manifest import (
    MANIFEST_KEY,
    UNKNOWN,
    Manifest,
    Record,
    format_manifest,
    parse_manifest,
)
from statusgen.model.release import BOOKKEEPING, Artifact, fingerprint_of, headers_for
from statusgen.ports.storage import OnDone

TEMPORARY = f"{BOOKKEEPING}tmp"
"""Files are written here, on the same disk, and moved into place; a crash leaves them here."""

_NO_FOLDER = "there is a file or link where a folder belongs; move it away"
_REMEDIES = {
    errno.ENOSPC: "the disk is full; free some space",
    errno.EDQUOT: "the disk quota is used up; free some space",
    errno.EFBIG: "the file is larger than the system allows; raise the limit",
    errno.EROFS: "the disk is read-only; make it writable or choose another folder",
    errno.EACCES: "no permission; give this user the right to write there",
    errno.EPERM: "no permission; give this user the right to write there",
    errno.EISDIR: "there is a folder where a file belongs; move it away",
    errno.ENOTDIR: _NO_FOLDER,
    errno.EEXIST: _NO_FOLDER,
    errno.EXDEV: "part of the folder is another disk; make it a plain folder",
}


@dataclass(frozen=True, slots=True)
class FolderStorage:
    """A folder on this machine, made when it isn't there; `root` itself may be a link."""

    name: str
    root: Path
    can_claim: bool = False

    def read_manifest(self) -> Manifest | None:
        """Return what is there of ours, checked against the files themselves.

        Size and times stand in for content; files touched since the manifest are read again.
        """
        path = self.root / MANIFEST_KEY
        with self._explained(MANIFEST_KEY):
            try:
                written_ns = path.stat().st_mtime_ns
                data = path.read_bytes()
            except FileNotFoundError:
                return None
        try:
            manifest = parse_manifest(data)
        except ValueError as error:
            raise TargetError(
                f"{self.name}: {MANIFEST_KEY} is damaged ({error}); empty the folder"
            ) from error
        return self._observed(manifest, written_ns)

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

    def write_manifest(self, manifest: Manifest) -> None:
        """Replace the manifest, and clear away what a crash may have left half written."""
        with self._explained(MANIFEST_KEY):
            self._make_folders(f"{TEMPORARY}/")
            for left_over in (self.root / TEMPORARY).iterdir():
                left_over.unlink()
            self._write(MANIFEST_KEY, format_manifest(manifest))
            (self.root / TEMPORARY).rmdir()

    def put_all(self, artifacts: Iterable[Artifact], on_done: OnDone) -> None:
        """Write the files one after the other; each folder is looked at once."""
        self._explained_folders(f"{TEMPORARY}/")
        known: set[str] = set()
        for artifact in artifacts:
            folder = artifact.key.rpartition("/")[0]
            if folder not in known:
                self._explained_folders(artifact.key)
                known.add(folder)
            with self._explained(artifact.key):
                self._replace(artifact.key, artifact.load())
            on_done(artifact)

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

    def claim(self, update_id: str, token: str) -> str:
        """Grant it: nobody else publishes through this folder."""
        del update_id
        return token

    def refresh_caches(self) -> None:
        """Do nothing: nothing caches a folder."""

    def close(self) -> None:
        """Do nothing: nothing is held open."""

    def _observed(self, manifest: Manifest, written_ns: int) -> Manifest:
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
        return manifest if seen == manifest.records else Manifest(seen)

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
        return all(_is_plain_folder(self.root / folder) for folder in _folders(key))

    def _write(self, key: str, body: bytes) -> None:
        self._make_folders(f"{TEMPORARY}/")
        self._make_folders(key)
        self._replace(key, body)

    def _replace(self, key: str, body: bytes) -> None:
        temporary = f"{self.root}/{TEMPORARY}/{secrets.token_hex(8)}"
        try:
            _write_new(temporary, body, is_durable=key == MANIFEST_KEY)
            os.replace(temporary, f"{self.root}/{key}")  # noqa: PTH105  ten thousand times
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise

    def _make_folders(self, key: str) -> None:
        for folder in reversed(list(_folders(key))):
            if not _is_plain_folder(self.root / folder):
                try:
                    (self.root / folder).mkdir(parents=True)
                except FileExistsError:
                    if not _is_plain_folder(self.root / folder):  # or another thread was first
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


def explain(error: OSError) -> str:
    """Return what is wrong with a folder, and what to do, in words."""
    return _REMEDIES.get(error.errno or 0) or f"{error.strerror or error}; mend it"


def _folders(key: str) -> Iterator[str]:
    """Yield the folders that the key lies in, the innermost first."""
    folder = key.rpartition("/")[0]
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]


def _is_plain_folder(path: Path) -> bool:
    try:
        return stat.S_ISDIR(path.lstat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False


def _is_as_recorded(entry: os.DirEntry[str], key: str, record: Record, written_ns: int) -> bool:
    facts = entry.stat(follow_symlinks=False)
    if not stat.S_ISREG(facts.st_mode) or facts.st_size != record.size:
        return False
    if max(facts.st_mtime_ns, facts.st_ctime_ns) < written_ns:
        return True
    digest = hashlib.sha256(Path(entry.path).read_bytes()).hexdigest()
    return fingerprint_of(digest, headers_for(key)) == record.fingerprint


def _write_new(path: str, body: bytes, *, is_durable: bool) -> None:
    """Write a file that must not exist yet, with the rights that the user's umask gives."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
    descriptor = os.open(path, flags, 0o666)
    try:
        rest = memoryview(body)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        if is_durable:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
