"""Bodies that wait between being rendered and being sent: on disk, so that memory stays small."""

import tempfile
import threading
import weakref

MEMORY_LIMIT = 8 * 1024 * 1024


class Spool:
    """Named bodies for the length of one run; nothing of it outlives the process."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=MEMORY_LIMIT)  # noqa: SIM115  kept
        weakref.finalize(self, self._file.close)
        self._places: dict[str, tuple[int, int]] = {}
        self._end = 0
        self._lock = threading.Lock()  # uploads and previews ask from several threads

    def put(self, name: str, body: bytes) -> None:
        """Keeps a body; a name given again stands for the newer one."""
        with self._lock:
            self._file.seek(self._end)
            self._file.write(body)
            self._places[name] = (self._end, len(body))
            self._end += len(body)

    def __contains__(self, name: str) -> bool:
        """Whether a body was put under that name."""
        return name in self._places

    def get(self, name: str) -> bytes | None:
        """The body, or None where none was put."""
        place = self._places.get(name)
        if place is None:
            return None
        start, size = place
        with self._lock:
            self._file.seek(start)
            return self._file.read(size)
