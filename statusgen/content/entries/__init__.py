"""Markdown files on disk become updates, with every problem found in one pass."""
