import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statusgen.page.api.encoding import BODY_LIMIT, ENTRY_LIMIT, LIMIT, encoded, fitted, shorter


def make_entry(name, *bodies):
    return {
        "id": name,
        "incident_updates": [{"id": str(n), "body": body} for n, body in enumerate(bodies)],
        "components": [],
    }


def fit(*entries, more=()):
    document = {"page": {}, "incidents": list(entries), "scheduled_maintenances": list(more)}
    kinds = ("incidents", "scheduled_maintenances")
    body = fitted(document, *kinds, updates="incident_updates", cut=cut)
    assert len(body) <= LIMIT
    return json.loads(body)


def cut(update):
    return update | {"body": shorter(update["body"])}


def names(entries):
    return [one["id"] for one in entries]


@given(st.text())
def test_any_text_comes_back_and_ends_no_script(text):
    body = encoded({"text": text})

    assert json.loads(body) == {"text": text}
    assert not any(one in body for one in (b"<", b">", b"&", "\u2028".encode()))


def test_keys_keep_their_order_and_there_is_no_byte_order_mark():
    assert encoded({"b": 1, "a": [None, True, "ü"]}) == '{"b":1,"a":[null,true,"ü"]}'.encode()


def test_what_fits_is_told_whole():
    entries = [make_entry(str(n), "x" * 20_000) for n in range(50)]

    assert fit(*entries)["incidents"] == entries


def test_the_oldest_are_left_out_where_not_all_fit():
    entries = [make_entry(str(n), "x" * 30_000) for n in range(50)]

    kept = fit(*entries)["incidents"]

    assert 30 <= len(kept) < 50
    assert kept == entries[: len(kept)]


def test_a_long_story_keeps_its_newest_updates():
    long = make_entry("long", *["x" * 30_000] * 60)

    (kept,) = fit(long)["incidents"]

    assert names(kept["incident_updates"]) == ["0", "1"]
    assert list(kept) == list(long)
    assert len(encoded(kept)) <= ENTRY_LIMIT


@pytest.mark.parametrize("letter", ["x", "<", "\U0001f525", "\x01"])
def test_a_huge_update_is_cut(letter):
    (kept,) = fit(make_entry("huge", letter * LIMIT, "older"))["incidents"]

    (update,) = kept["incident_updates"]
    assert update["body"] == letter * (BODY_LIMIT - 1) + "…"


def test_what_is_open_goes_before_what_is_planned():
    entries = [make_entry(str(n), "x" * 30_000) for n in range(40)]

    made = fit(*entries[:30], more=entries[30:])

    assert names(made["incidents"]) == names(entries[:30])
    assert names(made["scheduled_maintenances"]) == ["30", "31", "32", "33"]


def test_a_huge_review_is_cut_so_that_updates_are_left():
    entry = make_entry("reviewed", "x", "y") | {"postmortem": {"body": "x" * LIMIT}}

    (kept,) = fit(entry)["incidents"]

    assert len(kept["postmortem"]["body"]) == BODY_LIMIT
    assert names(kept["incident_updates"]) == ["0", "1"]


def test_an_incident_that_cannot_be_made_to_fit_is_left_out():
    vast = make_entry("vast", "x") | {"components": ["x" * LIMIT]}

    assert fit(vast)["incidents"] == []
