"""What a phone has to fetch for the index: 14 kB, the first round trip of a new connection."""

import gzip

import pytest

from tests.page.site.hard_pages import TWELVE, hard_page, make_past
from tests.page.site.samples import make_incident, make_settings, render_site
from tests.page.site.served import open_tab

MAX_BYTES = 14_000
MAX_REQUESTS = 4


def packed(files: dict[str, bytes], keys) -> int:
    return sum(len(gzip.compress(files[key], 9)) for key in keys)


@pytest.mark.component("chromium")
def test_the_index_with_twelve_components_and_ninety_days_is_light(browser, host):
    incidents = [make_incident(components={"c3": None}), *make_past(14, TWELVE)]
    files = render_site(incidents, settings=make_settings(TWELVE, url=host.url))
    host.publish(files, "1")

    with open_tab(browser) as tab:
        tab.page.goto(host.url, wait_until="networkidle")

        assert tab.page.locator("svg.bars").count() == len(TWELVE)
        assert all(url.startswith(host.url) for url in tab.requests)
        assert len(tab.requests) <= MAX_REQUESTS

    assets = [key for key in files if key.startswith("assets/")]
    assert packed(files, ["index.html", *assets]) <= MAX_BYTES


def test_bars_cost_a_path_a_state_and_not_an_element_a_day():
    index = render_site((), settings=make_settings(TWELVE))["index.html"]

    assert index.count(b"<path") < 40


def test_even_160_components_come_in_a_few_kilobytes():
    files = hard_page("160 components")

    assert packed(files, ["index.html"]) <= 10_000
