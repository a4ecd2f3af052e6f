from pathlib import Path

from statusgen.page.site.tones import CLOSED, INCIDENT, NOTICE, OVERALL
from statusgen.values.vocabulary import ComponentState, Impact
from statusgen.words.template_files import shipped_folder


def test_every_impact_has_a_tone():
    assert set(OVERALL) == set(INCIDENT) == set(Impact)


def test_an_incident_without_impact_does_not_look_as_if_all_were_well():
    assert INCIDENT[Impact.NONE] != ComponentState.OPERATIONAL


def test_every_tone_has_a_shape_and_a_colour():
    shapes = Path(shipped_folder(), "page", "shapes.html").read_text()
    style = Path(shipped_folder(), "assets", "site.css").read_text()

    for tone in (*ComponentState, CLOSED, NOTICE):
        assert f'id="shape-{tone}"' in shapes
        assert f".{tone}" in style
