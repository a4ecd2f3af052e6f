"""The bodies that one release put up, kept together so that it can be gone back to."""

import tempfile
import threading
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO
from typing import IO

from statusgen.page.artifacts import Artifact
from statusgen.targets.manifest import Manifest
from statusgen.targets.manifest_json import format_manifest, parse_manifest
from statusgen.values.value import replace

MEMORY_LIMIT = 8 * 1024 * 1024
_MANIFEST = "manifest.json"
_BODIES = "objects/"
_SOURCES = "sources"
_QUICKLY = 1


class PackWriter:
    """Gathers bodies while they are sent; on disk once they are many."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=MEMORY_LIMIT)  # noqa: SIM115  kept
        self._zip = zipfile.ZipFile(self._file, "w", zipfile.ZIP_DEFLATED, compresslevel=_QUICKLY)
        self._keys: set[str] = set()
        self._lock = threading.Lock()  # several bodies are loaded at once

    def through(self, artifact: Artifact) -> Artifact:
        """Return the artifact, which leaves a copy of its body here when it is loaded."""
        return replace(artifact, load=lambda: self._kept(artifact.key, artifact.load))

    def finish(self, manifest: Manifest, sources: bytes = b"") -> IO[bytes]:
        """Return the pack of the release that `manifest` describes, to be read from its start.

        `sources` are what its bodies were made of; see `Release.sources`.
        """
        self._zip.writestr(_SOURCES, sources)
        self._zip.writestr(_MANIFEST, format_manifest(manifest))
        self._zip.close()
        self._file.seek(0)
        return self._file

    def close(self) -> None:
        """Give the room back."""
        self._zip.close()
        self._file.close()

    def _kept(self, key: str, load: Callable[[], bytes]) -> bytes:
        body = load()
        with self._lock:
            if key not in self._keys:
                self._zip.writestr(_BODIES + key, body)
                self._keys.add(key)
        return body


class Pack:
    """What was kept of a release."""

    def __init__(self, data: bytes) -> None:
        """Raises: ValueError for bytes that are no pack."""
        try:
            self._zip = zipfile.ZipFile(BytesIO(data))
        except (zipfile.BadZipFile, OSError) as error:
            raise ValueError("it is no pack") from error

    def manifest(self) -> Manifest:
        """Return the manifest of the release; raises ValueError when it is damaged."""
        return parse_manifest(self._read(_MANIFEST))

    def body(self, key: str) -> bytes:
        """Return the body that the release put at `key`; raises ValueError when there is none."""
        return self._read(_BODIES + key)

    def sources(self) -> bytes:
        """Return what its bodies were made of; empty where that was not kept."""
        return self._read(_SOURCES) if _SOURCES in self._zip.namelist() else b""

    def _read(self, name: str) -> bytes:
        try:
            return self._zip.read(name)
        except (KeyError, ValueError, OSError, zipfile.BadZipFile, zlib.error) as error:
            raise ValueError(f"it lacks {name}") from error
