"""The documentation says what is so: links lead somewhere, commands and options exist."""

import os
import re
import shlex
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import click
import pytest

ROOT = Path(__file__).parents[1]
PAGES = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md")))
FENCE = re.compile(r"^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\((?P<target>[^)\s]+)\)")
EXIT_CODES = (0, 1, 2, 3, 4, 5, 130)

in_each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


@cache
def command_line() -> click.Group:
    from statusgen.cli.main import cli  # noqa: PLC0415 - a broken one fails its tests only

    return cli


def children(group: click.Group) -> dict[str, click.Command]:
    """Return a group's commands; ours are found by name only, imported when named."""
    context = click.Context(group)
    found = {name: group.get_command(context, name) for name in group.list_commands(context)}
    return {name: command for name, command in found.items() if command is not None}


def commands(group: click.Group, prefix: str = "") -> dict[str, click.Command]:
    """Return every command by its words, such as `subscribers import`."""
    found: dict[str, click.Command] = {}
    for name, command in children(group).items():
        if isinstance(command, click.Group):
            found |= commands(command, f"{prefix}{name} ")
        else:
            found[f"{prefix}{name}"] = command
    return found


def prose_and_code() -> str:
    return "\n".join(page.read_text(encoding="utf-8") for page in PAGES)


def shown_lines(page: Path, program: str) -> list[list[str]]:
    """Return the lines of a page's code blocks that run a program, as words."""
    lines = [
        line.strip().removeprefix("$ ")
        for block in FENCE.finditer(page.read_text(encoding="utf-8"))
        if block["language"] in {"", "sh", "bash", "shell", "console"}
        for line in block["text"].replace("\\\n", " ").splitlines()
    ]
    return [
        shlex.split(part, comments=True)
        for line in lines
        for part in line.split(" && ")
        if part.split()[:1] == [program]
    ]


def heading_anchors(page: Path) -> set[str]:
    """Return the anchors that a forge gives to a page's headings."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def unknown_words(words: list[str]) -> list[str]:
    """Return the command or the options of a shown line that do not exist."""
    command: click.Command = command_line()
    options = {option for parameter in command.params for option in parameter.opts}
    for word in words[1:]:
        if isinstance(command, click.Group) and word in children(command):
            command = children(command)[word]
            options |= {option for parameter in command.params for option in parameter.opts}
    name = [] if not isinstance(command, click.Group) or "--help" in words else [" ".join(words)]
    flags = {word.split("=")[0] for word in words[1:] if word.startswith("--")}
    return [*name, *sorted(flags - options - {"--help", "--version"})]


def command_reference() -> str:
    """Return `docs/commands.md` as the help texts make it."""
    sections = [
        "# Commands",
        (
            "What `--help` says of each, in the order of an incident. "
            "`REGENERATE_COMMANDS=1 make test ARGS=tests/test_docs.py` writes this page anew."
        ),
    ]
    for name, command in {"": command_line(), **commands(command_line())}.items():
        words = f"statusgen {name}".strip()
        context = click.Context(
            command, info_name=words, terminal_width=88, help_option_names=["-h", "--help"]
        )
        sections += [f"## `{words}`", f"```text\n{command.get_help(context).strip()}\n```"]
    return "\n\n".join(sections) + "\n"


@in_each_page
def test_relative_links_lead_somewhere(page):
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    broken = []
    for match in LINK.finditer(text):
        url = urlsplit(match["target"])
        target = page.parent / url.path if url.path else page
        if url.scheme:
            continue
        if not target.exists() or (
            url.fragment and target.suffix == ".md" and url.fragment not in heading_anchors(target)
        ):
            broken.append(match["target"])

    assert broken == []


@in_each_page
def test_shown_commands_and_options_exist(page):
    wrong = [unknown_words(words) for words in shown_lines(page, "statusgen")]

    assert [words for words in wrong if words] == []


@in_each_page
def test_shown_make_targets_exist(page):
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))

    shown = {word for words in shown_lines(page, "make") for word in words[1:] if "=" not in word}

    assert shown <= targets


def test_every_command_is_documented():
    text = prose_and_code()

    missing = [name for name in commands(command_line()) if f"statusgen {name}" not in text]

    assert missing == []


def test_the_command_reference_is_current():
    reference = ROOT / "docs" / "commands.md"
    if os.environ.get("REGENERATE_COMMANDS"):
        reference.write_text(command_reference(), encoding="utf-8")

    assert reference.read_text(encoding="utf-8") == command_reference()


def test_every_exit_code_is_documented():
    text = prose_and_code()

    rows = set(re.findall(r"^\| *`?(\d+)`? *\|", text, re.MULTILINE))
    missing = [code for code in EXIT_CODES if str(code) not in rows]

    assert missing == []


def test_every_command_says_what_it_does():
    silent = [name for name, command in commands(command_line()).items() if not command.help]

    assert silent == []


def test_the_change_log_has_an_open_section_and_the_version():
    from statusgen import __version__  # noqa: PLC0415 - needed here only

    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")

    assert "## Unreleased" in text or f"## {__version__}" in text
