"""The mark of a release, by which an open page notices that there is a newer one."""

import hashlib
import json
from collections.abc import Iterable

from statusgen.page.artifacts import Artifact

KEY = "release.json"
MARK_LENGTH = 16


def release_mark(artifacts: Iterable[Artifact]) -> bytes:
    """release.json of a release made of `artifacts`; their order is part of it."""
    told = "\n".join(f"{one.key} {one.digest}" for one in artifacts)
    mark = hashlib.sha256(told.encode()).hexdigest()[:MARK_LENGTH]
    return json.dumps({"release": mark}).encode() + b"\n"
