"""The user's own templates, tried on a small sample: what only shows when they are rendered.

The sample is of this page's components and severities, and holds something of every kind.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from statusgen.config.settings import Settings
from statusgen.content.incident import Incident, fold
from statusgen.content.markdown.markdown_html import BodyRenderer
from statusgen.content.outline import outline
from statusgen.content.update import ComponentChange, Postmortem, Update
from statusgen.errors import ContentError, Problem
from statusgen.mail.letters.preview import preview_letters, sample_stories
from statusgen.page.badges.badge import badges
from statusgen.page.badges.banner import banner_script
from statusgen.page.page import make_page, months
from statusgen.page.site.pages import Site
from statusgen.values.value import replace
from statusgen.values.vocabulary import Phase
from statusgen.words.templates import Templates

_PAGES = ("page/", "badge/")
_LETTERS = "mail/"


def rehearse(settings: Settings, templates: Templates, now: datetime) -> list[Problem]:
    """What goes wrong when the user's own templates are rendered; without any nothing is."""
    own = [name for name in templates.names("") if templates.is_own(name)]
    sample = tuple(_sample(settings, now))
    attempts: list[Callable[[], object]] = []
    if any(name.startswith(_PAGES) for name in own):
        attempts += _pages(settings, templates, sample, now)
    if any(name.startswith(_LETTERS) for name in own):
        attempts += _letters(settings, sample, now)
    found: dict[Problem, None] = {}
    for attempt in attempts:
        try:
            attempt()
        except ContentError as error:
            found |= dict.fromkeys(error.problems)
    return list(found)


def _pages(
    settings: Settings, templates: Templates, sample: tuple[Incident, ...], now: datetime
) -> Iterator[Callable[[], object]]:
    site = Site(
        settings, templates, BodyRenderer(settings.page.url, keeps_lines=settings.page.keeps_lines)
    )
    zone, language = settings.page.zone, site.language
    days = settings.page.history_days
    page = make_page(settings.components, sample, now, zone, days)
    by_month = months((outline(one) for one in sample), now, zone)
    yield lambda: site.index(page)
    yield lambda: site.index(make_page(settings.components, (), now, zone, days))
    yield from (lambda one=one: site.incident(one, now) for one in sample)
    yield lambda: site.history(by_month)
    yield lambda: site.month(by_month[0], by_month[-1], by_month[-1], now)
    yield site.not_found
    yield lambda: badges(page, settings, templates, language)
    yield lambda: banner_script(page, settings, templates, language)


def _letters(
    settings: Settings, sample: tuple[Incident, ...], now: datetime
) -> Iterator[Callable[[], object]]:
    told = (one for one in sample if not one.is_notice)
    yield from (lambda one=one: preview_letters(settings, one, now) for one in told)


def _sample(settings: Settings, now: datetime) -> Iterator[Incident]:
    """Each story as of each of its updates; what is over has been reviewed."""
    for number, story in enumerate([*sample_stories(settings, now), [_notice(settings, now)]]):
        name = f"{story[0].incident_id}-{number}"
        for count in range(1, len(story) + 1):
            told = [replace(one, incident_id=f"{name}-{count}") for one in story[:count]]
            yield fold(told, settings.severities, Postmortem("What we learned.", now))


def _notice(settings: Settings, now: datetime) -> Update:
    return Update(
        incident_id="sample-notice",
        stem="01-notice",
        phase=Phase.NOTICE,
        at=now - timedelta(hours=1),
        body="Something to know.",
        title="A sample notice",
        components=tuple(ComponentChange(one.id, None) for one in settings.components[:1]),
    )
