import pytest

from statusgen.config.ses import Ses, parse_ses


@pytest.mark.parametrize(
    ("url", "ses"),
    [
        ("ses://eu-west-1", Ses("eu-west-1")),
        ("ses://us-gov-west-1/", Ses("us-gov-west-1")),
        ("ses://eu-west-1?", Ses("eu-west-1")),
        ("ses://eu-west-1?configuration-set=status_mail-2", Ses("eu-west-1", "status_mail-2")),
    ],
)
def test_a_url_names_a_region_and_a_configuration_set(url, ses):
    assert parse_ses(url) == ses


def test_ses_is_called_by_its_region():
    assert str(Ses("eu-west-1", "secret-project")) == "SES in eu-west-1"


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("smtp://eu-west-1", "starts with ses://"),
        ("ses://", "stands a region"),
        ("ses://EU-West-1", "stands a region"),
        ("ses://email-smtp.eu-west-1.amazonaws.com", "stands a region"),
        ("ses://key:secret@eu-west-1", "no credentials"),
        ("ses://eu-west-1:443", "stands a region"),
        ("ses://eu-west-1/status", "ends after its region"),
        ("ses://eu-west-1#status", "ends after its region"),
        ("ses://eu-west-1?rate=14", r"knows \?configuration-set= only"),
        ("ses://eu-west-1?configuration-set=a&configuration-set=b", "and once"),
        ("ses://eu-west-1?configuration-set=a&rate=14", "only, and once"),
        ("ses://eu-west-1?configuration-set=", "up to 64 letters"),
        ("ses://eu-west-1?configuration-set=a b", "up to 64 letters"),
        (f"ses://eu-west-1?configuration-set={'a' * 65}", "up to 64 letters"),
    ],
)
def test_a_wrong_url_is_refused_with_a_sentence(url, sentence):
    with pytest.raises(ValueError, match=sentence) as caught:
        parse_ses(url)

    assert "secret" not in str(caught.value)
