"""The Nu HTML checker, the W3C's own: what is wrong with the pages in a folder."""

import json
import subprocess
from pathlib import Path

from tests.components.available import VNU_JAR, java
from tests.components.clock import not_moved


def html_errors(*paths: Path) -> tuple[str, ...]:
    """Check files, and every HTML file in folders; return one line for each error, none if valid.

    It takes a second to start and three for a hundred pages: pass a folder, not page by page.
    """
    command = [java() or "java", "-Xss1m", "-jar", str(VNU_JAR)]
    command += ["--errors-only", "--format", "json", "--skip-non-html", *map(str, paths)]

    done = subprocess.run(
        command, capture_output=True, text=True, timeout=300, check=False, env=not_moved()
    )

    return tuple(
        f"{message.get('url', '')}:{message.get('lastLine', 0)}: {message['message']}"
        for message in json.loads(done.stderr)["messages"]
        if message["type"] != "info"
    )
