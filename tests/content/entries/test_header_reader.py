"""Keys taken one by one; what updates make of them is asserted in test_update_file.py."""

import pytest

from statusgen.content.entries.front_matter import parse_document
from statusgen.content.entries.header_reader import HeaderReader
from statusgen.values.notation import parse_flag
from tests.builders import BERLIN


def read(header, body="We are looking into it."):
    document, problems = parse_document(f"---\n{header}\n---\n{body}".encode(), "01.md")
    return HeaderReader(document, "01.md", BERLIN, problems)


@pytest.mark.parametrize(
    ("line", "tags"),
    [
        ("tags: [data-loss, security]", ("data-loss", "security")),
        ("tags: near-miss", ("near-miss",)),
        ("tags: [security, security]", ("security",)),
        ("tags: []", ()),
        ("title: x", ()),
    ],
)
def test_tags_are_words_of_the_authors_own(line, tags):
    reader = read(line)

    assert reader.tags() == tags
    assert reader.problems == []


@pytest.mark.parametrize("line", ["tags: [Data Loss]", "tags: {a: b}", "tags:"])
def test_tags_that_are_no_words_are_refused(line):
    reader = read(line)

    assert reader.tags() == ()
    assert [one.line for one in reader.problems] == [2]


def test_a_key_that_is_wrong_or_missing_has_a_stand_in():
    reader = read("draft: perhaps")

    assert reader.required("draft", parse_flag, stand_in=True) is True
    assert reader.required("other", parse_flag, stand_in=False) is False
    assert [one.line for one in reader.problems] == [2, 1]


def test_warnings_leave_a_file_sound():
    reader = read("title: x", "a <!-- b -->")

    reader.check_words((), is_draft=False)

    assert reader.is_sound
    assert len(reader.problems) == 1


def test_placeholders_may_stay_in_a_draft():
    draft, published = read("title: x", "TODO"), read("title: x", "TODO")

    draft.check_words((), is_draft=True)
    published.check_words((), is_draft=False)

    assert (draft.is_sound, published.is_sound) == (True, False)
