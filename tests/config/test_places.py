import pytest

from statusgen.config.places import overlap, parse_place
from statusgen.model.notation import BadValue


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("incidents", "a folder of the repository itself"),
        ("incidents/a/../b", "a folder of the repository itself"),
        ("site_templates", "a folder of the repository itself"),
        (".statusgen/cache", "a folder of the repository itself"),
        (".", "contains the repository"),
        ("..", "contains the repository"),
        ("/", "contains the repository"),
    ],
)
def test_the_repository_is_no_place_for_a_site(tmp_path, text, what):
    with pytest.raises(BadValue, match=what):
        parse_place(text, tmp_path, tmp_path)


@pytest.mark.parametrize("text", ["public", "../elsewhere", "incidents-old", "_site/incidents"])
def test_any_other_folder_is(tmp_path, text):
    assert parse_place(text, tmp_path, tmp_path) == (tmp_path / text).resolve()


@pytest.mark.parametrize(
    ("one", "other", "is_shared"),
    [
        ("a", "a", True),
        ("a", "a/b", True),
        ("a/b/c", "a", True),
        ("a", "ab", False),
        ("a/b", "a/c", False),
    ],
)
def test_folders_overlap_when_one_holds_the_other(tmp_path, one, other, is_shared):
    assert overlap(tmp_path / one, tmp_path / other) is is_shared
