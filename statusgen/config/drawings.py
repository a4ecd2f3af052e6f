"""Drawings (SVG) that the user has put in: whoever opens one by itself opens a page of ours."""

from xml.etree import ElementTree as ET

from statusgen.values.notation import BadValue

_SVG = "{http://www.w3.org/2000/svg}"


def is_drawing(body: bytes) -> bool:
    """Whether it is an SVG without a script or a DTD."""
    # No drawing needs one of these, and some are traps; a NUL hides them in another encoding.
    if any(one in body for one in (b"<!DOCTYPE", b"<!ENTITY", b"\0")):
        return False
    try:
        drawing = ET.fromstring(body)  # noqa: S314  no DTD
    except (ET.ParseError, ValueError, LookupError):
        return False
    return drawing.tag == f"{_SVG}svg" and not any(_can_act(one) for one in drawing.iter())


def drawn_anew(body: bytes) -> bytes:
    """The SVG of what only draws: without what could run, or load something from elsewhere.

    Raises: `BadValue` for what is no drawing, or can't be read.
    """
    from py_svg_hush import filter_svg  # noqa: PLC0415  few pages have a drawing of their own

    remedy = "save it again as plain SVG without a script, or use a png"
    if not is_drawing(body):
        raise BadValue("not an SVG that only draws", remedy)
    try:
        return filter_svg(body, {"image": ["png", "jpeg", "gif", "webp"]})
    except ValueError as error:
        raise BadValue("the drawing can't be read", remedy) from error


def _can_act(element: ET.Element) -> bool:
    """Whether it could run a script where the drawing is opened by itself."""
    is_active = element.tag in (f"{_SVG}script", f"{_SVG}foreignObject")
    return is_active or any(name.lower().startswith("on") for name in element.attrib)
