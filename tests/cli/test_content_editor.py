"""`new` on a terminal opens the author's editor, which may not be there."""

import click
import pytest

from statusgen.cli import content
from statusgen.errors import UsageError


def test_an_editor_that_fails_leaves_the_file_and_says_so(tmp_path, monkeypatch):
    path = tmp_path / "01-investigating.md"
    path.write_text("We are looking.")
    monkeypatch.setenv("VISUAL", "false")

    with pytest.raises(UsageError, match=r"01-investigating\.md was begun, but not edited"):
        content.edited(path)

    assert path.read_text() == "We are looking."


def test_an_editor_that_removes_the_file_is_no_bug_of_ours(tmp_path, monkeypatch):
    path = tmp_path / "01-investigating.md"
    path.write_text("We are looking.")
    monkeypatch.setenv("VISUAL", "rm")

    with pytest.raises(UsageError, match="not edited") as caught:
        content.edited(path)

    assert not isinstance(caught.value.__cause__, click.ClickException)
