import pytest

from statusgen.config.reader import read_settings
from statusgen.errors import ContentError
from tests.builders import write_tree

SMALLEST = '[page]\nname = "Acme Status"\nurl = "https://status.example.com"\n'


def read(tmp_path, text):
    return read_settings(write_tree(tmp_path, {"statusgen.toml": text}))


def problems_of(tmp_path, text):
    with pytest.raises(ContentError) as caught:
        read(tmp_path, text)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    "folder", [".", "incidents", "incidents/x", "site_templates", ".statusgen", "..", "/"]
)
def test_a_target_must_not_be_where_content_lies(tmp_path, folder):
    (problem,) = problems_of(tmp_path, f'{SMALLEST}[[targets]]\nurl = "folder:{folder}"\n')

    assert "repository" in problem


def test_a_prefix_and_its_longer_sibling_do_not_overlap(tmp_path):
    text = f'{SMALLEST}[[targets]]\nurl = "s3://acme/a"\n[[targets]]\nurl = "s3://acme/ab"\n'

    assert len(read(tmp_path, text).targets) == 2


def test_two_services_may_have_a_bucket_of_one_name(tmp_path):
    text = (
        f'{SMALLEST}[[targets]]\nurl = "s3://acme"\n'
        '[[targets]]\nurl = "s3://acme"\nendpoint_url = "http://127.0.0.1:9000"\n'
    )

    assert len(read(tmp_path, text).targets) == 2
