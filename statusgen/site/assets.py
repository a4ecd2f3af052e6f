"""Style, icons and what else a status repository puts into `site_templates/assets/`.

Each asset is published under a name that holds a hash of its content, so it can be kept for ever.
"""

import hashlib
from pathlib import PurePosixPath

from statusgen.templates import Templates

FOLDER = "assets/"
HASH_LENGTH = 8


def collect_assets(templates: Templates) -> dict[str, tuple[str, bytes]]:
    """File name below `assets/` to its key and body."""
    found = {}
    for name in templates.names(FOLDER):
        body = templates.read(name)
        found[name.removeprefix(FOLDER)] = (hashed_key(name, body), body)
    return found


def hashed_key(name: str, body: bytes) -> str:
    """`assets/site.css` as `assets/site.<8 hex>.css`."""
    path = PurePosixPath(name)
    digest = hashlib.sha256(body).hexdigest()[:HASH_LENGTH]
    return str(path.with_name(f"{path.stem}.{digest}{path.suffix}"))
