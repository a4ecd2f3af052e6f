"""Settings, stories and subscribers for tests of letters."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from statusgen.config.component import Component
from statusgen.config.settings import Brakes, MailSettings, PageSettings, Settings
from statusgen.config.severity import DEFAULT_SEVERITIES
from statusgen.content.incident import Incident, fold
from statusgen.content.markdown.markdown_html import BodyRenderer
from statusgen.content.update import ComponentChange, Update
from statusgen.mail.letters.compose import LetterForms
from statusgen.mail.subscribers.subscriber import Subscriber, SubscriberState
from statusgen.values.vocabulary import ComponentState, Phase
from statusgen.words.templates import Templates

START = datetime(2026, 11, 21, 2, 4, tzinfo=UTC)
NOW = START + timedelta(minutes=3)
SECRET = b"a key for tests"
SEVERITIES = {level.key: level for level in DEFAULT_SEVERITIES}

INCIDENT_ID = "2026-11-21-checkout-errors"
MAINTENANCE_ID = "2026-11-28-database-upgrade"


def make_settings(page: dict | None = None, names: dict | None = None, **mail) -> Settings:
    names = {"checkout": "Checkout", "api": "API"} | (names or {})
    defaults = {
        "from_name": "Acme Status",
        "from_address": "status@example.com",
        "transport": "folder:outbox",
        "unsubscribe_url": "https://subscribe.example.com",
        "unsubscribe_mailto": "unsubscribe@example.com",
        "footer": "Acme Ltd, 1 Example Street",
    }
    about = {
        "name": "Acme Status",
        "url": "https://status.example.com",
        "service": "Acme",
        "timezone": "Europe/Berlin",
        "support": "https://example.com/support",
    }
    return Settings(
        root=Path("/nowhere"),
        page=PageSettings(**(about | (page or {}))),
        components=tuple(Component(key, name) for key, name in names.items()),
        severities=SEVERITIES,
        targets=(),
        mail=MailSettings(**(defaults | mail)),
        database="sqlite://",
        brakes=Brakes(),
        fingerprint="",
    )


def make_forms(settings: Settings | None = None) -> LetterForms:
    settings = settings or make_settings()
    return LetterForms(settings, Templates(), BodyRenderer(settings.page.url), SECRET)


def make_subscriber(token: str = "ab12cd34", **fields) -> Subscriber:
    defaults = {"id": 1, "address": "ann@example.com", "state": SubscriberState.ACTIVE}
    return Subscriber(token=token, **(defaults | fields))


def states(**named: str | None) -> tuple[ComponentChange, ...]:
    return tuple(
        ComponentChange(name, ComponentState(state) if state else None)
        for name, state in named.items()
    )


def make_update(minutes: int = 0, phase: str | None = "investigating", **fields) -> Update:
    defaults = {"incident_id": INCIDENT_ID, "stem": f"{minutes:04d}", "body": "Something is wrong."}
    return Update(
        phase=Phase(phase) if phase else None,
        at=START + timedelta(minutes=minutes),
        **(defaults | fields),
    )


def make_first(minutes: int = 0, phase: str = "investigating", **fields) -> Update:
    defaults = {
        "title": "Increased error rates on checkout",
        "severity": "SEV1",
        "components": states(checkout="major_outage", api="degraded_performance"),
    }
    return make_update(minutes, phase, **(defaults | fields))


def make_incident(*updates: Update, postmortem=None) -> Incident:
    return fold(updates or (make_first(),), SEVERITIES, postmortem)


def checkout_errors() -> Incident:
    return make_incident(
        make_first(
            severity="SEV3",
            body="We are investigating errors during checkout. About one in three payments "
            "fails.\n\nCarts and order history are **not** affected. Meanwhile:\n\n"
            "- keep your cart, it is not lost\n"
            "- or [pay by invoice](https://example.com/invoice?from=status&why=checkout)",
        ),
        make_update(
            13,
            "identified",
            severity="SEV1",
            body="A change to the payment gateway lets one in three payments fail. We are rolling "
            "it back.",
            components=states(api="operational"),
        ),
        make_update(40, None, body="The roll-back is done in two of three regions."),
        make_update(
            55,
            "monitoring",
            body="Payments work again in all regions. We keep watching.",
            components=states(checkout="degraded_performance"),
        ),
        make_update(
            129,
            "resolved",
            body="Checkout works as usual again. Payments that failed were not charged.",
            cause="A change to the payment gateway made every third payment time out.",
            impact="About one in three payments failed.",
        ),
    )


def database_upgrade(*later: Update) -> Incident:
    window = START + timedelta(days=7)
    first = make_update(
        0,
        "scheduled",
        incident_id=MAINTENANCE_ID,
        title="Upgrade of the order database",
        body="We move the order database to a new version. Orders can't be changed meanwhile.",
        starts=window,
        ends=window + timedelta(hours=2),
        components=states(checkout=None),
    )
    return make_incident(first, *later)


def later_in_maintenance(minutes: int, phase: str | None, **fields) -> Update:
    return make_update(minutes, phase, incident_id=MAINTENANCE_ID, **fields)


def every_kind() -> dict[str, tuple[Incident, int]]:
    """Names of golden mails with the incident and the index of the step."""
    incident = checkout_errors()
    day = 24 * 60
    moved = database_upgrade(
        later_in_maintenance(
            60,
            None,
            body="We need a longer window.",
            starts=START + timedelta(days=8),
            ends=START + timedelta(days=8, hours=3),
        ),
        later_in_maintenance(8 * day, "in_progress", body="The work has begun."),
        later_in_maintenance(8 * day + 150, "verifying", body="We are checking the result."),
        later_in_maintenance(8 * day + 170, "completed", body="All is done."),
    )
    canceled = database_upgrade(later_in_maintenance(60, "canceled", body="Not this time."))
    return {
        "investigating": (incident, 0),
        "update-identified": (incident, 1),
        "update": (incident, 2),
        "update-monitoring": (incident, 3),
        "resolved": (incident, 4),
        "scheduled": (moved, 0),
        "maintenance-moved": (moved, 1),
        "maintenance-in-progress": (moved, 2),
        "maintenance-verifying": (moved, 3),
        "completed": (moved, 4),
        "canceled": (canceled, 1),
    }
