import pytest

from statusgen.values.vocabulary import ComponentState, Impact, Phase
from statusgen.words.labels import IMPACTS, PHASES, STATES


@pytest.mark.parametrize(
    ("labels", "words"), [(STATES, ComponentState), (PHASES, Phase), (IMPACTS, Impact)]
)
def test_every_word_has_a_label(labels, words):
    assert set(labels) == set(words)


def test_severe_impacts_are_high():
    assert (IMPACTS[Impact.CRITICAL], IMPACTS[Impact.MINOR], IMPACTS[Impact.NONE]) == (
        "High",
        "Medium",
        "Low",
    )
