from datetime import timedelta
from xml.etree import ElementTree as ET

from statusgen.content.incident import fold
from statusgen.content.update import Postmortem
from tests.page.site.samples import NOW, SEVERITIES, make_incident, render_site


def test_the_sitemap_lists_every_page_but_404():
    files = render_site()

    found = [one.text for one in ET.fromstring(files["sitemap.xml"]).iterfind("{*}url/{*}loc")]

    base = "https://status.example.com/acme/"
    keys = {key for key in files if key.endswith(".html")} - {"404.html", "index.html"}
    assert sorted(found) == sorted({base, *(base + key for key in keys)})


def test_an_incident_was_last_changed_when_it_was_told_corrected_or_reviewed():
    ended = NOW - timedelta(days=2)
    told = make_incident(at=ended)
    corrected = make_incident(at=ended, incident_id="corrected", edited=NOW - timedelta(days=1))
    update = make_incident(at=ended, incident_id="reviewed").first.update
    reviewed = fold([update], SEVERITIES, Postmortem("Why.", NOW))

    files = render_site((told, corrected, reviewed))

    rows = ET.fromstring(files["sitemap.xml"]).iterfind("{*}url")
    found = {one.findtext("{*}loc").rpartition("/")[2]: one.findtext("{*}lastmod") for one in rows}
    assert found["checkout-errors.html"] == "2026-11-19T02:12:00Z"
    assert found["corrected.html"] == "2026-11-20T02:12:00Z"
    assert found["reviewed.html"] == "2026-11-21T02:12:00Z"


def test_robots_find_the_sitemap():
    robots = render_site()["robots.txt"].decode()

    assert "Sitemap: https://status.example.com/acme/sitemap.xml" in robots
