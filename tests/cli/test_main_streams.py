"""What is printed may have nowhere to go, and the current folder may be gone."""

import json
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout, suppress
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from unittest.mock import patch

import pytest

from statusgen.cli.main import main
from tests.fakes.repository import FIRST, ID, NOW, make_repository


def run(*words, cwd, **streams):
    command = [sys.executable, "-m", "statusgen", *words]
    root = str(Path(__file__).parents[2])
    environment = os.environ | {"PYTHONPATH": root}
    return subprocess.run(
        command,
        cwd=cwd,
        env=environment,
        check=False,
        text=True,
        stderr=subprocess.PIPE,
        **streams,
    )


@pytest.fixture
def root(tmp_path):
    return make_repository(tmp_path, 'url = "folder:public"').root


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_full_disk_under_stdout_is_one_sentence_and_exit_4(root):
    with Path("/dev/full").open("w") as full:
        done = run("--now", NOW, "check", cwd=root, stdout=full)

    assert done.returncode == 4
    assert done.stderr == "error: No space left on device; make room and run the command again\n"


def test_a_closed_stdout_is_no_failure(root):
    done = run("--now", NOW, "check", cwd=root, preexec_fn=lambda: os.close(1))

    assert (done.returncode, done.stderr) == (0, "")


def test_a_current_folder_that_is_gone_is_named(tmp_path):
    gone = tmp_path / "gone"
    gone.mkdir()

    done = run("check", cwd=gone, stdout=subprocess.PIPE, preexec_fn=gone.rmdir)

    assert done.returncode == 2
    assert "the current folder is gone; change to one that is there" in done.stderr


def test_a_reader_who_has_had_enough_is_no_failure(root):
    reader, writer = os.pipe()
    os.close(reader)

    done = run("--now", NOW, "check", cwd=root, stdout=writer)

    os.close(writer)
    assert (done.returncode, done.stderr) == (0, "")


TITLE = "Fehler — “Kasse” → Größe 🚨"
COMMANDS = [
    ["check"],
    ["plan"],
    ["plan", "--json"],
    ["mail", "preview"],
    ["mail", "preview", "--json"],
    ["due"],
    ["due", "--json"],
    ["publish", "--yes"],
    ["mail", "status"],
    ["rollback"],
    ["subscribers", "list"],
    ["new", TITLE, "--severity", "SEV1", "-m", "Grüße — …"],
    ["update", "größe"],
    ["resolve", "--json", "Größe"],
]


def printed(repository, encoding, *words):
    """Run a command on streams of this encoding; what it printed is sure to be in it."""
    streams = [TextIOWrapper(BytesIO(), encoding=encoding) for _ in range(2)]
    command = ["statusgen", "-C", str(repository.root), "--now", NOW, *words]
    with (
        patch.object(sys, "argv", command),
        patch.object(sys, "stdin", StringIO()),
        redirect_stdout(streams[0]),
        redirect_stderr(streams[1]),
        suppress(SystemExit),
    ):
        main()
    for one in streams:
        one.flush()
    out, err = (one.buffer.getvalue() for one in streams)
    return out, err


@pytest.fixture
def german(tmp_path):
    repository = make_repository(tmp_path / "Größe", 'url = "folder:public"')
    text = FIRST.replace("Increased error rates on checkout", TITLE)
    repository.write(f"{ID}/01-investigating.md", text)
    repository.subscribe("jörg@example.com")
    return repository


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "utf-8"])
def test_what_a_terminal_s_encoding_lacks_is_no_failure(german, encoding):
    for words in COMMANDS:
        out, err = printed(german, encoding, *words)

        if "--json" in words and "update" not in words:
            json.loads(out.decode(encoding))
        assert b"Traceback" not in err
    assert german.page().count(TITLE) > 0


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_an_export_changes_no_address_whatever_the_encoding_of_the_terminal(german, encoding):
    out, _ = printed(german, encoding, "subscribers", "export")

    assert "jörg@example.com" in out.decode("utf-8")


@pytest.mark.parametrize(
    "environment",
    [
        {"LC_ALL": "C"},
        {"PYTHONIOENCODING": "ascii"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    ],
    ids=["C", "ascii", "C-in-earnest"],
)
def test_a_locale_of_ascii_is_no_failure(german, environment):
    for words in (["plan"], ["mail", "preview"]):
        done = german.run_apart(*words, **environment)

        assert (done.code, "Traceback" in done.err) == (0, False), done.err
