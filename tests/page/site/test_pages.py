import os
import re
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from statusgen.config.component import Component
from statusgen.words.template_files import shipped_folder
from tests.components.chromium import browse
from tests.components.vnu import html_errors
from tests.page.site.samples import (
    COMPONENTS,
    NOW,
    make_incident,
    make_settings,
    make_site,
    read_page,
    render_site,
    write_site,
)

GOLDEN = Path(__file__).parents[2] / "golden" / "site"
HOSTILE = "</title><script>alert(1)</script><img src=x onerror=alert(1)>\" ' onclick=x {{ 7*7 }}"


def test_the_golden_site_is_what_is_rendered():
    files = render_site()

    if os.environ.get("UPDATE_GOLDEN"):
        for old in GOLDEN.rglob("*.*"):
            old.unlink()
        write_site(GOLDEN, files)

    golden = {
        path.relative_to(GOLDEN).as_posix(): path.read_bytes()
        for path in GOLDEN.rglob("*")
        if path.is_file()
    }
    assert golden == files, "set UPDATE_GOLDEN=1 to accept the change, and read the diff"


def test_the_same_arguments_give_the_same_bytes():
    assert render_site() == render_site()


def test_the_fingerprint_does_not_change_by_itself():
    assert make_site().fingerprint == make_site().fingerprint


def test_hostile_text_stays_text():
    components = (Component("checkout", HOSTILE, HOSTILE, HOSTILE), *COMPONENTS[1:])
    incident = make_incident(title=HOSTILE, body=HOSTILE, cause=HOSTILE, impact=HOSTILE)

    files = render_site((incident,), settings=make_settings(components, name=HOSTILE))

    for key in ("index.html", "incidents/checkout-errors.html", "history/2026-11.html"):
        reading = read_page(files[key])
        attributes = {name for _, values in reading.elements for name in values}
        tags = [tag for tag, _ in reading.elements]
        assert tags.count("script") == 1
        assert not {"img", "style"}.intersection(tags)
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        assert "49" not in reading.text


def test_links_inside_the_site_are_relative_but_on_404():
    for key, body in render_site().items():
        if not key.endswith(".html"):
            continue
        elements = read_page(body).elements
        links = [v["href"] for tag, v in elements if tag == "a" and not v["href"].startswith("#")]

        is_absolute = [link.startswith("https://status.example.com/acme/") for link in links]

        assert all(is_absolute) if key == "404.html" else not any(is_absolute)
        assert not [link for link in links if link.startswith("/")]


def test_headings_begin_with_one_h1_and_skip_no_level():
    for key, body in render_site().items():
        if key.endswith(".html"):
            levels = read_page(body).headings()

            assert levels.count(1) == 1, key
            steps = pairwise(levels)
            assert all(after <= before + 1 for before, after in steps), key


def test_only_the_body_is_left_unescaped_and_templates_do_no_sums():
    texts = [path.read_text() for path in (shipped_folder() / "page").glob("*.html")]
    expressions = [e for text in texts for e in re.findall(r"\{[{%](.*?)[%}]\}", text)]
    without_strings = [re.sub(r'"[^"]*"', "", expression) for expression in expressions]

    assert sum(text.count("|safe") for text in texts) == 1
    assert sum("safe" in expression for expression in without_strings) == 1
    assert not [one for one in without_strings if re.search(r"[+*/]|\s-\s|autoescape", one)]


def test_the_markup_has_no_inline_style_or_script():
    for key, body in render_site().items():
        if key.endswith(".html"):
            elements = read_page(body).elements

            assert [set(v) for tag, v in elements if tag == "script"] == [{"src", "defer"}]
            assert "style" not in {tag for tag, _ in elements}
            assert not [values for _, values in elements if "style" in values]


def test_a_page_without_components_and_incidents_still_says_how_things_are():
    files = render_site((), settings=make_settings(()))

    assert "All Systems Operational" in read_page(files["index.html"]).text
    assert "No incidents so far" in read_page(files["history/index.html"]).text


@pytest.mark.component("vnu")
def test_the_html_checker_finds_no_error(tmp_path):
    write_site(tmp_path, render_site())
    write_site(tmp_path / "late", render_site(now=NOW + timedelta(hours=1)))

    assert html_errors(tmp_path) == ()


@pytest.mark.component("chromium")
@pytest.mark.component("axe")
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_browser_finds_it_accessible_and_narrow_enough_for_a_phone(browser, tmp_path, dark):
    long = make_incident(title="x" * 200, body="y" * 400 + "\n\n" + "|a" * 30 + "\n" + "|-" * 30)
    files = render_site() | render_site((long,))
    del files["404.html"]  # its links lead to the published page only
    write_site(tmp_path, files)

    with browse(browser, width=320, dark=dark) as browsing:
        for key in sorted(key for key in files if key.endswith(".html")):
            browsing.page.goto((tmp_path / key).as_uri())

            assert browsing.page.evaluate("document.documentElement.scrollWidth") <= 320, key
            assert browsing.accessibility_problems() == (), key
        assert browsing.requests_elsewhere == []
