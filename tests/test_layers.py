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

# From the bottom up; a module imports its own layer and those below.
LAYERS = (
    {"errors", "model"},
    {"config", "entries", "prose", "ports", "repository_files", "template_files", "template_words"}
    | {"templates", "process_limits"},
    {"site", "feeds", "badges", "api", "letters", "inbound"},
    {"plan"},
    {"apply"},
    {"usecases"},
    {"cli"},
    {"__main__"},
)
ADAPTERS_SEE = {"errors", "model", "ports", "adapters"}
COMPOSITION = "composition"
COMPOSITION_IS_SEEN_BY = {"cli", COMPOSITION}

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


def part(module: str) -> str:
    """Return the part of statusgen that a module belongs to, such as `model`."""
    return [*module.split("."), ""][1]


def ours() -> Iterator[Import]:
    return (found for found in imports() if found.imported.split(".")[0] == "statusgen")


def rank(name: str) -> int:
    return next(number for number, layer in enumerate(LAYERS) if name in layer)


def test_every_module_has_a_layer():
    known = set.union(*LAYERS) | {"adapters", COMPOSITION, ""}

    strangers = [name for name in modules() if part(name) not in known]

    assert strangers == []


def test_imports_are_absolute():
    assert [str(found) for found in imports() if found.imported == "a relative import"] == []


def test_imports_point_down_the_layers():
    special = {"adapters", COMPOSITION, ""}

    wrong = [
        str(found)
        for found in ours()
        if not {part(found.importer), part(found.imported)} & special
        and rank(part(found.imported)) > rank(part(found.importer))
    ]

    assert wrong == []


def test_adapters_see_errors_model_and_ports_only():
    wrong = [
        str(found)
        for found in ours()
        if part(found.importer) == "adapters" and part(found.imported) not in ADAPTERS_SEE
    ]

    assert wrong == []


def test_only_the_composition_sees_adapters_and_only_when_asked():
    wrong = [
        str(found)
        for found in ours()
        if part(found.imported) == "adapters"
        and part(found.importer) != "adapters"
        and not (part(found.importer) == COMPOSITION and found.is_lazy)
    ]

    assert wrong == []


def test_only_the_command_line_sees_the_composition():
    wrong = [
        str(found)
        for found in ours()
        if part(found.imported) == COMPOSITION
        and part(found.importer) not in COMPOSITION_IS_SEEN_BY
    ]

    assert wrong == []


@pytest.mark.parametrize("unit", ["module", "part"])
def test_there_are_no_import_cycles(unit):
    graph: dict[str, set[str]] = {}
    for found in ours():
        pair = (found.importer, found.imported)
        importer, imported = pair if unit == "module" else map(part, pair)
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
