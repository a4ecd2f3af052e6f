"""What the core asks of a cache: named shelves of bytes that may vanish at any time."""

from collections.abc import Collection, Iterable
from typing import Protocol


class Cache(Protocol):
    """Shelves of keyed bytes; it never raises for its own sake.

    A cache that can't be read is empty; one that can't be written
    forgets.
    """

    def all(self, shelf: str) -> dict[str, bytes]:
        """Everything on a shelf."""
        ...

    def get(self, shelf: str, key: str) -> bytes | None:
        """One value, or None."""
        ...

    def put(self, shelf: str, items: Iterable[tuple[str, bytes]]) -> None:
        """Adds or replaces values."""
        ...

    def remove(self, shelf: str, keys: Collection[str]) -> None:
        """Forgets values; missing ones are fine."""
        ...

    def save(self) -> None:
        """Makes what was put last beyond this process."""
        ...
