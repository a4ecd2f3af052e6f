import pytest

from statusgen.model.vocabulary import (
    INCIDENT_PHASES,
    MAINTENANCE_PHASES,
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
    assert sorted((*INCIDENT_PHASES, *MAINTENANCE_PHASES)) == sorted(Phase)
    assert not set(INCIDENT_PHASES) & set(MAINTENANCE_PHASES)


@pytest.mark.parametrize("phase", Phase)
def test_three_phases_close(phase):
    assert phase.is_closing is (phase in ("resolved", "completed", "canceled"))


@pytest.mark.parametrize("phase", Phase)
def test_a_phase_knows_whether_it_is_of_a_maintenance(phase):
    assert phase.is_of_maintenance is (phase in MAINTENANCE_PHASES)
