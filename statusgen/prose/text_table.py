"""Tables in plain text: in columns where they fit, else a list of rows with their headers."""

from collections.abc import Sequence

from statusgen.prose.columns import COLUMNS, columns

_GAP = 2
_MAX_LABEL = 40  # or the headers, told in each row, would outgrow the table


def table_lines(rows: Sequence[Sequence[str]], *, has_header: bool) -> list[str]:
    """The lines of a table whose cells are one line each; its first row may hold the headers."""
    if not any(any(row) for row in rows):
        return []
    widths = [0] * max(map(len, rows))
    for row in rows:
        for place, cell in enumerate(row):
            widths[place] = max(widths[place], columns(cell))
    if sum(widths) + _GAP * (len(widths) - 1) <= COLUMNS:
        return [_in_columns(row, widths) for row in rows if any(row)]
    labels = [_label(one) for one in rows[0]] if has_header else []
    return [line for row in rows[len(labels) > 0 :] for line in _as_item(row, labels)]


def _in_columns(row: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell + " " * (widths[place] - columns(cell)) for place, cell in enumerate(row))
    return (" " * _GAP).join(padded).rstrip()


def _label(header: str) -> str:
    short = header if len(header) <= _MAX_LABEL else header[: _MAX_LABEL - 1].rstrip() + "…"
    return f"{short}: " if short else ""


def _as_item(row: Sequence[str], labels: Sequence[str]) -> list[str]:
    """The row as an item of a list; cells without words are left out."""
    named = zip([*labels, *[""] * (len(row) - len(labels))], row, strict=False)
    lines = [f"{label}{cell}" for label, cell in named if cell]
    return [f"{'  ' if place else '- '}{line}" for place, line in enumerate(lines)]
