"""A status repository whose every text attacks one of the languages that it passes through."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.fakes.repository import Repository

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ZONES = {"en": "America/St_Johns", "de": "Europe/Berlin", "ar": "Asia/Riyadh"}
HOUR = timedelta(hours=1)

TEXTS = (
    "</script><script>window.hacked = 1</script>",
    "</title></style></textarea></svg><img src=//x.test/a onerror='window.hacked = 2'>",
    '"\'`> onmouseover=window.hacked=3 x="',
    "]]><x/> <![CDATA[ y ]]> <!-- z --> -->",
    "&lt;b&gt; &amp; &#60; &nbsp; &nosuch; <b>",
    "{{ 7 * 7 }} {% raw %} {# x #} ${window.hacked = 4}",
    "%(x)s %s %d % {0} {name}",
    "\\u003c/script\\u003e \\n \\ $& $1",
    "W" * 200,
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
    "\u202eright to left\u202c \u2066isolated\u2069 \u200fmark \u200bzero\u00adsoft",
    "فشل المدفوعات English 123 עברית",
    "结账付款失败，大约三分之一的付款未能完成。",  # noqa: RUF001 - Chinese punctuation
    "👩‍👩‍👧‍👦🏳️‍🌈 👍🏽 " + "e\u0301\u0323" * 40,
    "BEGIN:VEVENT;line,ical\\chars:x",
    "=cmd|' /C calc'!A0 @a +1 -1",
    "#42 _em_ *x* [l](javascript:window.hacked=5) `c",
    "javascript:window.hacked=6 -- https://x.test/?a=1&b=2",
)
NAME = f"N{TEXTS[4]}' {TEXTS[5]}"
FOOTER = TEXTS[0] + TEXTS[3] + TEXTS[6]


def text(number: int) -> str:
    """One of the texts, whatever the number."""
    return TEXTS[number % len(TEXTS)]


def make_hostile(root: Path, language: str) -> Repository:
    """Write the repository: incidents open and over, maintenance in each phase, notices."""
    root.mkdir(parents=True)
    repository = Repository(root)
    (root / "statusgen.toml").write_text(_settings(language), encoding="utf-8")
    for number in range(len(TEXTS)):
        _write_incident(repository, number)
    _write_maintenances(repository)
    _write_notices(repository)
    return repository


def quoted(value: str) -> str:
    """As TOML and YAML both read it."""
    return json.dumps(value, ensure_ascii=False)


def _settings(language: str) -> str:
    page = (
        f"name = {quoted(NAME)}\nservice = {quoted(text(1))}\n"
        'url = "https://status.example.com/sub/path"\n'
        'support = "https://example.com/support/%22&x;y"\n'
        f'language = "{language}"\ntimezone = "{ZONES[language]}"\nhistory_days = 30\n'
    )
    components = "".join(
        f'[[components]]\nid = "c{n}"\nname = {quoted(text(n))}\n'
        f"group = {quoted(text(n // 3 + 5))}\ndescription = {quoted(text(n + 7))}\n"
        for n in range(len(TEXTS))
    )
    retired = f'[[components]]\nid = "old"\nname = {quoted(text(0))}\nretired = 2026-11-01\n'
    severities = "".join(
        f"[severities.SEV{n}]\nlabel = {quoted(text(label))}\n"
        for n, label in ((1, 2), (2, 5), (3, 11), (4, 4))
    )
    mail = (
        'from = "Acme <status@example.com>"\ntransport = "folder:outbox"\n'
        f'unsubscribe_mailto = "unsubscribe@example.com"\nfooter = {quoted(FOOTER)}\n'
    )
    target = '[[targets]]\nurl = "folder:public"\n'
    return f"[page]\n{page}{components}{retired}{severities}{target}[mail]\n{mail}"


def _write(repository: Repository, name: str, body: str, at: datetime, **keys: str) -> None:
    rows = "".join(f"{key}: {value}\n" for key, value in keys.items())
    path = repository.write(name, "")
    whole = f"---\nat: {at.isoformat()}\n{rows}---\n{body}\n"
    path.write_bytes(b"\xef\xbb\xbf" + whole.replace("\n", "\r\n").encode())


def _body(number: int) -> str:
    """Markdown with one text in every place that Markdown has."""
    one = text(number)
    cell, line = one.replace("|", ""), one.replace("`", "")
    return (
        f"{one} \u2028u \u2029w\n\n{text(number + 3)}\n\n## {one}\n\n> {one}\n\n- {one}\n\n"
        f"| a | {cell} |\n|---|---|\n| {cell} | x |\n\n```\n{one}\n```\n\n`{line}`\n\n"
        f"<div onclick='window.hacked = 7'>{one}</div>\n\n"
        f'![{line}](https://x.test/y.png) [{line}](rel/x?a=1&b=2 "{line}") <https://x.test/&>'
    )


def _write_incident(repository: Repository, number: int) -> None:
    name, at = f"incident-{number}", NOW - number * timedelta(days=4) - HOUR
    states = f"{{c{number}: major_outage, c{(number + 1) % len(TEXTS)}: partial_outage}}"
    first = {"status": "investigating", "severity": f"SEV{number % 4 + 1}", "components": states}
    words = {"impact": quoted(text(number + 1)), "cause": quoted(text(number + 2))}
    started = (at - HOUR / 2).isoformat()
    first |= {"title": quoted(text(number + 5)), "started": started} | words
    _write(repository, f"{name}/01.md", _body(number), at, **first)
    renamed = {"status": "update", "title": quoted(text(number)), "edited": NOW.isoformat()}
    later = text(number + 4)
    _write(repository, f"{name}/02.md", later, at + HOUR / 6, **renamed, next_update="15m")
    if number % 3:
        done = f"It is over. {text(number + 6)}"
        _write(repository, f"{name}/03.md", done, at + HOUR / 2, status="resolved")
        _write(repository, f"{name}/postmortem.md", _body(number + 8), at + HOUR)


def _write_maintenances(repository: Repository) -> None:
    windows = {"ahead": (48, 50), "begun": (-1, 2), "over": (-5, -2), "canceled": (5, 7)}
    for number, (name, window) in enumerate(windows.items()):
        starts, ends = ((NOW + hours * HOUR).isoformat() for hours in window)
        first = {"status": "scheduled", "starts": starts, "ends": ends}
        first |= {"title": quoted(text(number)), "components": f"[c{number + 12}]"}
        _write(repository, f"{name}/01.md", _body(number + 9), NOW - 50 * HOUR, **first)
    last = _body(5)
    _write(repository, "over/02.md", last, NOW - 5 * HOUR, status="in_progress")
    _write(repository, "canceled/02.md", last, NOW - HOUR, status="canceled")


def _write_notices(repository: Repository) -> None:
    for number in range(6, 12):
        title = quoted(text(number))
        at = NOW - number * timedelta(days=1)
        _write(
            repository, f"notice-{number}/01.md", _body(number), at, status="notice", title=title
        )
