"""The banner of a product's own site: a script with the state in it, silent while all is well."""

import hashlib

from statusgen.config.settings import Settings
from statusgen.content.incident import Incident
from statusgen.content.step import is_held
from statusgen.page.badges.shapes import drawing
from statusgen.page.page import Page
from statusgen.page.site.tones import OVERALL
from statusgen.values.value import Value, asdict
from statusgen.values.vocabulary import ComponentState, Impact
from statusgen.words.labels import PHASES
from statusgen.words.language import ENGLISH, Language, marked
from statusgen.words.templates import Templates

KEY = "embed.js"
TEMPLATE = "badge/embed.js"

_CLOSE = marked("Close")
_KEY_LENGTH = 12


class Banner(Value, frozen=True):
    """What the script knows and shows; every text is plain."""

    page: str
    """Tells the banners of two status pages on one site apart."""
    seen: str
    """What a reader who closes it has seen; the next update shows it again."""
    state: ComponentState
    """The state whose shape and colour it has."""
    name: str
    language: str
    headline: str
    words: str
    """The title of the incident it leads to; the page's name where there is none."""
    url: str
    close: str


def banner_script(
    page: Page, settings: Settings, templates: Templates, language: Language = ENGLISH
) -> dict[str, bytes]:
    """embed.js: key to body."""
    banner = make_banner(page, settings, language)
    told = None if banner is None else asdict(banner)
    shape = None if banner is None else drawing(banner.state, templates)
    return {KEY: templates.render(TEMPLATE, {"banner": told, "shape": shape}).encode()}


def make_banner(page: Page, settings: Settings, language: Language = ENGLISH) -> Banner | None:
    """What there is to tell; None while all is well.

    All is well when the overall state says so and no incident with an impact is open. One that is
    watched while everything works is told by its phase.
    """
    incident = _subject(page)
    is_well = page.overall.indicator is Impact.NONE
    if is_well and (incident is None or incident.impact is Impact.NONE):
        return None
    site, headline = settings.page, page.overall.description
    if is_well and incident is not None:
        headline = PHASES[incident.phase_at(page.now)]
    return Banner(
        page=hashlib.sha256(site.url.encode()).hexdigest()[:_KEY_LENGTH],
        seen=incident.last.update.id if incident else headline,
        state=OVERALL[page.overall.indicator],
        name=site.name,
        language=language.tag,
        headline=language.text(headline),
        words=incident.title if incident else site.name,
        url=site.link(f"incidents/{incident.id}.html" if incident else ""),
        close=language.text(_CLOSE),
    )


def _subject(page: Page) -> Incident | None:
    """The worst open incident with an impact, the newest of those; else what holds a component."""
    incidents = page.open_incidents
    with_impact = [one for one in incidents if one.impact is not Impact.NONE]
    others = [one for one in incidents if is_held(one.last.states)]
    planned = [one for one in page.under_way if is_held(one.states_at(page.now))]
    is_planned = page.overall.indicator is Impact.MAINTENANCE
    rest = (*planned, *others) if is_planned else (*others, *planned)
    return next(iter((*with_impact, *rest)), None)
