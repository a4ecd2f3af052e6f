from statusgen.config.settings import BrandSettings, Image
from statusgen.model.release import FOR_EVER, headers_for
from statusgen.site.assets import collect_assets, hashed_key
from statusgen.templates import Templates


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
    (own / "logo.svg").write_text("<svg/>")

    found = collect_assets(Templates(tmp_path))

    assert found["site.css"][1] == b"body{}"
    assert found["logo.svg"][0].startswith("assets/logo.")


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
