import pytest

from statusgen.mail.letters.audience import audience_of
from statusgen.mail.subscribers.subscriber import SubscriberState
from tests.fakes.audience import picks
from tests.mail.letters.stories import (
    SEVERITIES,
    checkout_errors,
    database_upgrade,
    make_first,
    make_incident,
    make_subscriber,
    make_update,
    states,
)


def is_told(subscriber, *updates, already_told=False):
    return hears(subscriber, make_incident(*updates).last, already_told=already_told)


def hears(subscriber, step, *, already_told=False):
    audience = audience_of(step, SEVERITIES)
    return audience is not None and picks(audience, subscriber, follows=already_told)


@pytest.mark.parametrize(
    ("severity", "minimum", "expected"),
    [
        ("SEV1", "SEV2", True),
        ("SEV2", "SEV2", True),
        ("SEV3", "SEV2", False),
        ("SEV3", "SEV3", True),
        ("SEV2", "SEV1", False),
        ("SEV4", "SEV4", False),
    ],
)
def test_the_minimum_severity_lets_what_is_as_bad_or_worse_through(severity, minimum, expected):
    subscriber = make_subscriber(min_severity=minimum)

    told = is_told(subscriber, make_first(severity=severity))

    assert told is expected


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [((), True), (("api",), True), (("api", "shop"), True), (("shop",), False)],
)
def test_subscribers_hear_of_their_components(wanted, expected):
    told = is_told(make_subscriber(components=wanted), make_first())

    assert told is expected


def test_an_incident_without_components_goes_to_everyone():
    told = is_told(make_subscriber(components=("shop",)), make_first(components=()))

    assert told


def test_components_count_as_of_the_update():
    incident = make_incident(
        make_first(components=states(api="major_outage")),
        make_update(10, None, components=states(checkout="partial_outage")),
    )
    subscriber = make_subscriber(components=("checkout",))

    told = [hears(subscriber, step) for step in incident.steps]

    assert told == [False, True]


def test_stakeholders_hear_by_severity_alone():
    stakeholder = make_subscriber(audience="stakeholders", components=("shop",))

    told = [is_told(stakeholder, make_first(severity=key)) for key in ("SEV1", "SEV2")]

    assert told == [True, False]


def test_who_was_told_hears_on_when_severity_and_components_change():
    subscriber = make_subscriber(components=("shop",), min_severity="SEV1")
    step = make_first(), make_update(9, "resolved", severity="SEV4")

    assert is_told(subscriber, *step, already_told=True)
    assert not is_told(subscriber, *step, already_told=False)


@pytest.mark.parametrize("already_told", [True, False])
def test_notify_false_tells_nobody(already_told):
    update = make_first(notify=False)

    told = is_told(make_subscriber(), update, already_told=already_told)

    assert not told
    assert audience_of(make_incident(update).last, SEVERITIES) is None


def test_a_list_tells_these_audiences_only():
    update = make_first(notify=("stakeholders",))

    assert is_told(make_subscriber(audience="stakeholders"), update)
    assert not is_told(make_subscriber(), update, already_told=True)


def test_a_list_keeps_followers_from_its_own_audiences_whatever_they_want_now():
    lowered = make_first(), make_update(9, "resolved", severity="SEV4", notify=("subscribers",))
    follower = make_subscriber(components=("shop",), min_severity="SEV1")

    assert is_told(follower, *lowered, already_told=True)
    assert not is_told(follower, *lowered)
    assert not is_told(make_subscriber(audience="stakeholders"), *lowered, already_told=True)


def test_a_maintenance_goes_to_its_components_whatever_the_minimum():
    step = database_upgrade().first
    people = [
        make_subscriber(min_severity="SEV1"),
        make_subscriber(components=("api",)),
        make_subscriber(audience="stakeholders"),
    ]

    told = [hears(one, step) for one in people]

    assert told == [True, False, False]


@pytest.mark.parametrize("state", [one for one in SubscriberState if one != "active"])
def test_only_active_subscribers_hear(state):
    step = checkout_errors().last

    told = hears(make_subscriber(state=state), step, already_told=True)

    assert not told
