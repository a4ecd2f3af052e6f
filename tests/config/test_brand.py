import re

import pytest

from statusgen.config.drawings import drawn_anew
from statusgen.config.reader import read_settings
from statusgen.errors import ContentError
from tests.fakes.repository import make_repository

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"0" * 20
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>'


def brand_of(root, text, files=()):
    make_repository(root)
    for name, body in files:
        (root / name).write_bytes(body)
    path = root / "statusgen.toml"
    path.write_text(f"{path.read_text(encoding='utf-8')}\n[page.brand]\n{text}\n", encoding="utf-8")
    return read_settings(root)


def refusal(root, text, files=()):
    with pytest.raises(ContentError) as caught:
        brand_of(root, text, files)
    return [f"{one.what}; {one.remedy}" for one in caught.value.problems]


def test_a_page_has_no_brand_of_its_own_at_first(tmp_path):
    brand = brand_of(tmp_path, "").page.brand

    assert (brand.accent, brand.logo, brand.favicon) == (None, None, None)


def test_a_brand_is_a_few_variables(tmp_path):
    text = 'accent = "#2457C5"\nlogo = "logo.svg"\nlogo_dark = "dark.png"\nfavicon = "icon.svg"'
    files = [("logo.svg", SVG), ("dark.png", PNG), ("icon.svg", SVG)]

    brand = brand_of(tmp_path, text, files).page.brand

    assert (brand.accent, brand.accent_dark) == ("#2457c5", None)
    assert (brand.logo.name, brand.logo.kind, brand.logo.body) == ("logo", "svg", drawn_anew(SVG))
    assert brand.logo_dark.kind == "png"
    assert brand.favicon.kind == "svg"


@pytest.mark.parametrize(
    ("text", "body", "told"),
    [
        ('accent = "blue"', b"", "not a colour"),
        ('accent = "#fff;}"', b"", "not a colour"),
        ('logo = "logo.svg"', b"<html/>", "not an image"),
        ('logo = "logo.svg"', b'<!DOCTYPE svg [<!ENTITY a "b">]>' + SVG, "not an image"),
        ('logo = "logo.svg"', (b"<!DOCTYPE svg>" + SVG).decode().encode("utf-16"), "not an image"),
        ('logo = "logo.svg"', PNG[:200] + b"0" * 200_000, "200 kB"),
        ('logo = "logo.svg"', SVG.replace(b"/>", b"><script/></svg>"), "not an image"),
        ('logo = "logo.svg"', SVG.replace(b"/>", b' onload="x"/>'), "not an image"),
        ('logo = "logo.svg"', b"\x89PNG\r\n\x1a\njunk and more junk", "not an image"),
        ('logo = "elsewhere.svg"', b"", "can't be read"),
        ('logo = "."', b"", "not a plain file"),
        ('logo = "../logo.svg"', b"", "leads out of the repository"),
        ('logo = "/etc/hostname"', b"", "leads out of the repository"),
        ('logo_dark = "logo.svg"', SVG, "without logo"),
        ('favicon = "logo.svg"', b"\xff\xd8\xff", "not an image"),
        ('colour = "#ffffff"', b"", "unknown key"),
    ],
)
def test_what_is_wrong_is_refused_with_a_remedy(tmp_path, text, body, told):
    (problem,) = refusal(tmp_path, text, [("logo.svg", body)])

    assert told in problem


def test_another_image_is_another_configuration(tmp_path):
    text = 'logo = "logo.svg"'
    one = brand_of(tmp_path / "a", text, [("logo.svg", SVG)]).fingerprint
    two = brand_of(tmp_path / "b", text, [("logo.svg", SVG.replace(b"1 1", b"2 2"))]).fingerprint

    assert one != two


@pytest.mark.parametrize(("days", "fails"), [(30, False), (366, False), (367, True), (0, True)])
def test_the_days_of_uptime_have_bounds(tmp_path, days, fails):
    make_repository(tmp_path)
    path = tmp_path / "statusgen.toml"
    text = path.read_text(encoding="utf-8").replace("[page]", f"[page]\nhistory_days = {days}")
    path.write_text(text, encoding="utf-8")

    if fails:
        with pytest.raises(ContentError):
            read_settings(tmp_path)
    else:
        assert read_settings(tmp_path).page.history_days == days


XLINK = 'xmlns:x="http://www.w3.org/1999/xlink"'
ACTIVE = {
    "a link that runs": '<a href="javascript:alert(1)"><path d="M0 0"/></a>',
    "a link hidden by a tab": '<a href="java&#9;script:alert(1)"><path d="M0 0"/></a>',
    "a link of xlink": f'<a {XLINK} x:href="javascript:alert(1)"><path d="M0 0"/></a>',
    "a link that is animated": '<a><animate attributeName="href" to="javascript:alert(1)"/></a>',
    "a link that is set": '<a><set attributeName="href" to="javascript:alert(1)"/></a>',
    "a document within": '<use href="data:image/svg+xml;base64,PHN2Zy8+#a"/>',
    "a drawing from elsewhere": '<use href="https://evil.example/a.svg#a"/>',
    "an image from elsewhere": '<image href="https://evil.example/a.png"/>',
    "a style sheet": '<style>@import url("https://evil.example/a.css");</style>',
    "a style": '<path style="fill:url(https://evil.example/a)" d="M0 0"/>',
    "HTML": '<iframe xmlns="http://www.w3.org/1999/xhtml" src="https://evil.example"/>',
    "a script of HTML": '<h:script xmlns:h="http://www.w3.org/1999/xhtml">alert(1)</h:script>',
    "a handler of events": '<handler xmlns="http://www.w3.org/2001/xml-events">alert(1)</handler>',
}


@pytest.mark.parametrize("inner", ACTIVE.values(), ids=ACTIVE.keys())
@pytest.mark.parametrize("role", ["logo", "favicon"])
def test_a_drawing_neither_runs_nor_loads_anything_where_it_is_opened_by_itself(
    tmp_path, inner, role
):
    drawing = f'<svg xmlns="http://www.w3.org/2000/svg">{inner}<path d="M1 1"/></svg>'.encode()

    brand = brand_of(tmp_path, f'{role} = "logo.svg"', [("logo.svg", drawing)]).page.brand

    body = (brand.logo or brand.favicon).body
    assert b"M1 1" in body
    assert not re.search(rb"(?:href=|src=|url\(|@import)\W*(?:https|data:image/svg|java)", body)
    assert b"attributeName" not in body  # what is animated without it is nothing
    assert b"<iframe" not in body
    assert not re.search(b"<(?!set|animate)[^<]*alert", body)


def test_a_processing_instruction_is_left_out(tmp_path):
    drawing = b'<?xml-stylesheet href="https://evil.example/a.xsl" type="text/xsl"?>' + SVG

    brand = brand_of(tmp_path, 'logo = "logo.svg"', [("logo.svg", drawing)]).page.brand

    assert b"evil" not in brand.logo.body
