"""The shape of the code, as data and as rules over every import."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "statusgen"

# Rooms by purpose, from the bottom up: a module imports its own room and those below.
ROOMS = (
    *("errors", "values", "words", "config", "content", "page", "targets", "mail", "publish"),
    *("doctor", "cli", "__main__"),
)

# Where disk, network, processes and threads are: whoever reads any other module reads values.
# Those in the second set are opened by the composition alone, which knows what stands behind what.
EDGES = {
    *(
        "config.places",
        "config.reader",
    ),
    *("content.entries.tree",),
    *(
        "content.git",
        "content.installation",
        "content.spool",
        "content.starter",
        "content.workforce",
        "content.write",
    ),
    *("targets.pack",),
    *(
        "words.process_limits",
        "words.repository_files",
        "words.template_files",
        "words.templates",
    ),
}
OPENED_BY_THE_COMPOSITION = {
    *("content.cache_file",),
    *("doctor.dns_records",),
    *(
        "mail.bounces.child_reader",
        "mail.bounces.imap",
        "mail.bounces.maildir",
        "mail.bounces.sqs",
    ),
    *(
        "mail.database.accounts",
        "mail.database.adding",
        "mail.database.address_book",
        "mail.database.choosing",
        "mail.database.concluding",
        "mail.database.delivering",
        "mail.database.engine",
        "mail.database.examining",
        "mail.database.failure",
        "mail.database.ledger",
        "mail.database.lock",
        "mail.database.log_file",
        "mail.database.migrating",
        "mail.database.patient_connection",
        "mail.database.recording",
        "mail.database.schema",
        "mail.database.senders",
        "mail.database.sending",
        "mail.database.server",
        "mail.database.sqlite_file",
        "mail.database.strikes",
        "mail.database.updates",
        "mail.database.withdrawing",
        "mail.database.witnesses",
    ),
    *(
        "mail.database.migrations.v1",
        "mail.database.migrations.v2",
        "mail.database.migrations.v3",
    ),
    *(
        "mail.transports.machine_name",
        "mail.transports.maildir",
        "mail.transports.ses",
        "mail.transports.ses_account",
        "mail.transports.ses_replies",
        "mail.transports.smtp",
        "mail.transports.smtp_transfer",
        "mail.transports.smtp_wire",
    ),
    *("publish.preview_server",),
    *(
        "targets.disk",
        "targets.files",
        "targets.folder",
        "targets.process",
        "targets.public_page",
        "targets.threads",
        "targets.watchdog",
    ),
    *(
        "targets.s3.answers",
        "targets.s3.bucket",
        "targets.s3.claims",
        "targets.s3.client",
        "targets.s3.errors",
        "targets.s3.hooks",
        "targets.s3.marks",
        "targets.s3.storage",
    ),
}
COMPOSITION = "cli.composition"

# What no module but an edge imports.
OUTSIDE = {
    *("aiosmtplib", "boto3", "botocore", "dns", "fcntl", "http", "imaplib", "mailbox"),
    *("multiprocessing", "os", "psutil", "psycopg", "resource", "select", "shutil", "signal"),
    *("smtplib", "socket", "sqlalchemy", "sqlite3", "ssl", "subprocess", "tempfile", "watchfiles"),
}

# Loaded by the commands that need them, never at start-up.
HEAVY = (
    *("boto3", "botocore", "sqlalchemy", "alembic", "feedgen", "icalendar", "aiosmtplib", "rich"),
    *("dns", "flufl", "watchfiles"),
)

MAX_LINES = 300
LONGER_MODULES: dict[str, str] = {}  # module: why it is one thing

# Libraries that may be imported in more than one folder: why.
SHARED_LIBRARIES: dict[str, str] = {
    "msgspec": "its structs are what values are, and its codec is what the cache holds of them",
    "boto3": "one SDK for three services, each in the room that it serves: S3, SES and SQS",
    "botocore": "the same",
}


@dataclass(frozen=True, slots=True)
class Import:
    """One import statement: who imports what, where, and whether only when called."""

    importer: str
    imported: str
    path: Path
    line: int
    is_lazy: bool

    def __str__(self) -> str:
        return f"{self.path.relative_to(PACKAGE.parent)}:{self.line} imports {self.imported}"


def module_name(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def modules() -> dict[str, Path]:
    return {module_name(path): path for path in sorted(PACKAGE.rglob("*.py"))}


@cache
def imports() -> tuple[Import, ...]:
    return tuple(
        found for name, path in modules().items() for found in imports_of(name, path, parse(path))
    )


@cache
def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports_of(name: str, path: Path, tree: ast.Module) -> Iterator[Import]:
    lazy = {
        inner
        for outer in ast.walk(tree)
        if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(outer)
    }
    for node in ast.walk(tree):
        for imported in imported_names(node):
            yield Import(name, imported, path, node.lineno, node in lazy)


def imported_names(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Import(names=names):
            yield from (alias.name for alias in names)
        case ast.ImportFrom(level=level) if level:
            yield "a relative import"
        case ast.ImportFrom(module=str(module), names=names):
            for alias in names:
                inner = f"{module}.{alias.name}"
                yield inner if inner in modules() else module


def inner(module: str) -> str:
    """Return the name below statusgen, such as `content.archive`."""
    return module.removeprefix("statusgen").removeprefix(".")


def room(module: str) -> str:
    """Return the room that a module is in, such as `content`."""
    return inner(module).split(".")[0]


def ours() -> Iterator[Import]:
    return (found for found in imports() if found.imported.split(".")[0] == "statusgen")


def is_edge(module: str) -> bool:
    name = inner(module)
    return name in EDGES | OPENED_BY_THE_COMPOSITION or room(module) in {"cli", "__main__"}


def test_every_module_is_in_a_room():
    assert [name for name in modules() if room(name) not in {*ROOMS, ""}] == []


def test_imports_are_absolute():
    assert [str(found) for found in imports() if found.imported == "a relative import"] == []


def test_imports_point_down_the_rooms():
    wrong = [
        str(found)
        for found in ours()
        if room(found.importer)
        and room(found.imported)
        and ROOMS.index(room(found.imported)) > ROOMS.index(room(found.importer))
    ]

    assert wrong == []


def test_the_outside_is_met_at_the_edges_only():
    wrong = [
        str(found)
        for found in imports()
        if found.imported.split(".")[0] in OUTSIDE and not is_edge(found.importer)
    ]

    assert wrong == []


def test_the_edges_are_modules():
    assert {f"statusgen.{one}" for one in EDGES | OPENED_BY_THE_COMPOSITION} <= modules().keys()


def test_what_the_composition_opens_is_seen_by_no_other_and_only_when_asked():
    wrong = [
        str(found)
        for found in ours()
        if inner(found.imported) in OPENED_BY_THE_COMPOSITION
        and inner(found.importer) not in OPENED_BY_THE_COMPOSITION
        and not (inner(found.importer) == COMPOSITION and found.is_lazy)
    ]

    assert wrong == []


def test_only_the_command_line_sees_the_composition():
    wrong = [
        str(found)
        for found in ours()
        if inner(found.imported) == COMPOSITION and room(found.importer) != "cli"
    ]

    assert wrong == []


@pytest.mark.parametrize("unit", ["module", "room"])
def test_there_are_no_import_cycles(unit):
    graph: dict[str, set[str]] = {}
    for found in ours():
        pair = (found.importer, found.imported)
        importer, imported = pair if unit == "module" else map(room, pair)
        if importer != imported:
            graph.setdefault(importer, set()).add(imported)

    try:
        tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail(" -> ".join(reversed(error.args[1])))


def test_each_library_has_one_home():
    homes: dict[str, set[str]] = {}
    for found in imports():
        library = found.imported.split(".")[0]
        if library not in sys.stdlib_module_names and library != "statusgen":
            folder = found.path.parent.relative_to(PACKAGE)  # and what lies in it
            homes.setdefault(library, set()).add("/".join(folder.parts[:2]))

    scattered = {
        library: sorted(folders)
        for library, folders in homes.items()
        if not are_one_home(folders) and library not in SHARED_LIBRARIES
    }

    assert scattered == {}


def are_one_home(folders: set[str]) -> bool:
    """Whether all are in one folder, or below it."""
    home = min(folders, key=len)
    return all(folder == home or folder.startswith(f"{home}/") for folder in folders)


def test_a_package_says_what_it_is_for_and_nothing_more():
    wrong = []
    for name, path in modules().items():
        if path.name != "__init__.py":
            continue
        tree = parse(path)
        allowed = 2 if name == "statusgen" else 1  # the version
        if ast.get_docstring(tree) is None or len(tree.body) != allowed:
            wrong.append(name)

    assert wrong == []


def test_no_class_name_stands_for_two_things():
    homes: dict[str, list[str]] = {}
    for name, path in modules().items():
        for node in parse(path).body:
            if isinstance(node, ast.ClassDef):
                homes.setdefault(node.name, []).append(name)

    assert {name: found for name, found in homes.items() if len(found) > 1} == {}


def test_modules_say_what_they_hold_and_stay_short():
    nameless = [name for name, path in modules().items() if ast.get_docstring(parse(path)) is None]
    long = {
        name
        for name, path in modules().items()
        if len(path.read_text(encoding="utf-8").splitlines()) > MAX_LINES
    }

    assert nameless == []
    assert long == set(LONGER_MODULES)


def test_no_heavy_library_is_loaded_at_start_up():
    code = "import sys, statusgen.cli.main; print(*sys.modules)"

    loaded = subprocess.check_output([sys.executable, "-c", code], text=True).split()

    assert [library for library in HEAVY if library in loaded] == []
