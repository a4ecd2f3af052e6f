"""What every command starts from: where the repository is, what time it is, who is looking."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from statusgen.cli.output import say_json, tell
from statusgen.errors import Refused, UsageError

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from statusgen.config.settings import Settings
    from statusgen.content.archive import Archive
    from statusgen.content.cache import Cache
    from statusgen.targets.uploading import Target


@dataclass(slots=True)
class Context:
    """The global options, and what follows from them once it is asked for."""

    start: Path
    now_text: str | None
    as_json: bool = False
    """Whether the result is for a program; talk stays on stderr."""
    _settings: "Settings | None" = None
    _now: datetime | None = None
    _clock: Callable[[], datetime] | None = None

    @property
    def settings(self) -> "Settings":
        """The settings of the repository; raises `UsageError` where there is none."""
        if self._settings is None:
            from statusgen.config.reader import find_root, read_settings

            try:
                start = Path.cwd() / self.start
            except FileNotFoundError:
                raise UsageError(
                    "the current folder is gone; change to one that is there"
                ) from None
            if not start.is_dir():
                raise UsageError(f"{self.start} is no folder; name one with -C")
            self._settings = read_settings(find_root(start.resolve()))
        return self._settings

    @property
    def now(self) -> datetime:
        """The instant of this run, read once; without an offset `--now` is in the page's zone."""
        if self._now is None:
            from statusgen.values.clock import clock_from

            self._now = self._read_now(lambda: self.settings.page.zone)
            self._clock = clock_from(self._now)
        return self._now

    def moment(self) -> datetime:
        """The present instant: that of this run, and what has passed since it was read."""
        now = self.now
        return self._clock() if self._clock else now

    def moved_on(self) -> "Context":
        """The same run, as if it had begun at this moment."""
        now, clock = self.moment(), self.moment
        return Context(self.start, self.now_text, self.as_json, self._settings, now, clock)

    def again(self) -> "Context":
        """The same options, with everything read anew."""
        return Context(self.start, self.now_text)

    def with_settings_of_now(self) -> "Context":
        """The same run, with statusgen.toml read anew.

        Raises `Refused` where it names another database by now, or no mail any more.
        """
        fresh = Context(self.start, self.now_text, self.as_json, None, self.now, self.moment)
        of_now = fresh.settings
        if of_now.mail is None or of_now.database != self.settings.database:
            raise Refused(
                "statusgen.toml names another database or no mail any more; start this command anew"
            )
        return fresh

    def report(self, value: object, show: Callable[[], object]) -> None:
        """Prints the result once: `value` for programs, or what `show` says for people."""
        if self.as_json:
            say_json(value)
        else:
            show()

    def now_without_page(self) -> datetime:
        """The same before there is a page: without an offset it is UTC."""
        from statusgen.values.notation import load_zone

        return self._read_now(lambda: load_zone("UTC"))

    def open_cache(self) -> "Cache":
        """The cache of this repository."""
        from statusgen.cli.composition import open_cache

        return open_cache(self.settings)

    def survey(self) -> "Archive":
        """The content as far as it is right."""
        from statusgen.content.archive import survey_archive

        cache = self.open_cache()
        archive = survey_archive(self.settings, cache, self.now)
        cache.save()
        return archive

    def _read_now(self, zone: "Callable[[], ZoneInfo]") -> datetime:
        if self.now_text is None:
            return datetime.now(UTC)
        from statusgen.values.notation import BadValue, parse_instant

        try:
            return parse_instant(self.now_text, zone())
        except BadValue as bad:
            raise UsageError(f"--now: {bad}") from None


@contextmanager
def open_targets(settings: "Settings", *, hurried: bool = False) -> "Iterator[tuple[Target, ...]]":
    """The configured targets with their storages, closed at the end."""
    from statusgen.cli.composition import open_target
    from statusgen.targets.uploading import Target

    with ExitStack() as stack:
        targets = tuple(Target(one, open_target(one, hurried=hurried)) for one in settings.targets)
        for one in targets:
            stack.callback(one.storage.close)
        yield targets


pass_context = click.make_pass_decorator(Context)


def _want_json(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
    context = ctx.find_object(Context)
    if value and context is not None:
        context.as_json = True


json_option = click.option(
    "--json",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_want_json,
    help="Print the result as JSON.",
)


def is_terminal() -> bool:
    """Whether a person can be asked: input and messages are on a terminal."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def need_terminal() -> None:
    """Raises `UsageError` where nobody can be asked what `--yes` would have answered."""
    if not is_terminal():
        raise UsageError("this is not a terminal, so nobody can be asked; add --yes")


def confirm(question: str, if_not: str) -> None:
    """Ask, and go on after a yes; else say `if_not` and leave as after a refusal."""
    if not click.confirm(question, err=True):
        tell(if_not)
        raise click.exceptions.Exit(Refused.exit_code)
