from xml.etree import ElementTree as ET

from tests.site.samples import render_site


def test_the_sitemap_lists_every_page_but_404():
    files = render_site()

    found = [one.text for one in ET.fromstring(files["sitemap.xml"]).iterfind("{*}url/{*}loc")]

    base = "https://status.example.com/acme/"
    keys = {key for key in files if key.endswith(".html")} - {"404.html", "index.html"}
    assert sorted(found) == sorted({base, *(base + key for key in keys)})


def test_robots_find_the_sitemap():
    robots = render_site()["robots.txt"].decode()

    assert "Sitemap: https://status.example.com/acme/sitemap.xml" in robots
