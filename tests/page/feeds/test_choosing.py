from hypothesis import given
from hypothesis import strategies as st

from statusgen.content.markdown.markdown_html import BodyRenderer
from statusgen.content.outline import outline
from statusgen.page.feeds.choosing import (
    CALENDAR_DAYS,
    HISTORY_LENGTH,
    kept_in_calendar,
    told_by_component,
    told_in_feed,
    told_in_history,
)
from statusgen.page.feeds.items import ItemMaker
from tests.builders import (
    BERLIN,
    instant,
    make_first,
    make_incident,
    make_scheduled,
    make_settings,
    make_update,
)

NAMES = ("checkout", "search", "api")


def make_numbered(number, minutes, components=("checkout",)):
    """Return an incident with an update at each minute."""
    first, *rest = sorted(minutes)
    name = f"incident-{number}"
    return make_incident(
        make_first(at=f"03:{first:02}", incident_id=name, stem="00", components=list(components)),
        *(
            make_update("update", at=f"03:{minute:02}", incident_id=name, stem=f"{at:02}")
            for at, minute in enumerate(rest, 1)
        ),
    )


stories = st.lists(
    st.tuples(
        st.lists(st.integers(0, 59), min_size=1, max_size=4),
        st.lists(st.sampled_from(NAMES), unique=True),
    ),
    max_size=12,
)


@given(stories, st.integers(1, 8))
def test_the_chosen_incidents_hold_every_update_of_the_feed(told, limit):
    incidents = [make_numbered(number, *story) for number, story in enumerate(told)]
    outlines = [outline(one) for one in incidents]

    chosen = set(told_in_feed(outlines, limit))
    by_component = told_by_component(outlines, limit)

    assert feed_of([one for one in incidents if one.id in chosen], limit) == feed_of(
        incidents, limit
    )
    for name in NAMES:
        about = [one for one in incidents if name in one.affected]
        ids = by_component.get(name, ())
        assert feed_of([one for one in incidents if one.id in ids], limit) == feed_of(about, limit)
        assert set(ids) <= {one.id for one in about}
        assert (name in by_component) == bool(about)


def feed_of(incidents, limit):
    settings = make_settings()
    items = ItemMaker(settings, BodyRenderer(settings.page.url)).newest(incidents, limit)
    return [item.id for item in items]


def test_an_incident_without_components_is_in_no_component_s_feed():
    assert told_by_component([outline(make_incident())]) == {}


def test_the_history_holds_the_incidents_that_were_told_of_last():
    incidents = [make_numbered(number, [number]) for number in range(HISTORY_LENGTH + 5)]

    told = told_in_history(map(outline, incidents))

    assert set(told) == {f"incident-{number}" for number in range(5, HISTORY_LENGTH + 5)}


def test_windows_are_kept_for_ninety_days_by_the_page_s_day():
    past = make_scheduled(starts="2026-08-23T20:00", ends="2026-08-23T21:59")
    coming = make_scheduled(incident_id="later", starts="2027-11-23T20:00", ends="2027-11-23T22:00")
    outlines = [outline(make_incident(*one)) for one in ([past], [coming], [])]

    on_the_last_day = kept_in_calendar(outlines, instant("2026-11-21T22:59"), BERLIN)
    a_minute_later = kept_in_calendar(outlines, instant("2026-11-21T23:00"), BERLIN)

    assert CALENDAR_DAYS == 90
    assert on_the_last_day == ("2026-11-21-database-upgrade", "later")
    assert a_minute_later == ("later",)
