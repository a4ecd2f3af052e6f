from datetime import timedelta

from tests.site.samples import NOW, make_maintenance, make_notice, read_page, render_site


def test_months_are_listed_with_their_counts_newest_first():
    text = read_page(render_site()["history/index.html"]).text

    assert "November 2026 1 incident, 1 maintenance October 2026 1 incident" in text


def test_a_month_links_to_its_neighbours_and_its_incidents():
    links = read_page(render_site()["history/2026-10.html"]).links

    assert "2026-11.html" in links
    assert "../incidents/payments.html" in links
    assert "../incidents/payments.html#postmortem" in links


def test_a_maintenance_is_completed_once_its_window_has_passed():
    past = make_maintenance(NOW - timedelta(hours=2), NOW - timedelta(hours=1))

    text = read_page(render_site((past,))["history/2026-11.html"]).text

    assert "Maintenance Completed" in text


def test_a_notice_is_counted_and_listed_as_what_it_is():
    files = render_site((make_notice(),))

    assert "November 2026 1 notice" in read_page(files["history/index.html"]).text
    row = "New address for webhooks Notice 03:12 CET (02:12 UTC)"
    assert row in read_page(files["history/2026-11.html"]).text
