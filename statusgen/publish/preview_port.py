"""What a preview asks of a web server."""

from collections.abc import Callable, Mapping
from typing import Protocol

Bodies = Mapping[str, Callable[[], bytes]]
"""Key to what makes the body."""


class PreviewServer(Protocol):
    """Shows bodies at a local address, in the background."""

    @property
    def url(self) -> str:
        """Where it is, without a trailing slash."""
        ...

    def show(self, bodies: Bodies) -> None:
        """Serve these from now on; open pages load again."""
        ...

    def close(self) -> None:
        """Stop serving."""
        ...
