import pytest

from statusgen.targets.s3.errors import UNREACHABLE, explain


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("NoSuchBucket", "the bucket does not exist"),
        ("NoCredentialsError", "no AWS credentials were found"),
        ("SignatureDoesNotMatch", "the secret key is wrong"),
        ("PermanentRedirect", "another region than eu-west-1"),
        ("EndpointConnectionError", "http://127.0.0.1:1 can't be reached"),
        ("SomethingNew", "the upload failed with SomethingNew"),
    ],
)
def test_a_refusal_says_what_is_wrong_and_what_to_do(code, words):
    sentence = explain(code, endpoint="http://127.0.0.1:1", region="eu-west-1")

    assert words in sentence
    assert ";" in sentence


def test_refused_credentials_are_not_taken_for_an_outage():
    assert UNREACHABLE.isdisjoint({"AccessDenied", "NoSuchBucket", "InvalidAccessKeyId"})
