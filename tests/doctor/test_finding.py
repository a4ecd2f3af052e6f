import pytest

from statusgen.doctor.finding import Finding, FindingState, from_error
from statusgen.errors import TargetError


@pytest.mark.parametrize(
    ("sentence", "what", "remedy"),
    [
        ("s3://acme: it is away; publish again; or wait", "it is away", "publish again; or wait"),
        ("it is away", "it is away", "look"),
        ("it is away; publish again", "it is away", "look"),
    ],
)
def test_a_sentence_is_parted_into_what_is_wrong_and_what_to_do(sentence, what, remedy):
    found = from_error("s3://acme", TargetError(sentence), otherwise="look")

    assert found == Finding("s3://acme", FindingState.FAIL, what, remedy)
