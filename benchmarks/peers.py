"""The programs that statusgen is measured beside, in an environment of their own."""

import subprocess
import sys
from pathlib import Path

PEERS = Path(__file__).parent.parent / ".components" / "peers"


def install(program: str, package: str) -> Path:
    """Install the package of a program from PyPI unless it is there; returns its path."""
    path = PEERS / "bin" / program
    if not path.exists():
        python = PEERS / "bin" / "python"
        if not python.exists():
            subprocess.run([sys.executable, "-m", "venv", PEERS], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", package], check=True)
    return path
