"""A promise that has passed when its letter would leave; an update that is dated anew."""

import errno
import os
from datetime import timedelta

import pytest

from statusgen.errors import Refused, Unavailable
from statusgen.mail.letter_states import KnownUpdate
from statusgen.mail.plan import Mailing, MailPlan
from statusgen.publish.promises import BrokenPromise, broken_promises, redate, refuse_broken
from tests.builders import SEVERITIES, instant, make_first, make_incident, make_settings
from tests.builders import make_update as update

ID = "2026-11-21-checkout-errors"


class FakeArchive:
    """An archive of one incident."""

    def __init__(self, incident):
        self.settings = make_settings()
        self._incident = incident

    def incident_and_step(self, update_id):
        return next(
            (self._incident, one) for one in self._incident.steps if one.update.id == update_id
        )


def broken(*updates, now="02:40", mailed=None):
    incident = make_incident(*updates, severities=SEVERITIES)
    mailings = [
        Mailing(KnownUpdate(one.id, incident.id, one.at))
        for one in updates
        if mailed is None or one.stem in mailed
    ]
    plan = MailPlan(tuple(mailings))
    return broken_promises(plan, FakeArchive(incident), instant(now))


FIRST = make_first(stem="01")  # promises 02:19
SECOND = update("identified", "02:20", stem="02")  # promises 02:35
END = update("resolved", "02:30", stem="03")


@pytest.mark.parametrize(
    ("updates", "now", "found"),
    [
        pytest.param([FIRST], "02:19", [], id="just in time"),
        pytest.param([FIRST], "02:29", ["01"], id="25 minutes of writing"),
        pytest.param([FIRST, SECOND], "02:30", [], id="only the newest promises anything"),
        pytest.param([FIRST, SECOND], "02:40", ["02"], id="the newest has passed"),
        pytest.param([FIRST, END], "23:00", [], id="over"),
        pytest.param([FIRST], "2026-11-22T02:03", ["01"], id="nearly a day old"),
        pytest.param([FIRST], "2026-11-22T02:05", [], id="no news any more"),
        pytest.param(
            [make_first(stem="01", next_in=timedelta(minutes=5))], "02:10", ["01"], id="its own"
        ),
        pytest.param([make_first(stem="01", next_at="02:10")], "02:11", ["01"], id="an instant"),
        pytest.param([make_first(stem="01", promises_none=True)], "03:00", [], id="none"),
        pytest.param([make_first(stem="01", notify=False)], "03:00", [], id="nobody is told"),
    ],
)
def test_a_promise_that_has_passed_is_found(updates, now, found):
    assert [one.update.stem for one in broken(*updates, now=now)] == found


def test_what_is_queued_already_does_not_count():
    assert broken(FIRST, SECOND, mailed=["01"]) == ()


def make(*, can_move=True):
    one = make_first(stem="01", **({} if can_move else {"next_at": "02:10"}))
    return BrokenPromise(one, instant("02:19"), instant("02:29"), is_first=True)


def test_the_refusal_says_what_is_wrong_and_the_way_on():
    with pytest.raises(Refused) as movable:
        refuse_broken((make(),))
    with pytest.raises(Refused) as fixed:
        refuse_broken((make(can_move=False),))

    assert str(movable.value) == (
        f"{ID}/01 promises the next update by 2026-11-21T02:19:00Z, and it is "
        "2026-11-21T02:29:00Z now; nothing was done. Add --redate, which sets its `at` to now, "
        "or add --force if it is meant"
    )
    assert "Correct its `next_update`, or add --force" in str(fixed.value)
    refuse_broken(())


HEADER = "title: Errors\nseverity: SEV1\nstatus: investigating\n"
NOW = instant("02:30") + timedelta(seconds=7, microseconds=5)


def dated_anew(tmp_path, raw, *, is_first=True, started=None):
    path = tmp_path / "incidents" / ID / "01.md"
    path.parent.mkdir(parents=True)
    path.write_bytes(raw)
    path.chmod(0o640)
    one = make_first(stem="01", **({"started": started} if started else {}))
    settings = make_settings(root=tmp_path)

    at = redate(BrokenPromise(one, one.at, one.at, is_first), settings, NOW)

    assert at == instant("02:30") + timedelta(seconds=7)
    assert [each.name for each in path.parent.iterdir()] == ["01.md"]
    assert path.stat().st_mode & 0o777 == 0o640
    return path.read_bytes()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("at: 2026-11-21T02:04:00Z", "at: {}\nstarted: 2026-11-21T02:04:00Z"),
        ("at: 2026-11-21 02:04  # UTC", "at: {}  # UTC\nstarted: 2026-11-21 02:04"),
        ('"at":   "2026-11-21T02:04Z"', '"at":   {}\nstarted: "2026-11-21T02:04Z"'),
    ],
)
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["", "with a byte order mark"])
def test_only_the_instant_changes_and_a_first_update_keeps_its_start(
    tmp_path, before, after, ending, mark
):
    text = f"---\n{HEADER}{before}\n---\nText.\n\nat: this stays\n"

    made = dated_anew(tmp_path, mark + text.replace("\n", ending).encode())

    expected = text.replace(before, after.format("2026-11-21T02:30:07Z"))
    assert made == mark + expected.replace("\n", ending).encode()


@pytest.mark.parametrize("is_first", [True, False])
def test_nothing_else_is_said_to_have_started(tmp_path, is_first):
    started = "started: 2026-11-21T02:00:00Z\n" if is_first else ""
    text = f"---\n{HEADER}{started}at: 2026-11-21T02:04:00Z\n---\nText.\n"

    made = dated_anew(
        tmp_path, text.encode(), is_first=is_first, started="02:00" if is_first else None
    )

    assert made.decode() == text.replace("02:04:00Z", "02:30:07Z")


@pytest.mark.parametrize(("code", "kind"), [(errno.EROFS, Unavailable), (errno.ENOENT, Refused)])
def test_a_disk_that_takes_nothing_leaves_the_file_as_it_was(tmp_path, monkeypatch, code, kind):
    text = f"---\n{HEADER}at: 2026-11-21T02:04:00Z\n---\nText.\n"

    def fail(*_, **__):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "rename", fail)
    with pytest.raises(kind, match=f"incidents/{ID}/01.md can't be written: "):
        dated_anew(tmp_path, text.encode())

    assert [one.name for one in (tmp_path / "incidents" / ID).iterdir()] == ["01.md"]
    assert (tmp_path / "incidents" / ID / "01.md").read_text() == text


@pytest.mark.parametrize(
    "text",
    [
        "---\n{status: investigating, at: 2026-11-21T02:04:00Z, title: x, severity: SEV1}\n---\nT.",
        f"---\n{HEADER}at:\n  2026-11-21T02:04:00Z\n---\nText.\n",
        f"---\n{HEADER}at: 2026-11-21T02:04:00Z\nnext_update: 2026-11-21T02:10:00Z\nx: 1\n---\nT.",
    ],
    ids=["in braces", "on the next line", "wrong otherwise"],
)
def test_a_file_that_only_its_author_should_touch_is_left_alone(tmp_path, text):
    with pytest.raises(Refused, match="set it to 2026-11-21T02:30:07Z by hand"):
        dated_anew(tmp_path, text.encode())

    assert (tmp_path / "incidents" / ID / "01.md").read_text() == text
