"""`schedule` and `notice`: telling readers beforehand, and what is no incident."""

from datetime import datetime, timedelta

import click

from statusgen.cli.content import (
    components_option,
    finish,
    message_option,
    second_of,
    text_or,
)
from statusgen.cli.context import Context, json_option, pass_context
from statusgen.errors import UsageError


@click.command()
@click.argument("title")
@click.option("--starts", metavar="T", required=True, help="When the window opens.")
@click.option("--ends", metavar="T", required=True, help="When it closes; or a length, such as 2h.")
@components_option
@message_option
@json_option
@pass_context
def schedule(
    context: Context,
    title: str,
    starts: str,
    ends: str,
    components: tuple[str, ...],
    message: str | None,
) -> None:
    """Announce a maintenance.

    \b
    statusgen schedule "Database upgrade" --starts 2026-12-01T22:00 --ends 2h
    """  # noqa: D301
    from statusgen.content import write
    from statusgen.values.vocabulary import Phase

    settings = context.settings
    touched = tuple(write.parse_component(one, settings) for one in components)
    opens = _instant(context, "--starts", starts)
    body = write.default_body(settings, Phase.SCHEDULED, [name for name, _ in touched])
    draft = write.Draft(
        status=Phase.SCHEDULED,
        at=second_of(context.now),
        title=title,
        components=touched,
        starts=opens,
        ends=_end(context, opens, ends),
        body=text_or(message, body),
    )
    if draft.ends is not None and draft.ends <= opens:
        raise UsageError("the window ends before it starts; correct --starts or --ends")
    finish(context, write.write_incident(settings, draft), message, draft.body)


@click.command()
@click.argument("title")
@click.option("--ends", metavar="T", help="Until when it is shown, or how long, such as 3d.")
@click.option(
    "--component",
    "components",
    metavar="ID",
    multiple=True,
    help="A component it is about; may be repeated.",
)
@message_option
@json_option
@pass_context
def notice(
    context: Context,
    title: str,
    ends: str | None,
    components: tuple[str, ...],
    message: str | None,
) -> None:
    """Tell readers what is no incident: a notice on top of the page.

    It stands there until --ends, or for seven days, and stays in the history and the feeds;
    `statusgen resolve` ends it earlier. It mails nobody, and changes the state of no component.

    \b
    statusgen notice "Support moves to a new address" --ends 2026-12-01T00:00
    statusgen notice "Checkout looks different" --component checkout --ends 3d
    """  # noqa: D301
    from statusgen.content import write
    from statusgen.values.vocabulary import Phase

    settings = context.settings
    about = tuple(write.parse_component(one, settings) for one in components)
    if any(state is not None for _, state in about):
        raise UsageError("a notice does nothing to components; name them only, or use `new`")
    begins = second_of(context.now)
    body = write.default_body(settings, Phase.NOTICE, [name for name, _ in about])
    draft = write.Draft(
        status=Phase.NOTICE,
        at=begins,
        title=title,
        components=about,
        ends=_end(context, begins, ends) if ends is not None else None,
        body=text_or(message, body),
    )
    if draft.ends is not None and draft.ends <= begins:
        raise UsageError("the notice ends before it starts; correct --ends")
    finish(context, write.write_incident(settings, draft), message, draft.body)


def _instant(context: Context, option: str, text: str) -> datetime:
    from statusgen.values.notation import BadValue, parse_instant

    try:
        return parse_instant(text, context.settings.page.zone)
    except BadValue as bad:
        raise UsageError(f"{option}: {bad}") from None


def _end(context: Context, starts: datetime, text: str) -> datetime:
    from statusgen.values.notation import BadValue, parse_duration

    try:
        length: timedelta = parse_duration(text)
    except BadValue:
        return _instant(context, "--ends", text)
    return starts + length
