"""`python -m statusgen` is `statusgen`."""

from statusgen.cli.main import main

if __name__ == "__main__":
    main()
