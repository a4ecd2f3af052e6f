"""The site: every HTML file, asset and list for machines, as bytes. No I/O but the templates."""

import hashlib
from collections.abc import Iterable, Sequence
from copy import copy
from datetime import datetime
from urllib.parse import urlsplit

from statusgen import __version__
from statusgen.config.settings import Settings
from statusgen.content.incident import Incident
from statusgen.content.markdown.markdown_html import BodyRenderer
from statusgen.content.outline import Outline
from statusgen.page.page import Month, Page
from statusgen.page.site.assets import FAVICON, LOGO, LOGO_DARK, SCRIPT, STYLE, collect_assets
from statusgen.page.site.history import Lister
from statusgen.page.site.incidents import IncidentTeller
from statusgen.page.site.overview import view_index
from statusgen.page.site.sitemap import robots, sitemap
from statusgen.page.site.views import HeadView, SiteView
from statusgen.words.templates import Templates
from statusgen.words.times import PageClock


class Site:
    """Renders the pages of one status repository; its bytes depend on its arguments only."""

    fingerprint: str
    """Changes whenever any page may: with templates, settings and our version."""

    def __init__(self, settings: Settings, templates: Templates, prose: BodyRenderer) -> None:
        self._settings = settings
        self._page = settings.page
        self.templates = templates
        self._assets = collect_assets(templates, settings.page.brand)
        self.language = templates.speak(settings.page.language)
        self._clock = PageClock(settings.page.zone, self.language)
        self._teller = IncidentTeller(settings, prose, self.language)
        self._lister = Lister(self._clock, self.language)
        self._top, self._below = self._seen_from(""), self._seen_from("../")
        self.fingerprint = hashlib.sha256(
            f"{__version__}\n{settings.fingerprint}\n{templates.fingerprint()}".encode()
        ).hexdigest()

    def with_prose(self, prose: BodyRenderer) -> "Site":
        """The same site with bodies rendered by `prose`."""
        other = copy(self)
        other._teller = IncidentTeller(self._settings, prose, self.language)  # noqa: SLF001  one of us
        return other

    def assets(self) -> dict[str, bytes]:
        """Key to body; keys hold a hash of the body."""
        return dict(self._assets.values())

    def index(self, page: Page) -> bytes:
        """index.html."""
        view = view_index(page, self._teller, self._lister, self._clock, self.language)
        head = self._head(view.headline, f"{view.headline}. {view.summary}", "")
        return self._render("index", self._top, head, view)

    def incident(self, incident: Incident, now: datetime) -> bytes:
        """incidents/<id>.html, of an incident, a maintenance or a notice."""
        view = self._teller.whole(incident, now)
        description = f"{view.phase_label}. {view.impact or view.title}"
        head = self._head(view.title, description, f"incidents/{view.id}.html", "article")
        return self._render("incident", self._below, head, view)

    def history(self, months: Sequence[Month]) -> bytes:
        """history/index.html; `months` are newest first."""
        text = self.language.text
        description = text("All incidents and maintenances of %(service)s, by month.")
        description %= {"service": self._page.service}
        head = self._head(text("History"), description, "history/index.html")
        return self._render("history", self._below, head, self._lister.years(months))

    def month(
        self, month: Month, earlier: Month | None, later: Month | None, now: datetime
    ) -> bytes:
        """history/<year>-<month>.html; the neighbours are the nearest months with anything."""
        view = self._lister.month(month, earlier, later, now)
        words = view.link.words
        description = f"{words}: {view.link.counts}."
        title = self.language.text("History of %(month)s") % {"month": words}
        head = self._head(title, description, f"history/{view.link.key}.html")
        return self._render("month", self._below, head, view)

    def not_found(self) -> bytes:
        """404.html, which is served at any depth and so links absolutely."""
        text = self.language.text
        title = text("Page not found")
        description = text("This page does not exist.")
        head = HeadView(f"{title} · {self._page.name}", description, None)
        return self._render("404", self._seen_from(self._page.link("")), head, None)

    def sitemap(self, outlines: Iterable[Outline], months: Iterable[Month]) -> bytes:
        """sitemap.xml."""
        return sitemap(self._page, outlines, months)

    def robots(self) -> bytes:
        """robots.txt."""
        return robots(self._page)

    def _render(self, name: str, site: SiteView, head: HeadView, view: object) -> bytes:
        values = {"site": site, "head": head, "view": view}
        return self.templates.render(f"page/{name}.html", values).encode()

    def _head(self, title: str, description: str, key: str, kind: str = "website") -> HeadView:
        full = f"{title} · {self._page.name}"
        return HeadView(full, description, self._page.link(key), kind)

    def _key_of(self, role: str) -> str | None:
        """The key of the image in this role, whatever its kind."""
        keys = (key for name, (key, _) in self._assets.items() if name.startswith(f"{role}."))
        return next(keys, None)

    def _seen_from(self, root: str) -> SiteView:
        brand = self._page.brand
        return SiteView(
            name=self._page.name,
            language=self._page.language,
            direction=self.language.direction,
            support=self._page.support,
            zone=self._page.timezone,
            is_utc=self._page.timezone in ("UTC", "Etc/UTC"),
            root=root,
            style=self._assets[STYLE][0],
            icon=self._key_of(FAVICON) or "",
            script=self._assets[SCRIPT][0],
            logo=self._key_of(LOGO) if brand.logo else None,
            logo_dark=self._key_of(LOGO_DARK) if brand.logo_dark else None,
            origin=_origin(root),
        )


def _origin(root: str) -> str | None:
    url = urlsplit(root)
    return f"{url.scheme}://{url.netloc}" if url.netloc else None
