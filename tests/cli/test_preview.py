"""`preview` as a running command: pages, letters, and a save that is seen."""

import contextlib
import signal
import time
from urllib.request import urlopen

from tests.fakes.repository import FIRST, ID, make_repository

TIMEOUT_S = 60


def fetch(url):
    with urlopen(url, timeout=60) as answer:
        return answer.read().decode()


def test_a_save_is_seen_and_an_interrupt_ends_it(tmp_path):
    repository = make_repository(tmp_path)
    draft = "---\nstatus: identified\nat: 2026-11-21T02:08:00Z\ndraft: true\n---\nA draft word.\n"
    repository.write(f"{ID}/02-identified.md", draft)
    process = repository.start_apart("preview", "--port", "0", PYTHONUNBUFFERED="1")
    try:
        url = process.stdout.readline().split()[1].rstrip("/")
        mails = process.stdout.readline().split()[1]
        page = f"{url}/incidents/{ID}.html"
        before, letters = fetch(page), fetch(mails)
        after = save_until_seen(repository, page)
    finally:
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=TIMEOUT_S)

    assert "A draft word." in before
    assert "Investigating" in letters
    assert "a half of payments" in after
    assert process.returncode == 130
    assert "Traceback" not in err


def save_until_seen(repository, page):
    deadline = time.monotonic() + TIMEOUT_S
    found = ""
    while "a half of payments" not in found and time.monotonic() < deadline:
        text = FIRST.replace("one in three", "a half of")
        repository.write(f"{ID}/01-investigating.md", text)
        time.sleep(0.3)
        with contextlib.suppress(OSError):
            found = fetch(page)
    return found
