import pytest

from statusgen.config.drawings import drawn_anew
from statusgen.config.settings import BrandSettings, Image
from statusgen.errors import ContentError
from statusgen.page.artifacts import FOR_EVER, headers_for
from statusgen.page.site.assets import asset_problems, collect_assets, hashed_key
from statusgen.words.template_files import shipped_folder
from statusgen.words.templates import Templates

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>'


def test_an_asset_is_named_after_its_content():
    assert hashed_key("assets/site.css", b"a") != hashed_key("assets/site.css", b"b")
    assert hashed_key("assets/site.css", b"").endswith(".css")


def test_assets_may_be_kept_for_ever():
    keys = [key for key, _ in collect_assets(Templates()).values()]

    assert {headers_for(key).cache_control for key in keys} == {FOR_EVER}


def test_an_own_file_replaces_ours_and_may_be_added(tmp_path):
    own = tmp_path / "site_templates" / "assets"
    own.mkdir(parents=True)
    (own / "site.css").write_text("body{}")
    (own / "logo.svg").write_bytes(SVG)

    found = collect_assets(Templates(tmp_path))

    assert found["site.css"][1] == b"body{}"
    assert found["logo.svg"][0].startswith("assets/logo.")


@pytest.mark.parametrize("name", ["plan.svg", "in/a/folder.SVG", "favicon.svg"])
def test_an_own_drawing_is_drawn_anew_as_a_logo_is(tmp_path, name):
    link = b'<a href="javascript:alert(1)"><path d="M1 1"/></a>'
    path = tmp_path / "site_templates" / "assets" / name
    path.parent.mkdir(parents=True)
    path.write_bytes(SVG.replace(b"/>", b">" + link + b"</svg>"))

    key, body = collect_assets(Templates(tmp_path))[name]

    assert b"M1 1" in body
    assert b"alert" not in body
    assert (key, body) == (hashed_key(f"assets/{name}", body), drawn_anew(path.read_bytes()))
    assert asset_problems(Templates(tmp_path)) == []


def test_drawings_that_do_more_than_draw_are_all_named(tmp_path):
    own = tmp_path / "site_templates" / "assets"
    own.mkdir(parents=True)
    (own / "a.svg").write_bytes(SVG.replace(b"/>", b"><script>alert(1)</script></svg>"))
    (own / "b.svg").write_bytes(SVG.replace(b"/>", b' onload="alert(1)"/>'))
    (own / "c.svg").write_bytes(SVG)

    found = asset_problems(Templates(tmp_path))

    assert [one.path for one in found] == [f"site_templates/assets/{x}.svg" for x in "ab"]
    assert {one.what for one in found} == {"not an SVG that only draws"}
    with pytest.raises(
        ContentError, match=r"assets/a.svg: not an SVG that only draws; save it"
    ) as e:
        collect_assets(Templates(tmp_path))
    assert list(e.value.problems) == found


def test_our_own_drawings_are_left_as_they_are():
    shipped = (shipped_folder() / "assets" / "favicon.svg").read_bytes()

    assert collect_assets(Templates())["favicon.svg"][1] == shipped


def test_a_brand_goes_into_the_style_sheet_and_the_images():
    svg, png = Image("a", "svg", b"<svg/>"), Image("b", "png", b"png")
    brand = BrandSettings("#112233", "#aabbcc", logo=svg, logo_dark=png, favicon=png)

    found = collect_assets(Templates(), brand)

    assert found["site.css"][1].endswith(
        b":root { --brand-accent: #112233; --brand-accent-dark: #aabbcc; }\n"
    )
    assert found["logo.svg"][1] == b"<svg/>"
    assert found["logo-dark.png"][1] == found["favicon.png"][1] == b"png"
    assert "favicon.svg" not in found
