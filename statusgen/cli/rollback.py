"""`rollback`: back to a release that was up before."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from statusgen.cli.context import (
    Context,
    confirm,
    json_option,
    need_terminal,
    open_targets,
    pass_context,
)
from statusgen.cli.output import count, make_table, progress, say, say_table, tell, tell_next
from statusgen.errors import Refused, Unavailable, UsageError

if TYPE_CHECKING:
    from statusgen.targets.manifest import KeptRelease
    from statusgen.targets.rollback import Return
    from statusgen.targets.uploading import Target, TargetResult


@click.command()
@click.argument("release", required=False, default="")
@click.option("--list", "only_list", is_flag=True, help="Show what can be gone back to.")
@click.option("--yes", is_flag=True, help="Don't ask.")
@click.option("--force", is_flag=True, help="Go past the brake on many removals.")
@click.option(
    "--takeover",
    is_flag=True,
    help="Wait for no other publisher, and take the place of another page.",
)
@json_option
@pass_context
def rollback(
    context: Context, release: str, only_list: bool, yes: bool, force: bool, takeover: bool
) -> None:
    """Put up again what readers saw before.

    RELEASE is the number of a release, or the beginning of its id, as --list shows them; without
    it, the release before the one that is up. What readers have seen and will see no more is named.
    Nothing is rendered and nobody is mailed: each
    target has kept what its last ten releases put up. The next `publish` puts up again what the
    files say.
    """
    from statusgen.cli.composition import is_gone, prove_live, this_run
    from statusgen.cli.publishing_ledger import lock_publishing
    from statusgen.targets.rollback import plan_rollback
    from statusgen.targets.uploading import Outside

    with open_targets(context.settings) as targets:
        if not targets:
            raise UsageError("statusgen.toml names no target, so there is nothing to go back to")
        if only_list:
            _list(context, targets)
            return
        if not yes:
            need_terminal()
        run = this_run(context.now, context.settings.page.url)
        outside = Outside(run, prove_live, progress, is_gone)
        with lock_publishing(context).held:
            ways = plan_rollback(context.settings, targets, release, outside, takeover=takeover)
            _refuse_braked(ways, force=force)
            _tell_losses(context, ways)
            if not yes and any(way.release for way in ways):
                _ask(ways)
            results = [way.take() for way in ways]
        _report(context, ways, results)
    if any(one.failure for one in results):
        raise click.exceptions.Exit(Unavailable.exit_code)


def _list(context: Context, targets: "Sequence[Target]") -> None:
    from statusgen.targets.rollback import kept_releases
    from statusgen.values.notation import format_instant

    kept = {one.storage.name: kept_releases(one.storage) for one in targets}

    def show() -> None:
        for name, releases in kept.items():
            say(f"{name}: {count(max(len(releases) - 1, 0), 'release')} to go back to")
            table = make_table("release", "id", "published", "by", "files", "")
            for number, one in enumerate(releases):
                table.add_row(
                    str(one.sequence),
                    one.id,
                    format_instant(one.at.replace(microsecond=0)),
                    str(one.by),
                    f"{one.objects:,}",
                    "" if number else "up now",
                )
            if releases:
                say_table(table)

    context.report([_as_json(name, releases) for name, releases in kept.items()], show)


def _as_json(name: str, releases: "Sequence[KeptRelease]") -> dict[str, object]:
    from statusgen.values.notation import format_instant

    return {
        "target": name,
        "releases": [
            {
                "release": one.sequence,
                "id": one.id,
                "published": format_instant(one.at),
                "by": str(one.by),
                "files": one.objects,
            }
            for one in releases
        ],
    }


def _refuse_braked(ways: "Sequence[Return]", *, force: bool) -> None:
    brakes = [
        f"{way.planned.name}: {brake}"
        for way in ways
        if way.planned.upload
        for brake in way.planned.upload.brakes
    ]
    if brakes and not force:
        raise Refused(*brakes, ending="nothing was done. Add --force if it is meant")


def _tell_losses(context: Context, ways: "Sequence[Return]") -> None:
    """Names what readers have seen and will see no more; to go back is to mean it."""
    from statusgen.cli.publishing_job import LedgerPeople
    from statusgen.publish.plan import lost_updates

    people = LedgerPeople(context.settings).about_updates
    for one in lost_updates((way.planned for way in ways), people):
        tell(one.known, "takes back", "red")


def _ask(ways: "Sequence[Return]") -> None:
    from statusgen.cli.plan_view import describe_target

    for way in ways:
        if way.release:
            tell(f"back to release {way.release.sequence} ({way.release.id})")
        for line in describe_target(way.planned):
            tell(line)
    confirm("\nGo back?", "nothing was changed")


def _report(context: Context, ways: "Sequence[Return]", results: "Sequence[TargetResult]") -> None:
    def show() -> None:
        for way, one in zip(ways, results, strict=True):
            if one.warning:
                tell(one.warning, "warning", "yellow")
            if one.failure:
                tell(one.failure, "behind", "red")
            elif way.release:
                removed = f", {count(one.deleted, 'file')} removed" if one.deleted else ""
                say(
                    f"{one.name}: back to release {way.release.sequence} ({way.release.id}), "
                    f"{count(one.put, 'file')} uploaded{removed}"
                )

    told = [
        {
            "target": one.name,
            "release": way.release.id if way.release else None,
            "put": one.put,
            "deleted": one.deleted,
            "failure": one.failure or None,
        }
        for way, one in zip(ways, results, strict=True)
    ]
    context.report({"targets": told}, show)
    tell_next("correct the files, then statusgen publish, which puts up what they say")
