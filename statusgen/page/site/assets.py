"""Style, icons and what else a status repository puts into `site_templates/assets/`.

Each asset is published under a name that holds a hash of its content, so it can be kept for ever.
"""

import hashlib
from pathlib import PurePosixPath

from statusgen.config.drawings import drawn_anew
from statusgen.config.settings import BrandSettings
from statusgen.errors import ContentError, Problem
from statusgen.values.notation import BadValue
from statusgen.words.template_files import problem
from statusgen.words.templates import Templates

FOLDER = "assets/"
STYLE = "site.css"
SCRIPT = "site.js"
FAVICON, LOGO, LOGO_DARK = "favicon", "logo", "logo-dark"
PLAIN = BrandSettings()
HASH_LENGTH = 8


def collect_assets(
    templates: Templates, brand: BrandSettings = PLAIN
) -> dict[str, tuple[str, bytes]]:
    """File name below `assets/` to its key and body; the brand's images are named by their role.

    Raises `ContentError` for a file that is not to be published.
    """
    bodies, problems = _read(templates)
    if problems:
        raise ContentError(problems)
    bodies[STYLE] = bodies.get(STYLE, b"") + _brand_style(brand)
    for role, image in (
        (LOGO, brand.logo),
        (LOGO_DARK, brand.logo_dark),
        (FAVICON, brand.favicon),
    ):
        if image is not None:
            bodies.pop(f"{role}.svg", None)
            bodies[f"{role}.{image.kind}"] = image.body
    return {name: (hashed_key(FOLDER + name, body), body) for name, body in bodies.items()}


def asset_problems(templates: Templates) -> list[Problem]:
    """What is wrong with the user's own assets."""
    return _read(templates)[1]


def _read(templates: Templates) -> tuple[dict[str, bytes], list[Problem]]:
    """What is published of the files; a drawing of the user's own as a logo would be."""
    bodies: dict[str, bytes] = {}
    problems: list[Problem] = []
    for name in templates.names(FOLDER):
        body = templates.read(name)
        if _is_own_drawing(templates, name):
            try:
                body = drawn_anew(body)
            except BadValue as bad:
                problems.append(problem(name, 0, bad.what, bad.remedy))
        bodies[name.removeprefix(FOLDER)] = body
    return bodies, problems


def _is_own_drawing(templates: Templates, name: str) -> bool:
    return name.lower().endswith(".svg") and templates.is_own(name)


def _brand_style(brand: BrandSettings) -> bytes:
    """What the style sheet draws the brand from, in the same file: it costs no request."""
    named = (("--brand-accent", brand.accent), ("--brand-accent-dark", brand.accent_dark))
    colours = "".join(f" {name}: {colour};" for name, colour in named if colour)
    return f"\n:root {{{colours} }}\n".encode() if colours else b""


def hashed_key(name: str, body: bytes) -> str:
    """`assets/site.css` as `assets/site.<8 hex>.css`."""
    path = PurePosixPath(name)
    digest = hashlib.sha256(body).hexdigest()[:HASH_LENGTH]
    return str(path.with_name(f"{path.stem}.{digest}{path.suffix}"))
