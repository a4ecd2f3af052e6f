"""From files to readers: what a publish would do as a plan, and the checks before it."""
