"""Markdown bodies become safe HTML, the only markup from content that reaches a reader."""
