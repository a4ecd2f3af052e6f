"""Measures statusgen on synthetic archives, beside Pelican on the same incidents.

    make bench                      1,000 incidents and 10,000
    make bench ARGS="--size 1000"   one size only
    make bench ARGS=--publishing    publishing.py: to S3, beside aws s3 sync and rclone sync
    make bench ARGS=--mailing       mailing.py: letters a second, beside smtp-source

Prints medians, the spread, peak memory, and the ratio to the peers in the same run.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from measure import Figure, measure, print_row
from peers import install
from synthetic import NOW, next_update, write_pelican, write_statusgen

STATUSGEN = [sys.executable, "-m", "statusgen"]
AT = f"{NOW:%Y-%m-%dT%H:%M:%SZ}"


def main() -> None:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, action="append", help="incidents; may be repeated")
    parser.add_argument("--runs", type=int, help="runs of each command")
    parser.add_argument("--alone", action="store_true", help="leave the peers out")
    parser.add_argument("--publishing", action="store_true", help="measure publishing to S3")
    parser.add_argument("--mailing", action="store_true", help="measure the sending of letters")
    options = parser.parse_args()
    if options.mailing:
        _mailing(options)
        return
    if options.publishing:
        _publishing(options)
        return
    pelican = None if options.alone else install("pelican", "pelican[markdown]")
    with tempfile.TemporaryDirectory(prefix="statusgen-bench-") as folder:
        _start_up(Path(folder), options.runs or 11)
        for size in options.size or (1000, 10_000):
            runs = options.runs or (5 if size <= 1000 else 3)
            _one_size(Path(folder) / str(size), size, runs, pelican)


def _publishing(options: argparse.Namespace) -> None:
    import publishing  # noqa: PLC0415 - it needs an S3 server

    with tempfile.TemporaryDirectory(prefix="statusgen-bench-") as folder:
        sizes = options.size or (1000, 10_000)
        publishing.run(sizes, options.runs, Path(folder), alone=options.alone)


def _mailing(options: argparse.Namespace) -> None:
    import mailing  # noqa: PLC0415 - it needs Postfix

    with tempfile.TemporaryDirectory(prefix="statusgen-bench-") as folder:
        mailing.run(options.size, options.runs, Path(folder))


def _start_up(folder: Path, runs: int) -> None:
    root = folder / "five"
    write_statusgen(root, 5)
    print(f"start-up, median of {runs}")
    _row("python -c pass", measure([sys.executable, "-c", "pass"], root, runs))
    _row("statusgen --help", measure([*STATUSGEN, "--help"], root, runs))
    check = [*STATUSGEN, "--now", AT, "check"]
    _row("check, 5 incidents, cold", measure(check, root, runs, _forget(root)))
    _row("check, 5 incidents", measure(check, root, runs))


def _one_size(folder: Path, size: int, runs: int, pelican: Path | None) -> None:
    root = folder / "statusgen"
    write_statusgen(root, size)
    print(f"\n{size:,} incidents of four updates, median of {runs}")
    build = [*STATUSGEN, "--now", AT, "build"]
    check = [*STATUSGEN, "--now", AT, "check"]
    cold = measure(build, root, runs, _forget(root))
    again = measure(build, root, runs, next_update(root))
    unchanged = measure(build, root, runs)
    checked_cold = measure(check, root, runs, _forget(root))
    checked = measure(check, root, runs)
    peer_cold, peer_again = _peer(folder / "pelican", size, min(runs, 3), pelican)
    _row("cold build", cold, peer_cold)
    _row("build after one new update", again, peer_again)
    _row("build, nothing new", unchanged)
    _row("check, cold", checked_cold)
    _row("check", checked)
    if peer_cold and peer_again:
        _row("Pelican, cold", peer_cold)
        _row("Pelican with its cache, after one new article", peer_again)


def _peer(
    root: Path, size: int, runs: int, pelican: Path | None
) -> tuple[Figure | None, Figure | None]:
    if pelican is None:
        return None, None
    write_pelican(root, size)

    def forget() -> None:
        for name in ("output", "cache"):
            shutil.rmtree(root / name, ignore_errors=True)

    cold = measure([pelican, "content", "-s", "plain.py", "-q"], root, runs, forget)
    forget()
    cached = [pelican, "content", "-s", "cached.py", "-q"]
    measure(cached, root, 1)
    counter = iter(range(1_000_000))

    def new_article() -> None:
        number = next(counter)
        text = f"Title: New\nDate: 2026-11-20 11:{number % 60:02d}\nSlug: new-{number}\n\nNew.\n"
        (root / "content" / f"new-{number}.md").write_text(text, encoding="utf-8")

    return cold, measure(cached, root, runs, new_article)


def _forget(root: Path) -> Callable[[], None]:
    def forget() -> None:
        for name in (".statusgen", "_site"):
            shutil.rmtree(root / name, ignore_errors=True)

    return forget


def _row(name: str, figure: Figure, peer: Figure | None = None) -> None:
    print_row(name, figure, f"{figure.wall_s / peer.wall_s:6.2f} of Pelican" if peer else "")


if __name__ == "__main__":
    main()
