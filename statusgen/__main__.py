"""`statusgen` and `python -m statusgen` begin here, so that Ctrl-C is answered from the start."""

import sys

INTERRUPTED = 130


def main() -> None:
    """Run the command line and leave with its exit code."""
    try:
        from statusgen.cli.main import main as run  # noqa: PLC0415  may be interrupted already

        run()
    except KeyboardInterrupt:
        sys.stderr.write("interrupted; it is safe to run the command again\n")
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
