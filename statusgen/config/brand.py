"""`[page.brand]`: a few variables that make the page look like the product's own."""

import re
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

from statusgen.config import values
from statusgen.config.drawings import drawn_anew, is_drawing
from statusgen.config.settings import BrandSettings, Image
from statusgen.config.table import Table
from statusgen.values.notation import BadValue, shown
from statusgen.words.repository_files import NotOurs, read_file

MOST_BYTES = 200_000
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_SIGNATURES = {
    "png": re.compile(rb"\x89PNG\r\n\x1a\n....IHDR", re.DOTALL),
    "jpg": re.compile(rb"\xff\xd8\xff"),
    "webp": re.compile(rb"RIFF....WEBP", re.DOTALL),
    "ico": re.compile(rb"\x00\x00\x01\x00"),
}
LOGO_KINDS = ("svg", "png", "jpg", "webp")
FAVICON_KINDS = ("svg", "png", "ico")


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, 1 to 21, as WCAG 2.2 defines it."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    shares = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    linear = [
        s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4  # noqa: PLR2004  of sRGB
        for s in shares
    ]
    return sum(weight * one for weight, one in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def read_brand(table: Table, root: Path) -> BrandSettings:
    """The brand; every problem is noted in `table`."""
    logo = table.take("logo", _image(root, LOGO_KINDS), None)
    brand = BrandSettings(
        accent=table.take("accent", _colour, None),
        accent_dark=table.take("accent_dark", _colour, None),
        logo=logo,
        logo_dark=table.take("logo_dark", _image(root, LOGO_KINDS), None),
        favicon=table.take("favicon", _image(root, FAVICON_KINDS), None),
    )
    if brand.logo_dark is not None and logo is None:
        table.complain(("logo_dark",), "logo_dark stands without logo", "add logo = …")
    table.finish()
    return brand


def _colour(value: Any) -> str:
    text = values.text(value)
    if not _COLOUR.fullmatch(text):
        raise BadValue(f"{shown(text)} is not a colour", 'write it as "#2457c5"')
    return text.lower()


def _image(root: Path, kinds: tuple[str, ...]) -> Callable[[Any], Image]:
    def read(value: Any) -> Image:
        name = values.text(value)
        try:
            body = read_file(root, name, MOST_BYTES)
        except NotOurs as bad:
            raise BadValue(f"{shown(name)}: {bad.what}", bad.remedy) from bad
        except OSError as error:
            raise BadValue(
                f"{shown(name)} can't be read ({error.strerror})",
                "name a file, relative to statusgen.toml",
            ) from error
        kind = next((one for one in kinds if _is(one, body)), None)
        if kind is None:
            raise BadValue(f"{shown(name)} is not an image", f"use one of {', '.join(kinds)}")
        return Image(PurePosixPath(name).stem, kind, drawn_anew(body) if kind == "svg" else body)

    return read


def _is(kind: str, body: bytes) -> bool:
    return is_drawing(body) if kind == "svg" else bool(_SIGNATURES[kind].match(body))
