"""`subscribers import`: all rows or none, or the good ones with the bad ones in a file."""

import os
import subprocess
import sys

import pytest

from tests.components.small_disk import fill, small_disk
from tests.components.soak import part
from tests.fakes.repository import CANARY, NOW, ROOT, make_repository
from tests.fakes.terminal import on_terminal

ROWS = part(20_000, 1_000_000)
MAX_KB = 100_000
MEASURED = """
import sys
from statusgen.cli.main import main
sys.argv = sys.argv[1:]
try:
    main()
finally:
    status = dict(line.split(":", 1) for line in open("/proc/self/status"))
    print(status["VmHWM"].split()[0], file=sys.stderr)
"""
"""Tells the most memory that it had at a time, in kB: its own, not that of whoever started it."""
MIXED = f"""email,components,language
ann@example.com,checkout,
{CANARY},cart,
bob(at)example.com,,
Ann@example.com,,de
"cy@example.com"x,,
dee@example.com,search,en
"""


@pytest.fixture
def repository(tmp_path):
    return make_repository(tmp_path / "repository")


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text(MIXED, encoding="utf-8")
    return path


def number_of(repository):
    return len(repository.run("subscribers", "list", "--json").json)


def test_by_default_bad_rows_refuse_the_whole_file_each_by_its_line(repository, file):
    done = repository.run("subscribers", "import", file)

    assert done.code == 1
    for line in (3, 4, 5, 6):
        assert f"people.csv:{line}: " in done.err
    assert "4 problems; nothing was done" in done.err
    assert "example.com" not in done.err.replace("name@example.com", "")
    assert number_of(repository) == 0
    assert not file.with_suffix(".bad.csv").exists()


def test_bad_rows_can_be_skipped_and_are_in_a_file_with_the_reason(repository, file):
    done = repository.run("subscribers", "import", file, "--skip-bad")

    bad = file.with_suffix(".bad.csv")
    header, *rows = bad.read_text(encoding="utf-8").splitlines()
    assert done.code == 0, done.err
    assert done.out == "2 subscribers added, 0 updated\n"
    assert "skipped: 4 bad rows in" in done.err
    assert CANARY not in done.out + done.err
    assert header == "email,components,language,reason"
    assert rows[0].startswith(f"{CANARY},cart,,\"unknown component 'cart'; the components are ")
    assert [row.split(",")[0] for row in rows[1:]] == [
        "bob(at)example.com",
        "Ann@example.com",
        '"""cy@example.com""x',
    ]
    assert bad.stat().st_mode & 0o077 == 0


def test_mended_rows_are_imported_from_that_file(repository, file):
    repository.run("subscribers", "import", file, "--skip-bad")
    bad = file.with_suffix(".bad.csv")
    header, first, *_ = bad.read_text(encoding="utf-8").splitlines()
    bad.write_text(f"{header}\n{first.replace('cart', 'checkout')}\n", encoding="utf-8")

    done = repository.run("subscribers", "import", bad)

    assert (done.code, done.out) == (0, "1 subscriber added, 0 updated\n")


def test_a_file_of_bad_rows_is_never_written_over(repository, file):
    bad = file.with_suffix(".bad.csv")
    bad.write_text("mine", encoding="utf-8")

    done = repository.run("subscribers", "import", file, "--skip-bad")

    assert done.code == 2
    assert "is there already" in done.err
    assert bad.read_text(encoding="utf-8") == "mine"
    assert number_of(repository) == 0


def test_without_bad_rows_there_is_no_file(repository, file):
    file.write_text("email\nann@example.com\n", encoding="utf-8")

    done = repository.run("subscribers", "import", file, "--skip-bad", "--json")

    assert (done.json["added"], done.json["bad"], done.json["bad_file"]) == (1, 0, None)
    assert not file.with_suffix(".bad.csv").exists()


def test_a_wrong_header_is_refused_whoever_skips_rows(repository, file):
    file.write_text("name,email,x@example.com\na,ann@example.com,\n", encoding="utf-8")

    done = repository.run("subscribers", "import", file, "--skip-bad")

    assert done.code == 1
    assert "unknown column 'name'" in done.err
    assert not file.with_suffix(".bad.csv").exists()


def test_a_long_file_is_read_row_by_row(repository, file):
    with file.open("w", encoding="utf-8") as out:
        out.write("email\n")
        out.writelines(f"reader{number}@example.com\n" for number in range(ROWS))
        out.write("reader7@example.com\n")

    run = ["statusgen", "-C", repository.root, "--now", NOW, "subscribers", "import", file]
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, *map(str, run), "--skip-bad"],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert int(done.stderr.split()[-1]) < MAX_KB
    assert "the address of line 9 again" in file.with_suffix(".bad.csv").read_text()


@pytest.mark.component("mounting")
@pytest.mark.parametrize("spoiled", [1, 40], ids=["a few bad rows", "many bad rows"])
def test_on_a_full_disk_neither_good_rows_nor_bad_ones_are_taken(repository, tmp_path, spoiled):
    disk = tmp_path / "disk"
    disk.mkdir()
    with small_disk(disk, 64 << 10):
        file = disk / "people.csv"
        bad = f"{'x' * 400}(at)example.com\n" * spoiled
        file.write_text(f"email\nann@example.com\n{bad}", encoding="utf-8")
        fill(disk)
        done = repository.run_apart("subscribers", "import", file, "--skip-bad")
        left = sorted(one.name for one in disk.iterdir())

    assert done.code == 4
    assert "make room and run the command again" in done.err
    assert left == ["ballast", "people.csv"]
    assert number_of(repository) == 0


def test_a_long_import_shows_how_far_it_is(repository, file):
    rows = "\n".join(f"reader{number}@example.com" for number in range(5000))
    file.write_text(f"email\n{rows}\n", encoding="utf-8")

    with on_terminal(repository.root, "subscribers", "import", file, now=NOW) as terminal:
        code = terminal.wait_for_the_end()

    assert code == 0
    assert "Importing" in terminal.shown
    assert "of 5,001" in terminal.shown
    assert "5,000 subscribers added" in terminal.shown


@pytest.mark.parametrize("way", ["status", "alias"])
def test_a_list_of_the_repository_is_no_link_whatever_leads_to_the_repository(
    repository, tmp_path, way
):
    secret = tmp_path / "secret.csv"
    secret.write_text("email\nann@example.com\n", encoding="utf-8")
    (repository.root / "people.csv").symlink_to(secret)
    (tmp_path / "alias").symlink_to(repository.root)
    root = repository.root if way == "status" else tmp_path / way

    done = repository.run("subscribers", "import", root / "people.csv")

    assert done.code == 2
    assert "a symbolic link" in done.err
    assert number_of(repository) == 0
