"""The lock files: they hold what pyproject.toml asks for, and name nobody's index."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
NPM = ROOT / "tests" / "components" / "npm"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
GROUPS = {
    name: [Requirement(one) for one in rows if isinstance(one, str)]
    for name, rows in PROJECT["dependency-groups"].items()
}
RUN = [Requirement(one) for one in PROJECT["project"]["dependencies"]] + GROUPS["build"]
DEV = RUN + GROUPS["dev"]
MOVE = "`make update` moves the lock files"


def locked(name):
    text = (ROOT / "tests" / "locked" / name).read_text(encoding="utf-8")
    return {
        found[1]: found[2] for found in re.finditer(r"^([\w.-]+)==([^\s;]+)", text, re.MULTILINE)
    }


@pytest.mark.parametrize(
    ("name", "wanted"), [("run.txt", RUN), ("dev.txt", DEV), ("clock.txt", GROUPS["clock"])]
)
def test_what_is_asked_for_is_locked(name, wanted):
    versions = locked(name)

    wrong = [
        str(one)
        for one in wanted
        if not one.specifier.contains(versions.get(canonicalize_name(one.name), "0"))
    ]

    assert wrong == [], MOVE


def test_the_demo_runs_with_what_is_tested():
    assert locked("run.txt").items() <= locked("dev.txt").items(), MOVE


def test_the_packages_of_npm_are_locked():
    wanted = json.loads((NPM / "package.json").read_text(encoding="utf-8"))["dependencies"]
    packages = json.loads((NPM / "package-lock.json").read_text(encoding="utf-8"))["packages"]

    assert {name: packages[f"node_modules/{name}"]["version"] for name in wanted} == wanted, MOVE


@pytest.mark.parametrize(
    "path",
    [*(ROOT / "tests" / "locked").glob("*.txt"), NPM / "package-lock.json"],
    ids=lambda path: path.name,
)
def test_no_lock_file_names_an_index_or_a_place(path):
    text = path.read_text(encoding="utf-8")

    assert not re.search(r"://|--(extra-)?index-url|--find-links|\"resolved\"|@ file|^/", text)
