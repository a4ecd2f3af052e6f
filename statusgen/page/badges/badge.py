"""Badges: the page's or a component's state as a small picture, and as data for shields.io."""

import json
from collections.abc import Iterator

from statusgen.config.settings import Settings
from statusgen.page.badges.text_width import cut_to, text_width
from statusgen.page.page import ComponentLine, Page
from statusgen.page.site.tones import OVERALL
from statusgen.values.value import Value
from statusgen.values.vocabulary import ComponentState
from statusgen.words.labels import STATES
from statusgen.words.language import ENGLISH, Language
from statusgen.words.templates import Templates

TEMPLATE = "badge/badge.svg"
_PAGE_KEY = "badge"

_FONT_SIZE = 12
_LONGEST = 28.0
"""Ems of a label or a message; more is cut, and told whole in the title."""
_BOLD = 1.06
"""How much wider a heavier weight is."""
_HEIGHT = 28
_SHAPE = 14
_MARGIN = 10
_GAP = 6

_CACHE_SECONDS = 300
"""What shields.io keeps at least, https://shields.io/badges/endpoint-badge."""
_COLOURS = {
    ComponentState.OPERATIONAL: "brightgreen",
    ComponentState.UNDER_MAINTENANCE: "blue",
    ComponentState.DEGRADED_PERFORMANCE: "yellow",
    ComponentState.PARTIAL_OUTAGE: "orange",
    ComponentState.MAJOR_OUTAGE: "red",
}
"""In the names that shields.io has for colours."""


class Badge(Value, frozen=True):
    """What a badge says."""

    label: str
    message: str
    state: ComponentState
    """The state whose shape and colour it has."""


class TextView(Value, frozen=True):
    """One of the two texts; lengths in pixels."""

    words: str
    middle: float
    width: float


class BadgeView(Value, frozen=True):
    """A badge as its template sees it; lengths in pixels."""

    title: str
    language: str
    state: ComponentState
    label: TextView
    message: TextView
    width: float
    height: int
    edge: float
    """Where the label's half ends."""
    shape_x: float
    shape_y: float
    shape_size: int


def badges(
    page: Page, settings: Settings, templates: Templates, language: Language = ENGLISH
) -> dict[str, bytes]:
    """Key to body: an SVG and a shields.io JSON for the page and for each component on it."""
    return {
        f"{key}.{ending}": body
        for key, badge in _all(page, settings, language)
        for ending, body in (
            ("svg", draw(badge, language, templates)),
            ("json", shields_endpoint(badge)),
        )
    }


def page_badge(page: Page, settings: Settings, language: Language = ENGLISH) -> Badge:
    """The overall state."""
    words = language.text(page.overall.description)
    return Badge(settings.page.name, words, OVERALL[page.overall.indicator])


def component_badge(line: ComponentLine, language: Language = ENGLISH) -> Badge:
    """The state of one component."""
    return Badge(line.component.name, language.text(STATES[line.state]), line.state)


def draw(badge: Badge, language: Language, templates: Templates) -> bytes:
    """The badge as SVG, as wide as its texts."""
    return templates.render(TEMPLATE, {"badge": view_badge(badge, language)}).encode()


def shields_endpoint(badge: Badge) -> bytes:
    """The badge as shields.io's endpoint schema wants it: these keys and no others."""
    told = {
        "schemaVersion": 1,
        "label": badge.label,
        "message": badge.message,
        "color": _COLOURS[badge.state],
        "isError": False,
        "cacheSeconds": _CACHE_SECONDS,
    }
    return json.dumps(told, ensure_ascii=False).encode() + b"\n"


def view_badge(badge: Badge, language: Language = ENGLISH) -> BadgeView:
    """Where everything in the picture stands."""
    label, message = cut_to(badge.label, _LONGEST), cut_to(badge.message, _LONGEST)
    label_width = text_width(label) * _FONT_SIZE
    message_width = text_width(message) * _FONT_SIZE * _BOLD
    edge = _MARGIN + label_width + _MARGIN
    message_start = edge + _MARGIN - 1 + _SHAPE + _GAP
    return BadgeView(
        title=f"{badge.label}: {badge.message}",
        language=language.tag,
        state=badge.state,
        label=TextView(label, _px(_MARGIN + label_width / 2), _px(label_width)),
        message=TextView(message, _px(message_start + message_width / 2), _px(message_width)),
        width=_px(message_start + message_width + _MARGIN),
        height=_HEIGHT,
        edge=_px(edge),
        shape_x=_px(edge + _MARGIN - 1),
        shape_y=(_HEIGHT - _SHAPE) / 2,
        shape_size=_SHAPE,
    )


def _all(page: Page, settings: Settings, language: Language) -> Iterator[tuple[str, Badge]]:
    yield _PAGE_KEY, page_badge(page, settings, language)
    for group in page.groups:
        for line in group.lines:
            yield f"components/{line.component.id}", component_badge(line, language)


def _px(length: float) -> float:
    return round(length, 1)
