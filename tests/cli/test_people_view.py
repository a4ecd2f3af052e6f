"""How one subscriber looks: nothing but the address is missing."""

from datetime import UTC, date, datetime, timedelta

import pytest

from statusgen.cli.people_view import record_as_json, subscriber_lines
from statusgen.mail.letter_states import DeliveryState, LetterRecord
from statusgen.mail.subscribers.subscriber import (
    Consent,
    Subscriber,
    SubscriberRecord,
    SubscriberState,
)
from statusgen.values.value import replace

AT = datetime(2026, 11, 21, 2, 4, 5, 678_901, tzinfo=UTC)
ANN = Subscriber(
    1, "sub_7f3a2b1c", "ann@example.com", SubscriberState.ACTIVE, components=("api", "checkout")
)
RECORD = SubscriberRecord(
    Consent("import of people.csv", AT),
    AT + timedelta(hours=1),
    (date(2026, 11, 19), date(2026, 11, 20)),
)


def named(source):
    return replace(RECORD, consent=Consent(source, AT))


def test_all_stands_behind_its_name():
    letters = [
        LetterRecord("login/02", DeliveryState.IN_DOUBT, "no answer", AT),
        LetterRecord("login/01", DeliveryState.ACCEPTED, "", AT),
    ]

    assert "\n".join(subscriber_lines(ANN, RECORD, letters)) == (
        """\
id            sub_7f3a2b1c
state         active
audience      subscribers
components    api checkout
min severity  SEV2
language      en
consent       2026-11-21T02:04:05Z  import of people.csv
changed       2026-11-21T03:04:05Z
strikes       2: 2026-11-19, 2026-11-20
letters
  2026-11-21T02:04:05Z  in doubt no answer  login/02
  2026-11-21T02:04:05Z  accepted            login/01"""
    )


def test_what_there_is_none_of_is_said():
    lines = subscriber_lines(replace(ANN, components=()), replace(RECORD, strikes=()), [])

    assert "components    all" in lines
    assert lines[-2:] == ["strikes       none", "letters       none"]


def test_programs_get_the_record_in_full_seconds():
    assert record_as_json(RECORD) == {
        "consent": {"source": "import of people.csv", "at": "2026-11-21T02:04:05Z"},
        "changed_at": "2026-11-21T03:04:05Z",
        "strikes": ["2026-11-19", "2026-11-20"],
    }


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("import of bob@example.com.csv", "import of …"),
        ("import of a\x1b[31m\nb.csv", "import of a\\x1b[31m\\nb.csv"),
        ("", ""),
    ],
    ids=["an address", "what a terminal obeys", "erased"],
)
def test_a_file_of_any_name_shows_no_address_and_obeys_nobody(source, shown):
    lines = subscriber_lines(ANN, named(source), [])

    assert f"consent       2026-11-21T02:04:05Z  {shown}".rstrip() in lines
    assert record_as_json(named(source))["consent"]["source"] == shown
