"""Steps are made by the fold; what they hold is asserted in test_incident.py too."""

import pytest

from statusgen.config.severity import SUBSCRIBERS
from statusgen.content.step import Window, phase_by
from statusgen.values.vocabulary import Phase
from tests.builders import instant, make_first, make_incident, make_notice, make_scheduled

WINDOW = Window(instant("03:00"), instant("05:00"))


@pytest.mark.parametrize(
    ("at", "phase"),
    [("02:59", Phase.SCHEDULED), ("03:00", Phase.IN_PROGRESS), ("05:00", Phase.COMPLETED)],
)
def test_a_window_moves_a_plan_on_by_itself(at, phase):
    assert phase_by(Phase.SCHEDULED, WINDOW, instant(at)) is phase
    assert phase_by(Phase.VERIFYING, WINDOW, instant(at)) is Phase.VERIFYING


@pytest.mark.parametrize(
    ("update", "audiences"),
    [
        (make_first(), (SUBSCRIBERS, "stakeholders")),
        (make_first(notify=("stakeholders",)), ("stakeholders",)),
        (make_first(notify=False), ()),
        (make_scheduled(), (SUBSCRIBERS,)),
        (make_notice(), ()),
    ],
)
def test_a_step_knows_its_audiences(update, audiences):
    assert make_incident(update).last.audiences == audiences
