"""What our values are: frozen, compared by their fields, and cheap to make by the ten thousand.

The only module but the cache's records that imports msgspec, whose structs
cost a fraction of what dataclasses do, both when the program starts and when they are made.
"""

import msgspec
from msgspec.structs import asdict, replace

__all__ = ["Value", "asdict", "replace"]


class Value(msgspec.Struct, frozen=True):
    """The base of frozen values: `class Update(Value, frozen=True)`."""
