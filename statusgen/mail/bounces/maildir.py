"""A Maildir as a mailbox: what is new, or was moved to cur and not yet seen."""

import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from statusgen.errors import MailError
from statusgen.mail.bounces.mailbox import MOST_BYTES, Mail

_SEEN = "S"
_FLAGGED = "F"
_INFO = ":2,"


class MaildirMailbox:
    """The Mailbox port for `maildir:PATH`."""

    is_trusted = False

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def unsettled(self) -> Iterator[Mail]:
        """See Mailbox.unsettled."""
        for name in self._names():
            try:
                path = self._folder / name
                with path.open("rb") as file:
                    changed = os.fstat(file.fileno()).st_mtime
                    mail = Mail(name, file.read(MOST_BYTES), datetime.fromtimestamp(changed, UTC))
            except FileNotFoundError:  # another program has moved it meanwhile
                continue
            except OSError as error:
                raise _refused(error) from error
            yield mail

    def settle(self, mail: Mail, *, is_understood: bool) -> None:
        """See Mailbox.settle."""
        name, _, before = mail.name.partition("/")[2].partition(_INFO)
        flags = {*before, _SEEN} if is_understood else {*before, _SEEN, _FLAGGED}
        seen = self._folder / "cur" / f"{name}{_INFO}{''.join(sorted(flags))}"
        try:
            with suppress(FileNotFoundError):  # as above
                (self._folder / mail.name).rename(seen)
        except OSError as error:
            raise _refused(error) from error

    def close(self) -> None:
        """See Mailbox.close."""

    def _names(self) -> list[str]:
        """Return what nobody has seen, oldest first by the usual names of files; files only."""
        try:
            found = [
                f"{place}/{entry.name}"
                for place in ("new", "cur")
                for entry in os.scandir(self._folder / place)
                if entry.is_file(follow_symlinks=False) and not entry.name.startswith(".")
            ]
        except OSError as error:
            raise _refused(error) from error
        unseen = [name for name in found if _SEEN not in name.partition(_INFO)[2]]
        return sorted(unseen, key=lambda name: name.partition("/")[2])


def _refused(error: OSError) -> MailError:
    return MailError(
        f"the Maildir can't be read or its messages can't be marked ({error.strerror}); check "
        "the path and the rights of its folders new and cur, then run the command again"
    )
