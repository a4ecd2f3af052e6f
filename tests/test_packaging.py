"""The wheel: what it carries, and that it runs outside the checkout."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT]
    subprocess.run(command, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def test_the_wheel_carries_every_template_and_the_typing_marker(wheel):
    templates = {
        f"statusgen/{path.relative_to(ROOT).as_posix()}"
        for path in (ROOT / "site_templates").rglob("*")
        if path.is_file()
    }

    names = set(zipfile.ZipFile(wheel).namelist())

    assert templates
    assert templates <= names
    assert "statusgen/py.typed" in names


def test_the_wheel_carries_every_revision_of_the_database(wheel):
    folder = "statusgen/mail/database/migrations"
    revisions = {f"{folder}/{path.name}" for path in (ROOT / folder).glob("v*.py")}

    assert len(revisions) >= 2
    assert revisions <= set(zipfile.ZipFile(wheel).namelist())


def test_the_wheel_carries_nothing_but_the_package(wheel):
    names = zipfile.ZipFile(wheel).namelist()

    strays = [
        name for name in names if not name.startswith("statusgen/") and ".dist-info/" not in name
    ]

    assert strays == []


def test_the_installed_wheel_runs_outside_the_checkout(wheel, tmp_path):
    installed = tmp_path / "installed"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--no-deps", "--no-index", "--target", installed, wheel], check=True)
    # -P: not the current folder; the wheel's copy comes before the checkout's editable one.
    where = "import statusgen.cli.main, sys; print(sys.modules['statusgen'].__file__)"
    environment = os.environ | {"PYTHONPATH": str(installed)}

    def run(*arguments):
        command = [sys.executable, "-P", *arguments]
        return subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )

    found, helped = run("-c", where), run("-m", "statusgen", "--help")

    assert found.stdout.strip() == str(installed / "statusgen" / "__init__.py")
    assert helped.returncode == 0, helped.stderr
    assert "publish" in helped.stdout
