"""Pages that are hard to draw: long, loud, narrow, empty, in other scripts."""

from datetime import timedelta

from statusgen.config.component import Component
from statusgen.content.incident import Incident, fold
from statusgen.values.value import replace
from statusgen.values.vocabulary import ComponentState, Phase
from tests.page.site.samples import (
    NOW,
    SEVERITIES,
    make_incident,
    make_maintenance,
    make_notice,
    make_settings,
    make_update,
    render_site,
)

GROUPS = ("Shop", "Developers", "Apps", "Regions")
TWELVE = tuple(
    Component(f"c{n}", f"Component {n}", GROUPS[n // 3], "What it is") for n in range(12)
)
TROUBLE = (
    ComponentState.MAJOR_OUTAGE,
    ComponentState.PARTIAL_OUTAGE,
    ComponentState.DEGRADED_PERFORMANCE,
)


def make_past(number: int, components, days=88) -> list[Incident]:
    """So many incidents that are over, spread evenly over the days."""
    past = []
    for n in range(number):
        at = NOW - timedelta(days=1 + n * days / number, minutes=37 * n % 1000)
        names = {components[n % len(components)].id, components[(n * 7 + 1) % len(components)].id}
        values = {"incident_id": f"past-{n}", "title": f"Errors for some customers, case {n}"}
        states = dict.fromkeys(sorted(names), TROUBLE[n % 3])
        first = make_incident(at=at, severity=f"SEV{n % 4 + 1}", components=states, **values)
        last = make_update(
            "02", f"past-{n}", at=at + timedelta(minutes=9 + n * 13 % 300), phase=Phase.RESOLVED
        )
        past.append(fold([first.first.update, last], SEVERITIES))
    return past


def _many_open() -> list[Incident]:
    return [
        make_incident(
            incident_id=f"open-{n}",
            title=f"Component {n} answers with errors for some customers",
            severity=f"SEV{n % 4 + 1}",
            at=NOW - timedelta(minutes=7 + 40 * n),
            components={f"c{n}": TROUBLE[n % 3]},
        )
        for n in range(12)
    ]


def _maintenances() -> list[Incident]:
    hour = timedelta(hours=1)
    begun = {"phase": Phase.IN_PROGRESS, "at": NOW - 3 * hour}
    return [
        make_maintenance(NOW + 70 * hour, NOW + 72 * hour, incident_id="ahead"),
        make_maintenance(NOW - hour, NOW + hour, incident_id="begun", components={"c1": None}),
        make_maintenance(
            NOW - 3 * hour, NOW - hour, incident_id="over", components={"c2": None}, **begun
        ),
    ]


def _unbroken() -> Incident:
    table = "\n".join(("|a" * 30, "|-" * 30, "|b" * 30))
    return make_incident(title="x" * 200, body="y" * 400 + "\n\n" + table, impact="z" * 300)


def _arabic() -> Incident:
    return make_incident(title="فشل المدفوعات عند الدفع", body="نحن نحقق في أخطاء أثناء الدفع.")


def _german() -> Incident:
    return make_incident(title="Kreditkartenzahlungsbestätigungsschwierigkeiten")


FORTY = tuple(Component(f"c{n}", f"Service {n}", f"Group {n // 8}") for n in range(40))
MANY = tuple(Component(f"c{n}", f"Service {n}") for n in range(160))
LONG = Component("checkout", "n" * 120, "g" * 90, "d" * 160)
YOUNG = tuple(replace(one, since=NOW.date() - timedelta(days=9)) for one in TWELVE)
ONE_DOWN = (make_incident(components={"c3": None}),)

_PAGES = {
    "calm": (make_past(14, TWELVE), TWELVE, {}),
    "bad day": ([*_many_open(), *make_past(60, TWELVE)], TWELVE, {}),
    "maintenance": (_maintenances(), TWELVE, {}),
    "notice": ([make_notice(), *_maintenances(), _unbroken()], TWELVE, {}),
    "empty": ((), (), {}),
    "40 components": (ONE_DOWN, FORTY, {}),
    "160 components": (ONE_DOWN, MANY, {}),
    "unbroken": ([_unbroken()], (LONG,), {}),
    "young": (ONE_DOWN, YOUNG, {"history_days": 30}),
    "a year": (make_past(40, TWELVE, 360), TWELVE, {"history_days": 365}),
    "Arabic": (
        [_arabic()],
        TWELVE,
        {"language": "ar", "name": "حالة", "timezone": "Asia/Riyadh"},
    ),
    "Chinese": (
        [make_incident(title="结账付款失败", body="大约三分之一的付款失败。")],
        TWELVE,
        {"language": "zh", "name": "状态", "timezone": "Asia/Shanghai"},
    ),
    "German": ([_german()], TWELVE, {"language": "de"}),
}
NAMES = tuple(_PAGES)


def hard_page(name: str, url: str = "https://status.example.com") -> dict[str, bytes]:
    """The files of one of `NAMES`, as published at `url`."""
    incidents, components, page = _PAGES[name]
    return render_site(incidents, settings=make_settings(components, url=url, **page))
