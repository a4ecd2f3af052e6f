import pytest

from statusgen.values.vocabulary import (
    INCIDENT_PHASES,
    MAINTENANCE_PHASES,
    NOTICE_PHASES,
    ComponentState,
    Phase,
)


def test_component_states_rank_from_working_to_down():
    assert sorted(ComponentState, key=lambda state: state.rank) == [
        "operational",
        "under_maintenance",
        "degraded_performance",
        "partial_outage",
        "major_outage",
    ]


def test_every_phase_belongs_to_one_family():
    families = (*INCIDENT_PHASES, *MAINTENANCE_PHASES, *NOTICE_PHASES)

    assert sorted(families) == sorted(Phase)


@pytest.mark.parametrize("phase", Phase)
def test_three_phases_close(phase):
    assert phase.is_closing is (phase in ("resolved", "completed", "canceled"))
