"""Archives of any size for the benchmarks: the same incidents for statusgen and for its peers.

Seeded: the same numbers give the same archive, byte for byte.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
GROUPS = ("Shop", "Developers", "Apps", "Regions")
COMPONENTS = tuple(f"component-{number}" for number in range(1, 13))
PHASES = ("investigating", "identified", "monitoring", "resolved")
_SUBJECTS = ("Payments", "Sign-in", "Search", "Webhooks", "Exports", "Uploads", "Messages")
_TROUBLES = ("fail", "are slow", "time out", "arrive late", "return errors", "are delayed")
_WORDS = tuple(
    "some requests customers region queue database deployment error rate recovered traffic "
    "latency provider cache retry connection timeout capacity rollback healthy monitoring "
    "affected dashboard update engineers cause network cluster storage message order".split()
)


@dataclass(frozen=True, slots=True)
class Told:
    """One update of a synthetic incident."""

    phase: str
    at: datetime
    body: str


@dataclass(frozen=True, slots=True)
class Story:
    """One synthetic incident."""

    id: str
    title: str
    severity: str
    components: tuple[str, ...]
    updates: tuple[Told, ...]


def stories(count: int, seed: int = 1) -> Iterator[Story]:
    """`count` incidents of four updates, three a day back from NOW, all resolved."""
    chance = random.Random(seed)
    for number in range(count):
        begin = NOW - timedelta(hours=8 * number + 10, minutes=chance.randrange(60))
        title = f"{chance.choice(_SUBJECTS)} {chance.choice(_TROUBLES)}"
        instants = [begin + timedelta(minutes=15 * step) for step in range(len(PHASES))]
        yield Story(
            id=f"{begin:%Y-%m-%d}-{title.lower().replace(' ', '-')}-{number:05d}",
            title=title,
            severity=chance.choice(("SEV1", "SEV2", "SEV3", "SEV4")),
            components=tuple(sorted(chance.sample(COMPONENTS, chance.randrange(1, 4)))),
            updates=tuple(
                Told(phase, at, _body(chance)) for phase, at in zip(PHASES, instants, strict=True)
            ),
        )


def write_statusgen(root: Path, count: int) -> None:
    """The archive as a status repository."""
    root.mkdir(parents=True)
    (root / "statusgen.toml").write_text(_config(), encoding="utf-8")
    for story in stories(count):
        folder = root / "incidents" / story.id
        folder.mkdir(parents=True)
        for number, told in enumerate(story.updates, 1):
            head = [f"status: {told.phase}", f"at: {told.at:%Y-%m-%dT%H:%M:%SZ}"]
            if number == 1:
                head += [f"title: {story.title}", f"severity: {story.severity}"]
                head += [f"components: [{', '.join(story.components)}]"]
            text = "\n".join(["---", *head, "---", told.body, ""])
            (folder / f"{number:02d}-{told.phase}.md").write_text(text, encoding="utf-8")


def next_update(root: Path) -> Callable[[], None]:
    """Return what adds one update to the newest incident each time it is called."""
    newest = max((root / "incidents").iterdir())
    counter = iter(range(1, 60))

    def write() -> None:
        number = next(counter)
        at = f"{NOW - timedelta(minutes=60 - number):%Y-%m-%dT%H:%M:%SZ}"
        text = f"---\nstatus: update\nat: {at}\n---\nOne more thing, number {number}.\n"
        (newest / f"{number + 10:02d}-update.md").write_text(text, encoding="utf-8")

    return write


def write_pelican(root: Path, count: int) -> None:
    """The same as articles for Pelican: one an incident, its updates as sections."""
    content = root / "content"
    content.mkdir(parents=True)
    for story in stories(count):
        head = [
            f"Title: {story.title}",
            f"Date: {story.updates[0].at:%Y-%m-%d %H:%M}",
            f"Category: {story.severity}",
            f"Tags: {', '.join(story.components)}",
            f"Slug: {story.id}",
        ]
        body = [
            f"## {told.phase} {told.at:%Y-%m-%d %H:%M} UTC\n\n{told.body}\n"
            for told in reversed(story.updates)
        ]
        text = "\n".join([*head, "", *body])
        (content / f"{story.id}.md").write_text(text, encoding="utf-8")
    for name, cached in (("plain.py", False), ("cached.py", True)):
        (root / name).write_text(_PELICAN.format(cached=cached), encoding="utf-8")


def _body(chance: random.Random) -> str:
    def sentence() -> str:
        words = [chance.choice(_WORDS) for _ in range(chance.randrange(8, 18))]
        return " ".join(words).capitalize() + "."

    def paragraph() -> str:
        return " ".join(sentence() for _ in range(chance.randrange(1, 4)))

    body = [paragraph() for _ in range(chance.randrange(1, 3))]
    if chance.random() < 0.3:
        body.append("\n".join(f"- **{chance.choice(_WORDS)}**: {sentence()}" for _ in range(3)))
    if chance.random() < 0.2:
        body.append(f"See [the details](https://example.com/{chance.choice(_WORDS)}).")
    return "\n\n".join(body)


def _config() -> str:
    tables = [
        f'[[components]]\nid = "{name}"\nname = "{name.replace("-", " ").capitalize()}"\n'
        f'group = "{GROUPS[number % len(GROUPS)]}"\n'
        for number, name in enumerate(COMPONENTS)
    ]
    page = '[page]\nname = "Bench Status"\nurl = "https://status.example.com"\n'
    return "\n".join([page, *tables, '[[targets]]\nurl = "folder:public"\n'])


_PELICAN = """\
SITENAME = "Bench Status"
SITEURL = "https://status.example.com"
PATH = "content"
OUTPUT_PATH = "output"
TIMEZONE = "UTC"
DEFAULT_LANG = "en"
FEED_ALL_ATOM = "atom.xml"
FEED_ALL_RSS = "feed.xml"
FEED_MAX_ITEMS = 100
CATEGORY_FEED_ATOM = None
TRANSLATION_FEED_ATOM = None
AUTHOR_FEED_ATOM = None
AUTHOR_FEED_RSS = None
ARTICLE_URL = "incidents/{{slug}}.html"
ARTICLE_SAVE_AS = "incidents/{{slug}}.html"
MONTH_ARCHIVE_SAVE_AS = "history/{{date:%Y}}-{{date:%m}}.html"
DIRECT_TEMPLATES = ["index", "archives"]
TAG_SAVE_AS = CATEGORY_SAVE_AS = AUTHOR_SAVE_AS = ""
DEFAULT_PAGINATION = 15
THEME = "simple"
CACHE_CONTENT = {cached}
LOAD_CONTENT_CACHE = {cached}
CHECK_MODIFIED_METHOD = "mtime"
"""
