"""Tables in plain text: in columns where they fit, else a list of rows with their headers."""

from collections.abc import Sequence

from statusgen.words.columns import COLUMNS, columns

Row = list[str]
"""The words of each cell, one line each."""

_GAP = 2
_MAX_LABEL = 40  # or the headers, told in each row, would outgrow the table


def table_lines(
    rows: Sequence[Sequence[str]], alignments: Sequence[str] = (), *, has_header: bool
) -> list[str]:
    """The lines of a table whose first row may hold the headers.

    `alignments` are those of the columns: `right`, `center` or nothing.
    """
    if not any(any(row) for row in rows):
        return []
    widths = [0] * max(map(len, rows))
    for row in rows:
        for place, cell in enumerate(row):
            widths[place] = max(widths[place], columns(cell))
    if sum(widths) + _GAP * (len(widths) - 1) <= COLUMNS:
        places = [*alignments, *[""] * (len(widths) - len(alignments))]
        return [_in_columns(row, widths, places) for row in rows if any(row)]
    labels = [_label(header) for header in rows[0]] if has_header else []
    return [line for row in rows[len(labels) > 0 :] for line in _as_item(row, labels)]


def _in_columns(row: Sequence[str], widths: Sequence[int], alignments: Sequence[str]) -> str:
    cells = (
        _padded(cell, width, alignment)
        for cell, width, alignment in zip(row, widths, alignments, strict=False)
    )
    return (" " * _GAP).join(cells).rstrip()


def _padded(cell: str, width: int, alignment: str) -> str:
    room = width - columns(cell)
    left = {"right": room, "center": room // 2}.get(alignment, 0)
    return " " * left + cell + " " * (room - left)


def _label(header: str) -> str:
    short = header if len(header) <= _MAX_LABEL else header[: _MAX_LABEL - 1].rstrip() + "…"
    return f"{short}: " if short else ""


def _as_item(row: Sequence[str], labels: Sequence[str]) -> list[str]:
    """The row as an item of a list; cells without words are left out."""
    named = zip([*labels, *[""] * (len(row) - len(labels))], row, strict=False)
    lines = [f"{label}{cell}" for label, cell in named if cell]
    return [f"{'  ' if place else '- '}{line}" for place, line in enumerate(lines)]
