"""How a promise looks: when the next update is due, and how far away that is."""

from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from statusgen.content.due import Due
    from statusgen.words.times import PageClock


def due_text(row: "Due", clock: "PageClock", now: datetime) -> str:
    """`next update due 02:19 UTC, in 14 minutes`; the day is named when it is not today."""
    from statusgen.words.times import spoken_duration

    if row.at is None:
        return "no next update is promised"
    at = clock.told_on(clock.day_of(now), row.at)
    if row.is_late:
        away = f"{spoken_duration(row.late_by)} late"
    elif row.at <= now:
        away = "now"
    else:
        away = f"in {spoken_duration(row.at - now)}"
    return f"next update due {at}, {away}"
