from pathlib import Path

from tests.builders import make_page_settings, make_settings


def test_a_page_in_a_folder_links_below_it():
    page = make_page_settings(url="https://example.com:8443/status")

    assert page.link("") == "https://example.com:8443/status/"
    assert page.link("feed.xml") == "https://example.com:8443/status/feed.xml"
    assert page.host == "example.com"


def test_components_are_found_by_id():
    assert make_settings().components_by_id["api"].name == "API"


def test_audiences_come_from_the_severities():
    assert make_settings().audiences == {"subscribers", "stakeholders"}


def test_the_cache_lies_in_the_state_folder():
    assert make_settings(root=Path("/here")).cache_folder == Path("/here/.statusgen/cache")
