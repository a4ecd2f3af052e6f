import pytest

from statusgen.content.entries.folder import IncidentSource
from statusgen.content.entries.records import (
    FolderRecord,
    decode_record,
    decode_source,
    decode_sources,
    encode,
    encode_sources,
)
from statusgen.content.outline import outline
from statusgen.content.update import Postmortem
from statusgen.errors import Problem
from tests.builders import instant, make_first, make_incident, make_scheduled, make_update

RECORD = FolderRecord(
    stamp="01:1:2:3:4",
    read_ns=1,
    digest="d",
    outline=outline(make_incident(make_first(components=["checkout"]))),
    latest=1.5,
    warnings=(Problem("a.md", 1, "what", "remedy", is_warning=True),),
)
SOURCE = IncidentSource(
    "a",
    (
        make_first(notify=("stakeholders",), next_at="03:00", components={"api": None}),
        make_update("update", notify=False),
        make_scheduled(),
    ),
    Postmortem("What we learnt", instant("09:00")),
)


def test_a_record_comes_back_as_it_was():
    assert decode_record(encode(RECORD)) == RECORD


def test_a_source_comes_back_as_it_was():
    assert decode_source(encode(SOURCE)) == SOURCE


@pytest.mark.parametrize("cut", range(0, 60, 7))
def test_damaged_bytes_are_nothing(cut):
    assert decode_record(encode(RECORD)[:cut]) is None
    assert decode_source(encode(SOURCE)[:cut]) is None


def test_bytes_of_another_kind_are_nothing():
    assert decode_record(encode(SOURCE)) is None
    assert decode_source(encode(RECORD)) is None


def test_many_sources_come_back_by_their_ids():
    other = IncidentSource("b", SOURCE.updates, None)

    assert decode_sources(encode_sources([SOURCE, other])) == {"a": SOURCE, "b": other}


@pytest.mark.parametrize("data", [b"", b"?", encode(SOURCE), encode_sources([SOURCE])[:-1]])
def test_no_sources_are_found_in_anything_else(data):
    assert decode_sources(data) == {}
