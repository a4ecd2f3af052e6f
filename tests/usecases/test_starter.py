"""What `init` writes."""

import pytest

from statusgen.config.reader import read_settings
from statusgen.errors import UsageError
from statusgen.usecases.starter import write_starter
from tests.builders import instant

NOW = instant("02:10")


def test_everything_that_is_written_is_named(tmp_path):
    named = write_starter(tmp_path / "page", NOW)

    there = {
        path.relative_to(tmp_path / "page")
        for path in (tmp_path / "page").rglob("*")
        if path.is_file()
    }
    assert set(named) == there
    assert read_settings(tmp_path / "page").page.name == "Acme Status"


def test_state_and_letters_are_kept_out_of_git(tmp_path):
    write_starter(tmp_path, NOW)

    ignored = (tmp_path / ".gitignore").read_text(encoding="utf-8").split()
    assert set(ignored) >= {".statusgen/", "outbox/", "public/", "_site/"}


def test_a_file_in_the_place_is_left_alone(tmp_path):
    (tmp_path / "page").write_text("mine", encoding="utf-8")

    with pytest.raises(UsageError, match="name a new folder"):
        write_starter(tmp_path / "page", NOW)

    assert (tmp_path / "page").read_text(encoding="utf-8") == "mine"
