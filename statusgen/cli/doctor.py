"""`doctor`: is everything there that a publish needs, and what to do where it isn't."""

import ipaddress
import sys
from collections import Counter
from collections.abc import Sequence
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from statusgen.cli.context import Context, json_option, open_targets, pass_context
from statusgen.cli.output import progress, say, say_under, tell, tell_next
from statusgen.errors import Unavailable

if TYPE_CHECKING:
    from statusgen.doctor.finding import Finding
    from statusgen.targets.uploading import Target

_DNS_PORT = 53
_LOOKS = {"ok": ("✓", "green"), "warn": ("!", "yellow"), "fail": ("✗", "red")}
_UNKNOWN_LOOK = ("?", "cyan")
_REMEDY = " " * 13 + "remedy: "
_ASCII = str.maketrans("✓✗…", "+x.")
_COUNTED = {"ok": "ok", "warn": "to improve", "fail": "failed", "unknown": "unknown"}


def _parse_resolver(
    _ctx: click.Context, _parameter: click.Parameter, text: str | None
) -> tuple[str, int] | None:
    if text is None:
        return None
    try:
        is_bare = text.count(":") > 1 and "[" not in text  # IPv6, which has colons of its own
        parts = urlsplit(f"//[{text}]" if is_bare else f"//{text}")
        return str(ipaddress.ip_address(parts.hostname or "")), parts.port or _DNS_PORT
    except ValueError:
        raise click.BadParameter(
            "name an IP address, as in 192.0.2.53 or [2001:db8::53]:53"
        ) from None


@click.command()
@click.option(
    "--resolver",
    metavar="ADDRESS[:PORT]",
    callback=_parse_resolver,
    help="Ask this DNS server, for what the world sees rather than your office.",
)
@json_option
@pass_context
def doctor(context: Context, resolver: tuple[str, int] | None) -> None:
    """Look at everything that a publish needs, and say what to mend.

    Targets and their credentials, the clock, the public page, the mail relay, DNS records and
    the database, all at once and within 15 seconds. Nothing is published and nobody is mailed;
    on a target only `_statusgen/` is written to. Leaves with 4 when something fails.
    """
    from statusgen.cli.composition import (
        has_secret_key,
        is_gone,
        look_at_state,
        open_records,
        open_web,
        try_transport,
    )
    from statusgen.doctor.examination import Surroundings, examine

    settings = context.settings
    with open_targets(settings, hurried=True) as targets, progress("Examining", None):
        around = Surroundings(
            targets,
            open_web(),
            open_records(resolver),
            partial(look_at_state, settings),
            partial(try_transport, settings.mail) if settings.mail else None,
            is_gone,
            has_secret_key(),
        )
        findings = examine(settings, around, context.now)
    has_failed = any(one.state == "fail" for one in findings)
    context.report(
        {"ok": not has_failed, "findings": [_as_json(one) for one in findings]},
        lambda: _show(findings),
    )
    _tell_written(targets)
    if has_failed:
        tell_next("mend what failed, then statusgen doctor")
        raise click.exceptions.Exit(Unavailable.exit_code)


def _as_json(finding: "Finding") -> dict[str, str]:
    from statusgen.values.value import asdict

    return {name: str(value) for name, value in asdict(finding).items()}


def _show(findings: "Sequence[Finding]") -> None:
    for subject, some in groupby(findings, key=lambda one: one.subject):
        say(subject)
        for one in some:
            shape, colour = _LOOKS.get(one.state, _UNKNOWN_LOOK)
            say_under(_shown(f"  {shape} {one.state:<9}"), _shown(one.what), colour)
            if one.remedy:
                say_under(_REMEDY, _shown(one.remedy))
        say()
    counted = Counter(one.state.value for one in findings)
    say(", ".join(f"{counted[state]} {word}" for state, word in _COUNTED.items() if counted[state]))


def _shown(text: str) -> str:
    """The text, in ASCII for a terminal that knows no more."""
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        return text.translate(_ASCII)
    return text


def _tell_written(targets: "Sequence[Target]") -> None:
    from statusgen.config.settings import S3Target

    names = [one.storage.name for one in targets if isinstance(one.settings, S3Target)]
    if names:
        tell(f"nothing but _statusgen/ was written to on {', '.join(names)}")
