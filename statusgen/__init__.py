"""statusgen: a static status page and its letters, from small Markdown files."""

__version__ = "0.1.0"
