import os

import pytest

from statusgen.content.entries.tree import opened, read_file, scan_content, shown_path
from statusgen.words.repository_files import NotOurs
from tests.builders import write_tree


def listing_of(root):
    folders, problems = scan_content(root)
    return {folder.id: list(folder.stems) for folder in folders}, problems


def test_folders_and_files_come_sorted(tmp_path):
    write_tree(
        tmp_path, {f"incidents/{name}.md": "x" for name in ("b/02", "b/01", "a/1", "b/postmortem")}
    )

    found, problems = listing_of(tmp_path)

    assert list(found.items()) == [("a", ["1"]), ("b", ["01", "02", "postmortem"])]
    assert problems == []


def test_no_content_folder_is_no_problem(tmp_path):
    assert scan_content(tmp_path) == ([], [])


def test_dotfiles_other_endings_and_folders_without_updates_are_left_alone(tmp_path):
    write_tree(
        tmp_path,
        {
            "incidents/.hidden/01.md": "x",
            "incidents/Not An Incident/picture.png": "x",
            "incidents/README.txt": "x",
            "incidents/a/.01.md.swp": "x",
            "incidents/a/.draft.md": "x",
            "incidents/a/notes.txt": "x",
            "incidents/a/01.md": "x",
        },
    )

    found, problems = listing_of(tmp_path)

    assert (found, problems) == ({"a": ["01"]}, [])


def test_symbolic_links_are_refused(tmp_path):
    write_tree(tmp_path, {"incidents/a/01.md": "x", "elsewhere/01.md": "secret"})
    (tmp_path / "incidents/a/02.md").symlink_to(tmp_path / "elsewhere/01.md")
    (tmp_path / "incidents/b").symlink_to(tmp_path / "elsewhere")

    found, problems = listing_of(tmp_path)

    assert found == {"a": ["01"]}
    assert [(one.path, one.what) for one in problems] == [
        ("incidents/a/02.md", "a symbolic link"),
        ("incidents/b", "a symbolic link"),
    ]


def test_a_content_folder_that_is_a_link_is_refused(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "incidents").symlink_to(tmp_path / "elsewhere")

    _, (problem,) = scan_content(tmp_path)

    assert (problem.path, problem.what) == ("incidents", "a symbolic link")


def test_a_content_folder_that_is_a_file_is_a_problem(tmp_path):
    (tmp_path / "incidents").write_text("x")

    _, (problem,) = scan_content(tmp_path)

    assert "can't be read" in problem.what


@pytest.mark.parametrize(
    "stem",
    [
        *("02-identified_LOCAL_4711", "02_REMOTE_1", "02_BASE_99", "02_BACKUP_4711"),
        *("02.LOCAL.4711", "02.orig", "02.rej", "02.bak", "02~", "postmortem_LOCAL_4711"),
        *("02.sync-conflict-20261121-021003-ABCDEFG", "02_conflict-20261121-021003"),
        *("02 (Ann's conflicted copy 2026-11-21)", "02 (conflicted copy)"),
        *("02 (copy)", "02 (copy 2)", "02 copy", "02 copy 2", "02 - Copy", "02 - Copy (2)"),
        *("02 - Kopie", "02 (1)"),
    ],
)
def test_what_git_and_editors_leave_behind_is_refused_by_name(tmp_path, stem):
    write_tree(tmp_path, {"incidents/a/02.md": "x", f"incidents/a/{stem}.md": "x"})

    found, (problem,) = listing_of(tmp_path)

    assert found == {"a": ["02"]}
    assert "left this copy behind; take over what you want from it" in str(problem)


@pytest.mark.parametrize(
    "stem",
    ["02-base_64", "03-sync-conflict", "02-copy-fails", "05-backup_2", "1.original", "02-LOCAL"],
)
def test_words_of_ones_own_are_no_leftovers(tmp_path, stem):
    write_tree(tmp_path, {f"incidents/a/{stem}.md": "x"})

    assert listing_of(tmp_path) == ({"a": [stem]}, [])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_device_is_refused_without_opening_it(tmp_path):
    (tmp_path / "incidents/a").mkdir(parents=True)
    os.mkfifo(tmp_path / "incidents/a/01.md")

    _, (problem,) = scan_content(tmp_path)

    assert problem.what == "not a plain file"


def test_a_link_put_in_place_after_the_listing_is_not_followed(tmp_path):
    write_tree(tmp_path, {"secret": "secret", "incidents/a/02.md": "x"})
    (tmp_path / "incidents/a/01.md").symlink_to(tmp_path / "secret")

    with opened(tmp_path, "a") as folder:
        with pytest.raises(NotOurs, match="a symbolic link"):
            read_file(folder, "01")
        assert read_file(folder, "02") == b"x"


@pytest.mark.parametrize("name", [b"a\x1b[31m.md", b"caf\xe9.md", b"a\nb.md"])
def test_a_path_in_a_message_can_be_printed_anywhere(tmp_path, name):
    folder = tmp_path / "incidents" / "a"
    folder.mkdir(parents=True)
    try:
        (folder / os.fsdecode(name)).write_text("x")
    except OSError:  # some file systems take Unicode names only
        assert shown_path("a", os.fsdecode(name)).isprintable()
        return

    _, (problem,) = scan_content(tmp_path)

    assert str(problem).isprintable()
    assert str(problem).encode()


def test_a_stamp_changes_with_the_file(tmp_path):
    write_tree(tmp_path, {"incidents/a/01.md": "x"})
    ((before,), _) = scan_content(tmp_path)

    write_tree(tmp_path, {"incidents/a/01.md": "longer"})
    ((after,), _) = scan_content(tmp_path)

    assert before.stamp != after.stamp
    assert after.changed_ns >= before.changed_ns
