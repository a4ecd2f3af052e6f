"""The outbox on disk: one `.eml` file a letter in a Maildir, for demos and for other mailers.

Letters hold addresses and links that unsubscribe: only who sends may read them.
"""

import asyncio
import os
from contextlib import suppress
from pathlib import Path

from statusgen.errors import MailError
from statusgen.mail.letter_states import DeliveryState, Outcome
from statusgen.mail.letters.letter import Letter
from statusgen.mail.transports.transport import Limits
from statusgen.targets.disk import room_for
from statusgen.targets.storage import Room

_SUBFOLDERS = ("tmp", "new", "cur")


class MaildirTransport:
    """The Transport port for `folder:PATH`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def try_out(self) -> Room:
        """See Transport.try_out. Nothing is written."""
        try:
            return room_for(self._folder)
        except OSError as error:
            raise _refused(error) from error

    async def limits(self) -> Limits:
        """See Transport.limits."""
        return Limits()

    async def connect(self) -> "_MaildirConnection":
        """See Transport.connect."""
        try:
            self._folder.parent.mkdir(parents=True, exist_ok=True)
            for one in (self._folder, *(self._folder / name for name in _SUBFOLDERS)):
                one.mkdir(mode=0o700, exist_ok=True)
                with suppress(PermissionError):  # it is somebody else's, who lets us write
                    one.chmod(0o700)
            seen = [path.name for path in (self._folder / "cur").iterdir()]
        except OSError as error:
            raise _refused(error) from error
        return _MaildirConnection(self._folder, {name.partition(":2,")[0]: name for name in seen})


class _MaildirConnection:
    def __init__(self, folder: Path, read: dict[str, str]) -> None:
        self._folder = folder
        self._read = read
        """Names in cur/, where mail programs put what they have seen, by name without flags."""
        self._draft: Path | None = None

    async def offer(self, letter: Letter) -> Outcome | None:
        """See Connection.offer."""
        try:
            self._draft = await asyncio.to_thread(self._write, letter)
        except OSError as error:
            raise _refused(error) from error
        return None

    async def finish(self, then: Letter | None = None) -> Outcome:
        """See Connection.finish. The same letter replaces its earlier copy."""
        del then
        assert self._draft is not None  # noqa: S101 - it was offered
        draft, self._draft = self._draft, None
        try:
            await asyncio.to_thread(self._put_in_place, draft)
        except OSError as error:
            raise _refused(error) from error
        return Outcome(DeliveryState.ACCEPTED)

    async def close(self) -> None:
        """See Connection.close."""
        if self._draft is not None:
            self._draft.unlink(missing_ok=True)

    def _write(self, letter: Letter) -> Path:
        draft = self._folder / "tmp" / _file_name(letter)
        draft.unlink(missing_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        with os.fdopen(os.open(draft, flags, 0o600), "wb") as file:
            file.write(letter.content)
            file.flush()
            os.fsync(file.fileno())
        return draft

    def _put_in_place(self, draft: Path) -> None:
        name = draft.name
        place = Path("cur", self._read[name]) if name in self._read else Path("new", name)
        draft.replace(self._folder / place)
        _sync(self._folder / place.parent)


def _file_name(letter: Letter) -> str:
    return f"{letter.update_id.replace('/', '.')}.{letter.token}.eml"


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _refused(error: OSError) -> MailError:
    return MailError(
        f"the outbox can't be written ({error.strerror}); check the folder of mail.transport "
        "and the room on its disk, then run the command again"
    )
