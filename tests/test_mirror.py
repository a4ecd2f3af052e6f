"""The test tree mirrors the package, so that the tests of a module are where one looks for them."""

from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "statusgen"
TESTS = ROOT / "tests"

# Tests of the whole rather than of a module.
OF_THE_PROJECT = {
    "docs",
    "guards",
    "layers",
    "locked",
    "mirror",
    "packaging",
    "security",
    "site.in_a_browser",
    "templates_folder",
}
# Folders that hold no mirror: whole journeys, and what tests are made of.
OTHER_FOLDERS = {"broken", "components", "fakes", "golden", "journeys"}

WITHOUT_TESTS_OF_THEIR_OWN = {
    "__main__": "one call; tests/test_packaging.py runs it",
    "model.subscriber": "values without a rule of their own",
    "ports": "protocols: the contract suites in tests/adapters run their implementations",
}


def name_of(path: Path, top: Path) -> str:
    return ".".join(path.relative_to(top).with_suffix("").parts)


def module_names() -> set[str]:
    return {name_of(path, PACKAGE) for path in PACKAGE.rglob("*.py") if path.stem != "__init__"}


def package_names() -> set[str]:
    return {name_of(path.parent, PACKAGE) for path in PACKAGE.glob("*/**/__init__.py")}


def mirrored_names() -> dict[str, Path]:
    """Return what each test file is named after: `model.update` for tests/model/test_update.py."""
    return {
        name_of(path.with_name(path.name.removeprefix("test_")), TESTS): path.relative_to(ROOT)
        for path in TESTS.rglob("test_*.py")
        if path.relative_to(TESTS).parts[0] not in OTHER_FOLDERS
    }


def is_named_after(name: str, module: str) -> bool:
    """`plan.mail_brakes` is named after `plan.mail`: one aspect of it."""
    return name == module or name.startswith(module + "_")


def test_every_test_file_is_named_after_a_module_or_a_package():
    contracts = {name.replace("ports.", "adapters.") + "_contract" for name in module_names()}
    names = module_names() | package_names() | contracts | OF_THE_PROJECT

    strays = [
        path.as_posix()
        for name, path in mirrored_names().items()
        if not any(is_named_after(name, module) for module in names)
    ]

    assert strays == []


def test_every_module_has_tests():
    names = mirrored_names()

    untested = [
        module
        for module in sorted(module_names())
        if not any(is_named_after(name, module) for name in names)
        and module not in WITHOUT_TESTS_OF_THEIR_OWN
        and module.split(".")[0] not in WITHOUT_TESTS_OF_THEIR_OWN
    ]

    assert untested == []
