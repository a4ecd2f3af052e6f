"""`init`: a new status repository that builds, publishes to a folder and mails into a folder."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from statusgen.errors import UsageError
from statusgen.values.notation import format_instant
from statusgen.words.repository_files import write_new_file
from statusgen.words.unwritable import unwritten

_UNKNOWN_SOURCE = "${{ vars.STATUSGEN }}"

_CONFIG = """\
# Everything about the page. Every key: docs/configuration.md. Secrets never stand here.

[page]
name = "Acme Status"
service = "Acme"
url = "https://status.example.com"
timezone = "UTC"
support = "https://example.com/support"

[[components]]
id = "website"
name = "Website"
description = "Pages and sign-in"
since = {day}    # uptime is counted from here

[[components]]
id = "checkout"
name = "Checkout"
group = "Shop"
since = {day}

[[components]]
id = "api"
name = "API"
group = "Shop"
since = {day}

# Where the page goes: a folder, or url = "s3://bucket/optional/prefix".
[[targets]]
url = "folder:public"

# How letters leave: a folder of mail files, or smtp://user@relay.example.com:587
# with the password in the environment as STATUSGEN_SMTP_PASSWORD.
[mail]
from = "Acme Status <status@example.com>"
transport = "folder:outbox"
unsubscribe_mailto = "unsubscribe@example.com"
"""

_IGNORE = """\
.statusgen/
_site/
public/
outbox/
*.bad.csv
"""

_WORKFLOW = """\
# Checks every change; publishes what lands on main, and what a schedule finds to be due.
# Publishing begins once the target is a bucket and the repository's variables AWS_ROLE_ARN and
# AWS_REGION are set; docs/operations.md has the role and its rights.
name: status page
on:
  push:
    branches: [main]
  pull_request:
  workflow_dispatch:
  schedule:
    # Maintenance windows begin and end, and promised updates fall due, without a commit.
    - cron: "7,22,37,52 * * * *"
permissions:
  contents: read
env:
  # What pip installs: {note}
  STATUSGEN: {source}
jobs:
  check:
    if: github.event_name != 'schedule'
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - uses: actions/setup-python@v6
        with:
          python-version: "3.12"
      - run: pip install "${STATUSGEN:?say in the variable STATUSGEN what pip is to install}"
      - run: statusgen check
      - run: statusgen build
  publish:
    if: github.ref == 'refs/heads/main' && vars.AWS_ROLE_ARN != ''
    runs-on: ubuntu-latest
    timeout-minutes: 15
    # One at a time. Of those that wait only the newest is kept, and it publishes everything.
    concurrency:
      group: publish-status-page
      cancel-in-progress: false
    permissions:
      contents: read
      id-token: write
    steps:
      - uses: actions/checkout@v5
      - uses: actions/setup-python@v6
        with:
          python-version: "3.12"
      - run: pip install "${STATUSGEN:?say in the variable STATUSGEN what pip is to install}"
      - uses: aws-actions/configure-aws-credentials@v5
        with:
          role-to-assume: ${{ vars.AWS_ROLE_ARN }}
          aws-region: ${{ vars.AWS_REGION }}
      # Without --no-mail only where the ledger is: a job has none, so it knows no subscribers.
      - run: statusgen publish --yes --no-mail
"""

_UPDATES = (
    (
        "01-investigating.md",
        timedelta(days=3),
        """\
---
title: Slow responses from the API
severity: SEV3
status: investigating
at: {at}
---
Some requests to the API take several seconds. No request fails, and the website is not affected.

Our engineers are working on it.
""",
    ),
    (
        "02-identified.md",
        timedelta(days=3) - timedelta(minutes=25),
        """\
---
status: identified
at: {at}
---
One of our database replicas fell behind and slowed down every request that read from it. We have
taken it out of rotation and expect response times to return to normal within half an hour.
""",
    ),
    (
        "03-resolved.md",
        timedelta(days=3) - timedelta(minutes=52),
        """\
---
status: resolved
at: {at}
impact: Some requests to the API took several seconds.
cause: A database replica fell behind its source.
---
Response times have been back to normal for twenty minutes, and the replica has caught up.
""",
    ),
)


def write_starter(
    folder: Path, now: datetime, installed_from: str | None = None
) -> tuple[Path, ...]:
    """A status repository in `folder`, which must be new or empty; returns what was written.

    `installed_from` is what pip installs statusgen by on other machines, None where they can't.
    The sample incident names no component, so that these may be called otherwise at once.
    """
    day = (now - _UPDATES[0][1]).date().isoformat()
    texts = {
        Path("statusgen.toml"): _CONFIG.replace("{day}", day),
        Path(".gitignore"): _IGNORE,
        Path(".github/workflows/status.yml"): _workflow(installed_from),
    }
    for name, before, text in _UPDATES:
        at = format_instant((now - before).replace(microsecond=0))
        texts[Path("incidents") / f"{day}-slow-responses-from-the-api" / name] = text.format(at=at)
    try:
        _write_all(folder, texts)
    except OSError as error:
        raise unwritten(folder, error) from error
    return tuple(texts)


def _write_all(folder: Path, texts: Mapping[Path, str]) -> None:
    """All files, or none of them and no folder: what is half done could not be begun anew."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is there already and not empty; name a new folder")
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, text in texts.items():
            write_new_file(folder, path.as_posix(), text.encode())
    except BaseException:
        for path in texts:
            with suppress(OSError):
                (folder / path).unlink()
            _remove_empty((folder / path).parent, folder)
        for one in missing:
            with suppress(OSError):
                one.rmdir()
        raise


def _remove_empty(inner: Path, outer: Path) -> None:
    with suppress(OSError):
        while inner != outer:
            inner.rmdir()
            inner = inner.parent


def _workflow(installed_from: str | None) -> str:
    if installed_from is None:
        note = "set it as a variable of the repository: statusgen @ git+https://…@COMMIT"
        source = _UNKNOWN_SOURCE
    else:
        note = "the statusgen that wrote this file. Name another one here to update."
        source = f'"{installed_from}"'
    return _WORKFLOW.replace("{note}", note).replace("{source}", source)
