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
    "page.site.in_a_browser",
    "templates_folder",
}
# Folders that hold no mirror: whole journeys, and what tests are made of.
OTHER_FOLDERS = {"broken", "components", "fakes", "golden", "journeys"}

WITHOUT_TESTS_OF_THEIR_OWN = {
    "__main__": "one call; tests/test_packaging.py runs it",
    "mail.subscribers.subscriber": "values without a rule of their own",
    **dict.fromkeys(
        (
            *(
                "content.cache",
                "targets.storage",
                "targets.web",
                "mail.ledger",
                "doctor.domain_names",
            ),
            *("mail.bounces.mailbox", "mail.subscribers.address_book", "publish.preview_port"),
            *("mail.transports.senders", "mail.transports.transport"),
        ),
        "protocols, and what they speak of: the tests of their implementations run them",
    ),
}


def name_of(path: Path, top: Path) -> str:
    return ".".join(path.relative_to(top).with_suffix("").parts)


def module_names() -> set[str]:
    return {name_of(path, PACKAGE) for path in PACKAGE.rglob("*.py") if path.stem != "__init__"}


def package_names() -> set[str]:
    return {name_of(path.parent, PACKAGE) for path in PACKAGE.glob("*/**/__init__.py")}


def mirrored_names() -> dict[str, Path]:
    """Return what each test file is named after: `mail.edits` for tests/mail/test_edits.py."""
    return {
        name_of(path.with_name(path.name.removeprefix("test_")), TESTS): path.relative_to(ROOT)
        for path in TESTS.rglob("test_*.py")
        if path.relative_to(TESTS).parts[0] not in OTHER_FOLDERS
    }


def is_named_after(name: str, module: str) -> bool:
    """`mail.plan_brakes` is named after `mail.plan`: one aspect of it."""
    return name == module or name.startswith(module + "_")


def test_every_test_file_is_named_after_a_module_or_a_package():
    contracts = {name + "_contract" for name in module_names()}
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
    ]

    assert untested == []
