"""Where the repository is and what time it is."""

from datetime import UTC, datetime

import pytest

from statusgen.cli.context import Context
from statusgen.errors import UsageError
from tests.builders import instant
from tests.fakes.repository import ID, make_repository


def test_now_is_read_once(tmp_path):
    make_repository(tmp_path)
    context = Context(tmp_path, None)

    before, first, after = datetime.now(UTC), context.now, datetime.now(UTC)

    assert context.now is first
    assert before <= first <= after


def test_now_without_an_offset_is_on_the_zone_of_the_page(tmp_path):
    repository = make_repository(tmp_path)
    path = repository.root / "statusgen.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("[page]", '[page]\ntimezone = "Europe/Berlin"', 1), "utf-8")

    assert Context(tmp_path, "2026-11-21T03:04").now == instant("02:04")
    assert Context(tmp_path, "2026-11-21T03:04").now_without_page() == instant("03:04")


def test_the_repository_is_found_above(tmp_path):
    make_repository(tmp_path)

    assert Context(tmp_path / "incidents" / ID, None).settings.root == tmp_path.resolve()


def test_no_repository_is_a_usage_error(tmp_path):
    with pytest.raises(UsageError, match="statusgen init"):
        _ = Context(tmp_path, None).settings


def test_again_reads_everything_anew(tmp_path):
    repository = make_repository(tmp_path)
    context = Context(tmp_path, "2026-11-21T03:04:00Z")
    before = context.settings
    repository.configure(mail=None)

    assert context.settings is before
    assert context.again().settings.mail is None
