"""What only draws is kept; what could run is refused or left out."""

import pytest

from statusgen.config.drawings import drawn_anew, is_drawing
from statusgen.values.notation import BadValue

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>'
NONE = {
    "HTML": b"<html/>",
    "no name space": b"<svg/>",
    "cut short": SVG[:-2],
    "a script": SVG.replace(b"/>", b"><script/></svg>"),
    "HTML within": SVG.replace(b"/>", b"><foreignObject/></svg>"),
    "an event": SVG.replace(b"/>", b' ONload="x"/>'),
    "a DTD": b'<!DOCTYPE svg [<!ENTITY a "b">]>' + SVG,
    "a DTD in another encoding": (b"<!DOCTYPE svg>" + SVG).decode().encode("utf-16"),
    "nothing": b"",
}


@pytest.mark.parametrize("body", NONE.values(), ids=NONE.keys())
def test_what_is_no_drawing_is_refused_with_a_remedy(body):
    assert not is_drawing(body)
    with pytest.raises(BadValue, match="not an SVG that only draws; save it again as plain SVG"):
        drawn_anew(body)


def test_a_drawing_is_the_same_each_time_and_stays_one():
    drawing = SVG.replace(b"/>", b'><path fill="#fff" d="M1 1"/><use href="#a"/></svg>')

    once = drawn_anew(drawing)

    assert b'd="M1 1"' in once
    assert is_drawing(once)
    assert drawn_anew(once) == drawn_anew(drawing) == once
