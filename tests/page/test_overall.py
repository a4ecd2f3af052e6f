import pytest

from statusgen.page.overall import Overall, overall
from statusgen.values.vocabulary import ComponentState, Impact

OK, WORK, SLOW, PART, DOWN = ComponentState

ROLL_UP = [
    pytest.param([], "none", "All Systems Operational", id="no components"),
    pytest.param([OK, OK], "none", "All Systems Operational", id="all operational"),
    pytest.param([DOWN, DOWN], "critical", "Major System Outage", id="every one down"),
    pytest.param([OK, DOWN], "major", "Partial System Outage", id="one down"),
    pytest.param([PART, DOWN, SLOW, WORK], "major", "Partial System Outage", id="down and others"),
    pytest.param([PART, PART], "major", "Partial System Outage", id="every one partly down"),
    pytest.param([OK, PART], "minor", "Minor Service Outage", id="one partly down"),
    pytest.param([SLOW, PART, WORK], "minor", "Minor Service Outage", id="partly and others"),
    pytest.param([SLOW, SLOW], "minor", "Degraded System Service", id="every one degraded"),
    pytest.param([OK, SLOW], "minor", "Partially Degraded Service", id="one degraded"),
    pytest.param([WORK, SLOW], "minor", "Partially Degraded Service", id="degraded and worked on"),
    pytest.param([OK, WORK], "maintenance", "Service Under Maintenance", id="one worked on"),
    pytest.param([WORK, WORK], "maintenance", "Service Under Maintenance", id="all worked on"),
    pytest.param([OK], "none", "All Systems Operational", id="the only one works"),
    pytest.param([SLOW], "minor", "Partially Degraded Service", id="the only one is degraded"),
    pytest.param([PART], "major", "Partial System Outage", id="the only one is partly down"),
    pytest.param([DOWN], "critical", "Major System Outage", id="the only one is down"),
    pytest.param(
        [WORK], "maintenance", "Service Under Maintenance", id="the only one is worked on"
    ),
]


@pytest.mark.parametrize(("states", "indicator", "description"), ROLL_UP)
def test_the_roll_up_of_components(states, indicator, description):
    assert overall(states) == Overall(Impact(indicator), description)


@pytest.mark.parametrize(("states", "indicator", "description"), ROLL_UP)
def test_the_order_of_components_does_not_matter(states, indicator, description):
    assert overall(states[::-1]) == Overall(Impact(indicator), description)


RAISED = [
    pytest.param([OK], [DOWN], "major", "Partial System Outage", id="critical"),
    pytest.param([OK], [PART], "minor", "Minor Service Outage", id="major"),
    pytest.param([OK], [SLOW], "minor", "Partially Degraded Service", id="minor"),
    pytest.param([OK], [OK], "none", "All Systems Operational", id="low"),
    pytest.param([OK], [WORK], "none", "All Systems Operational", id="a level of one's own"),
    pytest.param([], [PART], "minor", "Minor Service Outage", id="a page without components"),
    pytest.param([OK], [SLOW, PART], "minor", "Minor Service Outage", id="the worst of several"),
    pytest.param([DOWN], [SLOW], "critical", "Major System Outage", id="components are worse"),
    pytest.param([WORK], [SLOW], "minor", "Partially Degraded Service", id="worse than planned"),
    pytest.param([SLOW, SLOW], [SLOW], "minor", "Degraded System Service", id="the stronger word"),
    pytest.param([SLOW, SLOW], [PART], "minor", "Minor Service Outage", id="worse than every one"),
]


@pytest.mark.parametrize(("states", "weights", "indicator", "description"), RAISED)
def test_open_incidents_raise_what_components_say(states, weights, indicator, description):
    assert overall(states, weights) == Overall(Impact(indicator), description)
