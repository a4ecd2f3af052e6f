"""`mail preview`: letters to look at; none is sent."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from statusgen.cli.context import Context, json_option, pass_context
from statusgen.cli.output import say

if TYPE_CHECKING:
    from statusgen.mail.letters.preview import PreviewLetter


@click.command()
@click.argument("incident", required=False)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write the .eml, text and HTML of each update here.",
)
@json_option
@pass_context
def preview(context: Context, incident: str | None, out: Path | None) -> None:
    """Show the letters about INCIDENT; send nothing.

    INCIDENT is any unique part of its id; the only open incident needs no name.
    """
    from statusgen.content.write import find_incident
    from statusgen.mail.letters.preview import preview_letters

    about = find_incident(context.survey(), incident, context.now)
    letters = preview_letters(context.settings, about, context.now)
    paths = [_write_letter(one, out) for one in letters] if out else [None] * len(letters)
    rows = list(zip(letters, paths, strict=True))
    value = [
        {
            "update": one.update_id,
            "kind": one.kind,
            "subject": one.subject,
            "text": one.text,
            "html": one.html,
            "path": path,
        }
        for one, path in rows
    ]
    lines = [path or f"Subject: {one.subject}\n\n{one.text}\n{'─' * 72}" for one, path in rows]
    context.report(value, lambda: say("\n".join(lines)))


def _write_letter(letter: "PreviewLetter", out: Path) -> str:
    from statusgen.words.unwritable import unwritten

    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / f"{letter.stem}.eml").write_bytes(letter.message)
        (out / f"{letter.stem}.txt").write_text(letter.text, encoding="utf-8")
        (out / f"{letter.stem}.html").write_text(letter.html, encoding="utf-8")
    except OSError as error:
        raise unwritten(f"--out {out}", error) from error
    return str(out / f"{letter.stem}.eml")
