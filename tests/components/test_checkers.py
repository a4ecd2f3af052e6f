"""The checkers find what they are for; one that never complains proves nothing."""

import pytest

from tests.components.chromium import browse
from tests.components.layout import keyboard_faults, layout_faults
from tests.components.links import broken_links, loaded_from_elsewhere
from tests.components.vnu import html_errors

PAGE = '<!doctype html><html lang="en"><title>{title}</title>{body}</html>'


def write_page(folder, name, body, title="Acme Status"):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(PAGE.format(title=title, body=body), encoding="utf-8")
    return path


@pytest.mark.component("vnu")
def test_the_html_checker_passes_valid_pages_and_names_the_faults_of_others(tmp_path):
    write_page(tmp_path / "good", "index.html", "<h1>All well</h1>")
    write_page(tmp_path / "bad", "index.html", "<h1>All well</h1><p><nonsense>")

    good, bad = html_errors(tmp_path / "good"), html_errors(tmp_path / "bad")

    assert good == ()
    assert any("nonsense" in error for error in bad)


@pytest.mark.parametrize(
    ("link", "is_broken"),
    [
        ("incidents/a.html", False),
        ("incidents/a.html#top", False),
        ("incidents/a.html#nowhere", True),
        ("incidents/b.html", True),
        ("incidents/", True),
        ("#here", False),
        ("https://status.example.com/incidents/a.html", False),
        ("https://status.example.com/incidents/b.html", True),
        ("https://example.com/anything", False),
        ("../outside.html", True),
        ("mailto:support@example.com", False),
    ],
)
def test_links_that_lead_nowhere_are_found(tmp_path, link, is_broken):
    write_page(tmp_path, "outside.html", "")
    write_page(tmp_path / "site", "incidents/a.html", '<h1 id="top">A</h1>')
    write_page(tmp_path / "site", "index.html", f'<p id="here"><a href="{link}">a</a>')

    found = broken_links(tmp_path / "site", "https://status.example.com")

    assert found == ((f"index.html: {link}",) if is_broken else ())


def test_what_comes_from_another_host_is_found(tmp_path):
    loaded = '<img src="https://example.com/a.png" alt=""><link rel="stylesheet" href="//x.test/a">'
    write_page(tmp_path, "index.html", loaded + '<a href="https://example.com">not loaded</a>')

    found = loaded_from_elsewhere(tmp_path)

    assert found == ("index.html: https://example.com/a.png", "index.html: //x.test/a")


@pytest.mark.component("chromium", "axe")
def test_the_browser_stays_on_loopback_and_sees_what_is_hard_to_read(browser, tmp_path):
    body = '<main><h1>Hi</h1><p style="color:#ccc">pale</p></main><script src="https://x.test/a">'
    page = write_page(tmp_path, "index.html", body + "</script><script>missing()</script>")

    with browse(browser, width=360) as browsing:
        browsing.page.goto(page.as_uri())
        problems = browsing.accessibility_problems()

    assert browsing.requests_elsewhere == ["https://x.test/a"]
    assert any("missing" in error for error in browsing.script_errors)
    assert any(problem.startswith("color-contrast") for problem in problems)


@pytest.mark.component("chromium")
@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("<h1>All well</h1><p>and <a href='#'>a link</a> in two words</p>", None),
        ("<p style='width: 900px'>wide</p>", "scrolls sideways"),
        ("<p style='white-space: nowrap; overflow: hidden; width: 4em'>one two three four", "cut"),
        ("<p style='height: 1em; overflow: clip'>one<br>two<br>three</p>", "cut"),
        ("<p style='margin-left: -4em'>beside the window</p>", "outside of the window"),
        ("<p>below</p><p style='margin-top: -2em'>above</p>", "on one another"),
    ],
)
def test_what_a_narrow_window_loses_is_found(browser, tmp_path, body, fault):
    page = write_page(tmp_path, "index.html", body)

    with browse(browser, width=320) as browsing:
        browsing.page.goto(page.as_uri())
        found = layout_faults(browsing.page)

    assert [one.partition(":")[0] for one in found][:1] == ([fault] if fault else [])


@pytest.mark.component("chromium")
def test_what_the_keyboard_misses_is_found(browser, tmp_path):
    body = (
        "<style>.plain:focus { outline: none }</style>"
        "<a href='#a'>well</a><details><summary>well</summary>more</details>"
        "<a href='#b' class='plain'>unseen</a><a href='#c' tabindex='-1'>unreached</a>"
        "<a href='#d' style='position: absolute; left: -99em'>far away</a>"
    )
    page = write_page(tmp_path, "index.html", body)

    with browse(browser, width=320) as browsing:
        browsing.page.goto(page.as_uri())
        found = keyboard_faults(browsing.page)

    missed, unseen, far = found
    assert missed.startswith("not reached: ")
    assert ">unreached<" in missed
    assert unseen.startswith("focus not seen: ")
    assert (">unseen<" in unseen, ">far away<" in far) == (True, True)
