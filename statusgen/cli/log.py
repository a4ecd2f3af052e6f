"""What `-v` and `-vv` tell of the way a command takes: a line a step, on stderr, no secrets."""

import logging
import sys

from statusgen.errors import without_addresses

_PACKAGE = "statusgen."


def begin_log(verbosity: int) -> None:
    """Tell what our own modules log from now on: 1 the steps, 2 each question and the time too."""
    if not verbosity:
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Line(has_times=verbosity > 1))
    logger = logging.getLogger("statusgen")
    logger.setLevel(logging.DEBUG if verbosity > 1 else logging.INFO)
    logger.handlers = [handler]
    logger.propagate = False


class _Line(logging.Formatter):
    """`content.archive: 31 incidents, 2 of them read`, behind the milliseconds since the start."""

    def __init__(self, *, has_times: bool) -> None:
        super().__init__("%(relativeCreated)7.0f ms  %(message)s" if has_times else "%(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  logging's name
        told = without_addresses(record.message)
        record.message = f"{record.name.removeprefix(_PACKAGE)}: {told}"
        return super().formatMessage(record)
