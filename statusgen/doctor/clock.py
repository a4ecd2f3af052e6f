"""The clock of this machine beside those of others."""

from collections.abc import Mapping

from statusgen.doctor.finding import Finding, fail, ok, unknown, warn

SUBJECT = "clock"
WARN_ABOVE_S = 60
FAIL_ABOVE_S = 300
_REMEDY = (
    "set this machine's clock, best by NTP: times in updates and every signature for S3 depend "
    "on it"
)


def judge_clock(ahead_s: Mapping[str, float]) -> Finding:
    """Say how far this machine is off, by how far others are ahead of it; the worst counts."""
    if not ahead_s:
        return unknown(SUBJECT, "no server has told its time", "compare it with another clock")
    name, worst_s = max(ahead_s.items(), key=lambda one: abs(one[1]))
    if abs(worst_s) <= WARN_ABOVE_S:
        return ok(SUBJECT, f"this machine's agrees with that of {', '.join(ahead_s)}")
    side = "behind" if worst_s > 0 else "ahead of"
    what = f"this machine's is {_spoken(abs(worst_s))} {side} that of {name}"
    return (fail if abs(worst_s) > FAIL_ABOVE_S else warn)(SUBJECT, what, _REMEDY)


def _spoken(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes < 120:  # noqa: PLR2004  two hours
        return f"{minutes} minute{'' if minutes == 1 else 's'}"
    return f"{round(minutes / 60):,} hours"
