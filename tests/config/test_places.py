import pytest

from statusgen.config.places import links_of_state, overlap, parse_place, refuse_link
from statusgen.values.notation import BadValue


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
    ("text", "link"),
    [
        ("away", "away"),
        ("away/site", "away"),
        ("a/in/site", "a/in"),
        ("a/../away", "away"),
        ("away/../site", "away"),
        ("lost", "lost"),
    ],
)
def test_what_a_link_of_the_repository_leads_to_is_none(tmp_path, text, link):
    root = tmp_path / "repository"
    (root / "a").mkdir(parents=True)
    (root / "away").symlink_to(tmp_path)
    (root / "a" / "in").symlink_to("..")
    (root / "lost").symlink_to("nowhere")

    with pytest.raises(BadValue, match=f"a symbolic link of the repository, '{link}'; name"):
        refuse_link(text, root, root)


def test_links_of_the_machine_are_its_own(tmp_path):
    (tmp_path / "disk" / "repository").mkdir(parents=True)
    (tmp_path / "short").symlink_to("disk")
    root = tmp_path / "disk" / "repository"

    refuse_link(str(tmp_path / "short" / "repository" / "_site"), root, root)
    refuse_link("../../short/site", root, root)


@pytest.mark.parametrize(
    ("links", "told"),
    [
        ([], []),
        ([".statusgen"], [".statusgen"]),
        ([".statusgen/state.db"], [".statusgen/state.db"]),
        (
            [".statusgen/publish.lock", ".statusgen/cache/cache.db"],
            [".statusgen/publish.lock", ".statusgen/cache/cache.db"],
        ),
        ([".statusgen/cache"], [".statusgen/cache", ".statusgen/cache/cache.db"]),
    ],
)
def test_links_in_the_folder_of_the_state_are_found(tmp_path, links, told):
    (tmp_path / "away").mkdir()
    (tmp_path / "away" / "cache.db").symlink_to("x")
    for one in links:
        (tmp_path / one).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / one).symlink_to(tmp_path / "away")

    assert list(links_of_state(tmp_path)) == told


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
