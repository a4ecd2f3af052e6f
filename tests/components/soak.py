"""How far the long tests go: a part within the suite, everything with `make soak`."""

import os

IS_SOAK = bool(os.environ.get("SOAK"))


def part(quick: float, full: float) -> float:
    """Return how far to go."""
    return full if IS_SOAK else quick
