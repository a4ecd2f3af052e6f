"""A status repository on disk, and the command line run on it: in this process, or apart."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from typing import Any
from unittest.mock import patch

from statusgen.cli.main import main

ROOT = Path(__file__).parents[2]
NOW = "2026-11-21T02:10:00Z"
ID = "2026-11-21-checkout-errors"
CANARY = "canary.reader@example.com"
"""An address that no output may hold."""

FOLDER_TARGET = 'url = "folder:public"'
FOLDER_MAIL = 'transport = "folder:outbox"'

_CONFIG = """\
[page]
name = "Acme Status"
service = "Acme"
url = "https://status.example.com"

[[components]]
id = "checkout"
name = "Checkout"
group = "Shop"

[[components]]
id = "search"
name = "Search"
group = "Shop"

[[components]]
id = "api"
name = "API"
"""

_MAIL = """
[mail]
from = "Acme Status <status@example.com>"
unsubscribe_mailto = "unsubscribe@example.com"
"""

FIRST = """\
---
title: Increased error rates on checkout
severity: SEV1
status: investigating
at: 2026-11-21T02:04:00Z
components:
  checkout: major_outage
---
About one in three payments fails.
"""


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository below `root`."""

    root: Path

    def run(self, *arguments: object, now: str = NOW, folder: Path | None = None) -> Ran:
        """Run `statusgen ARGUMENTS` in this process."""
        command = ["statusgen", "-C", str(folder or self.root), "--now", now, *map(str, arguments)]
        out, err = io.StringIO(), io.StringIO()
        code = 0
        with (
            patch.object(sys, "argv", command),
            patch.object(sys, "stdin", io.StringIO()),
            redirect_stdout(out),
            redirect_stderr(err),
        ):
            try:
                main()
            except SystemExit as done:
                code = int(done.code or 0)
        return Ran(code, out.getvalue(), err.getvalue())

    def start_apart(
        self, *arguments: object, now: str = NOW, **environment: str
    ) -> "subprocess.Popen[str]":
        """Start `statusgen ARGUMENTS` in a process of its own."""
        command = [sys.executable, "-m", "statusgen", "-C", str(self.root), "--now", now]
        return subprocess.Popen(
            [*command, *map(str, arguments)],
            env=os.environ | {"PYTHONPATH": str(ROOT)} | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run_apart(self, *arguments: object, now: str = NOW, **environment: str) -> Ran:
        """Run `statusgen ARGUMENTS` in a process of its own."""
        process = self.start_apart(*arguments, now=now, **environment)
        out, err = process.communicate(timeout=120)
        return Ran(process.returncode, out, err)

    def write(self, name: str, text: str) -> Path:
        """Write a file below `incidents/`."""
        path = self.root / "incidents" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def write_update(
        self, name: str, status: str, at: str, body: str = "We know more.", **keys: str
    ):
        """Write an update of the incident that every repository here begins with."""
        rows = "".join(f"{key}: {value}\n" for key, value in keys.items())
        day = at if "-" in at else f"2026-11-21T{at}:00Z"
        text = f"---\nstatus: {status}\nat: {day}\n{rows}---\n{body}\n"
        return self.write(f"{ID}/{name}.md", text)

    def configure(
        self,
        *targets: str,
        mail: str | None = FOLDER_MAIL,
        extra: str = "",
    ) -> None:
        """Write statusgen.toml; each target is the text of its table."""
        tables = "".join(f"\n[[targets]]\n{one}\n" for one in targets or (FOLDER_TARGET,))
        letters = f"{_MAIL}{mail}\n" if mail is not None else ""
        text = f"{_CONFIG}{tables}{letters}\n{extra}\n"
        (self.root / "statusgen.toml").write_text(text, encoding="utf-8")

    def subscribe(self, *addresses: str, **keys: str) -> None:
        """Import subscribers; `keys` are further columns, alike for all."""
        header = ",".join(["email", *keys])
        rows = "\n".join(",".join([one, *keys.values()]) for one in addresses)
        self.import_csv(f"{header}\n{rows}\n")

    def import_csv(self, text: str) -> None:
        path = self.root / "people.csv"
        path.write_text(text, encoding="utf-8")
        done = self.run("subscribers", "import", path)
        assert done.code == 0, done.err
        path.unlink()

    def letters(self) -> list[EmailMessage]:
        """What is in the outbox, by file name."""
        folder = self.root / "outbox" / "new"
        return parse_letters(path.read_bytes() for path in sorted(folder.glob("*.eml")))

    def page(self, key: str = "index.html") -> str:
        """What the folder target serves."""
        return (self.root / "public" / key).read_text(encoding="utf-8")


def make_repository(root: Path, *targets: str, **settings: Any) -> Repository:
    """Return a repository with one open SEV1 incident on checkout."""
    root.mkdir(parents=True, exist_ok=True)
    repository = Repository(root)
    repository.configure(*targets, **settings)
    repository.write(f"{ID}/01-investigating.md", FIRST)
    return repository


def parse_letters(letters: Iterable[bytes]) -> list[EmailMessage]:
    parser = BytesParser(policy=default)
    return [parser.parsebytes(one) for one in letters]


def tree(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder with its bytes, our bookkeeping left out."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "_statusgen" not in path.parts
    }
