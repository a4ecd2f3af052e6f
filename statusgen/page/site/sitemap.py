"""sitemap.xml and robots.txt, for those who read the page by machine."""

from collections.abc import Iterable
from datetime import UTC
from html import escape

from statusgen.config.settings import PageSettings
from statusgen.content.outline import Outline
from statusgen.page.page import Month

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
)


def sitemap(page: PageSettings, outlines: Iterable[Outline], months: Iterable[Month]) -> bytes:
    """Every HTML page but 404.html; an incident with its last change."""
    known = sorted(outlines, key=lambda one: one.id)
    keys = sorted(month.key for month in months)
    keys = ["", "history/index.html", *(f"history/{key}.html" for key in keys)]
    base = escape(page.link(""))
    lines = [f"<url><loc>{base}{key}</loc></url>\n" for key in keys]
    lines += [
        f"<url><loc>{base}incidents/{one.id}.html</loc>"
        f"<lastmod>{one.changed_at.astimezone(UTC).isoformat()[:19]}Z</lastmod></url>\n"
        for one in known
    ]
    return f"{_HEAD}{''.join(lines)}</urlset>\n".encode()


def robots(page: PageSettings) -> bytes:
    """Everyone may read everything."""
    return f"User-agent: *\nAllow: /\n\nSitemap: {page.link('sitemap.xml')}\n".encode()
