"""What an examination says of one thing: its state, and what to do about it."""

from enum import StrEnum

from statusgen.errors import StatusgenError
from statusgen.values.value import Value

_AGAIN = "publish again"


class FindingState(StrEnum):
    """From best to worst, and what can't be told."""

    OK = "ok"
    WARN = "warn"
    """It works, but not as well as it could, or not for much longer."""
    FAIL = "fail"
    UNKNOWN = "unknown"


class Finding(Value, frozen=True):
    """One line of the doctor's report. Holds no address, password or token."""

    subject: str
    """What was looked at, as the user knows it."""
    state: FindingState
    what: str
    remedy: str = ""
    """Empty only where nothing needs mending."""


def ok(subject: str, what: str) -> Finding:
    """A finding that all is well."""
    return Finding(subject, FindingState.OK, what)


def warn(subject: str, what: str, remedy: str) -> Finding:
    """A finding that something could be better."""
    return Finding(subject, FindingState.WARN, what, remedy)


def fail(subject: str, what: str, remedy: str) -> Finding:
    """A finding that something does not work."""
    return Finding(subject, FindingState.FAIL, what, remedy)


def unknown(subject: str, what: str, remedy: str) -> Finding:
    """A finding that something can't be told."""
    return Finding(subject, FindingState.UNKNOWN, what, remedy)


def from_error(
    subject: str,
    error: StatusgenError,
    state: FindingState = FindingState.FAIL,
    otherwise: str = "mend it, then run `statusgen doctor` again",
) -> Finding:
    """What an error says; `otherwise` is the remedy of one that names none but to try again."""
    what, _, remedy = str(error).removeprefix(f"{subject}: ").partition("; ")
    is_one = remedy and remedy != _AGAIN
    return Finding(subject, state, what, remedy if is_one else otherwise)
