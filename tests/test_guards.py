"""The guards of tests/conftest.py, and the rule that CI skips nothing."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SKIPPING = {
    "a marker": "@pytest.mark.component('nothing')\ndef test_it(): ...",
    "a call": "def test_it():\n    pytest.skip('not today')",
    "a module": "pytest.skip('not today', allow_module_level=True)",
}


def run_pytest(folder, body, **environment):
    """Run a test module of this body under this project's own conftest."""
    (folder / "test_it.py").write_text(f"import pytest\n\n{body}\n", encoding="utf-8")
    conftest = (ROOT / "tests" / "conftest.py").read_text(encoding="utf-8")
    conftest += "\nCOMPONENTS = {'nothing': None, 'vnu': None}"
    conftest += "\nmissing = {'nothing': 'nothing is not installed here'}.get\n"
    (folder / "conftest.py").write_text(conftest, encoding="utf-8")
    options = ["-q", "-rs", "-p", "no:cacheprovider", "-p", "no:randomly", "-c", os.devnull]
    environment = {"CI": "", "PYTEST_ADDOPTS": "", "PYTHONPATH": str(ROOT)} | environment
    return subprocess.run(
        [sys.executable, "-m", "pytest", *options, "--rootdir", folder, folder],
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_components_that_are_not_here_are_named_at_the_end(tmp_path):
    body = "@pytest.mark.component('vnu', 'nothing')\ndef test_{}(): ..."

    done = run_pytest(tmp_path, "\n".join(map(body.format, "ab")))

    told = done.stdout.rpartition("components that are not here")[2].splitlines()
    assert told[1:3] == ["nothing is not installed here", told[2]]
    assert "short test summary" in told[2]


@pytest.mark.parametrize("ci", ["", "true"])
def test_who_has_no_corpus_is_told_so_once(tmp_path, ci):
    body = "@pytest.mark.corpus('nothing')\ndef test_{}(): ..."

    done = run_pytest(tmp_path, "\n".join(map(body.format, "abc")), CI=ci)

    assert done.returncode == 0
    assert "3 skipped" in done.stdout
    assert done.stdout.count("the corpus is not beside the checkout") == 1


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1"])
def test_nothing_but_loopback_can_be_reached(host):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET

    with socket.socket(family) as door, pytest.raises(AssertionError, match="loopback only"):
        door.connect((host, 443))


def test_no_name_is_looked_up():
    with pytest.raises(AssertionError, match="loopback only"):
        socket.create_connection(("status.example.com", 443))


def test_loopback_can_be_reached():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()


def test_settings_of_the_machine_do_not_reach_the_tests():
    mine = [name for name in os.environ if name.startswith(("STATUSGEN_", "AWS_PROFILE"))]

    assert mine == []
    assert os.environ["AWS_EC2_METADATA_DISABLED"] == "true"
    assert not Path(os.environ["AWS_CONFIG_FILE"]).exists()


@pytest.mark.parametrize("body", SKIPPING.values(), ids=SKIPPING)
def test_a_skip_is_counted_as_one_at_home(tmp_path, body):
    done = run_pytest(tmp_path, body)

    assert "1 skipped" in done.stdout


@pytest.mark.parametrize("body", SKIPPING.values(), ids=SKIPPING)
def test_a_skip_is_a_failure_in_ci(tmp_path, body):
    done = run_pytest(tmp_path, body, CI="true")

    assert done.returncode != 0
    assert "In CI nothing is skipped" in done.stdout
    assert "skipped," not in done.stdout


ASKING = {
    "components/web_server.py": "a server tells its own time, as far ahead as a test wants",
    "fakes/mail_worker.py": "a machine whose clock is wrong",
    "mail/database/test_ledger.py": "a machine whose clock is wrong",
    "mail/database/test_server.py": "a machine whose clock is wrong",
    "targets/test_folder.py": "a file is of an age",
    "targets/test_public_page.py": "a certificate is made for two days",
    "cli/test_context.py": "without --now it is the machine's time",
    "publish/test_build.py": "a file is of an age",
}
"""Who may ask what time it is, and why."""
ASKS = re.compile(r"datetime\.now\(|\.today\(\)|utcnow\(|\btime\.time(_ns)?\(\)")
JUDGES = re.compile(r"assert .*(monotonic|perf_counter)\(\) - \w+ <")


def test_no_test_asks_what_time_it_is_nor_judges_by_how_long_it_took():
    texts = {
        path.relative_to(ROOT / "tests").as_posix(): path.read_text(encoding="utf-8")
        for path in (ROOT / "tests").rglob("*.py")
        if path != Path(__file__)
    }

    assert {name for name, text in texts.items() if ASKS.search(text)} == ASKING.keys()
    assert [name for name, text in texts.items() if JUDGES.search(text)] == []


def test_only_one_module_opens_pages_in_a_browser():
    opens = {
        path.relative_to(ROOT / "tests").as_posix()
        for path in (ROOT / "tests").rglob("*.py")
        if re.search(r"\.new_(page|context)\(", path.read_text(encoding="utf-8"))
    }

    assert opens == {"components/chromium.py"}
