from datetime import timedelta

import pytest

from statusgen.config.severity import DEFAULT_SEVERITIES, find_severity, severity_key
from tests.builders import SEVERITIES


@pytest.mark.parametrize("text", ["SEV1", "SEV-1", "sev 1", "sev_1", "Sev1", " sev  1 "])
def test_spellings_of_one_severity(text):
    assert severity_key(text) == "SEV1"
    assert find_severity(SEVERITIES, text) is SEVERITIES["SEV1"]


@pytest.mark.parametrize("text", ["SEV9", "", "1", "critical"])
def test_a_severity_that_the_page_does_not_have(text):
    assert find_severity(SEVERITIES, text) is None


def test_a_level_is_found_however_its_key_is_spelt():
    table = {"P-0": SEVERITIES["SEV1"]}

    assert find_severity(table, "p0") is SEVERITIES["SEV1"]


def test_the_defaults_are_those_of_the_documentation():
    minutes, hours = lambda n: timedelta(minutes=n), lambda n: timedelta(hours=n)

    assert [
        (
            *(level.key, level.label, level.impact, level.component_status, level.rank),
            *(level.first_update, level.cadence, level.audiences, level.postmortem),
        )
        for level in DEFAULT_SEVERITIES
    ] == [
        (
            "SEV1",
            "Critical",
            "critical",
            "major_outage",
            1,
            minutes(10),
            minutes(15),
            ("subscribers", "stakeholders"),
            "required",
        ),
        (
            "SEV2",
            "Major",
            "major",
            "partial_outage",
            2,
            minutes(10),
            minutes(30),
            ("subscribers",),
            "required",
        ),
        (
            "SEV3",
            "Minor",
            "minor",
            "degraded_performance",
            3,
            hours(4),
            hours(4),
            ("subscribers",),
            "optional",
        ),
        ("SEV4", "Low", "none", "operational", 4, None, None, (), "none"),
    ]
