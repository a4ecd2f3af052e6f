"""How an update or an incident is named to those who decide: by id, date and who knows of it.

Pure.
"""

from datetime import datetime

from statusgen.values.notation import format_instant


def named(known_id: str, at: datetime | None = None, people: int | None = None) -> str:
    """`login/01 of 2026-11-21T02:04:00Z, which 2 people were mailed about`.

    `people` None: nobody can tell how many were mailed.
    """
    date = f" of {format_instant(at)}" if at else ""
    told = f", which {_readers(people)} mailed about" if people is not None else ""
    return f"{known_id}{date}{told}"


def _readers(number: int) -> str:
    return {0: "nobody was", 1: "1 person was"}.get(number, f"{number:,} people were")
