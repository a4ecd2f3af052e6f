"""Broken inputs, each with every message it must give.

A folder here is a status repository, laid over a whole one; its `expected.txt` holds the
problems, one a line, as `check` prints them.
"""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from statusgen.config.reader import read_settings
from statusgen.content.entries.folder import future_problems, parse_folder
from statusgen.content.entries.tree import scan_content
from statusgen.content.entries.update_file import Vocabulary
from statusgen.errors import ContentError, Problem

HERE = Path(__file__).parent
CASES = sorted(path.parent for path in HERE.glob("*/expected.txt"))
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)

CONFIGURATION = """\
[page]
name = "Acme Status"
url = "https://status.example.com"
timezone = "Europe/Berlin"

[[components]]
id = "checkout"
name = "Checkout"

[[components]]
id = "search"
name = "Search"
"""


def all_problems(root: Path) -> list[Problem]:
    try:
        settings = read_settings(root)
    except ContentError as error:
        return list(error.problems)
    words = Vocabulary(
        tuple(one.id for one in settings.components),
        settings.severities,
        settings.audiences,
        settings.page.zone,
    )
    folders, problems = scan_content(root)
    for folder in folders:
        problems += parse_folder(root, folder, words).problems
        problems += future_problems(root, folder, words, NOW)
    return sorted(problems)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_problem_is_told_with_place_and_remedy(case, tmp_path):
    (tmp_path / "statusgen.toml").write_text(CONFIGURATION)
    shutil.copytree(case, tmp_path, dirs_exist_ok=True)

    told = "".join(f"{problem}\n" for problem in all_problems(tmp_path))

    assert told == (case / "expected.txt").read_text(encoding="utf-8")


def test_every_case_expects_something():
    assert {path for path in HERE.iterdir() if path.is_dir() and path.name[0] not in "_."} == set(
        CASES
    )
