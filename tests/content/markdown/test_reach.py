"""The same HTML as before for links and code that people write; a bounded search for the rest."""

import markdown
import pytest

from statusgen.content.markdown.reach import CODE_REACH, LINK_REACH, ShortReach

ORDINARY = [
    "[a](https://example.com)",
    '[a](<https://example.com/b c> "title")',
    "[a](https://example.com/(b))",
    "![a](b.png 'c') and ![d][e]\n\n[e]: f.png",
    "[a][b] [b] [c][]\n\n[b]: d\n[c]: e",
    "[a [b] c](d)",
    "[not a link] and [another",
    "`a` ``b ` c`` ```d`` \\`e` `f",
    "- a\n\n    ```\n    " + "b c\n    " * 900 + "```",
    "[" + "a" * 1900 + "](" + "b" * 1900 + ")",
]


@pytest.mark.parametrize("body", ORDINARY)
def test_what_people_write_is_read_as_the_library_reads_it(body):
    assert markdown.markdown(body, extensions=[ShortReach()]) == markdown.markdown(body)


@pytest.mark.parametrize(
    "body",
    [
        "[" + "a" * LINK_REACH + "](b)",
        "[a](" + "b" * LINK_REACH + ")",
        "[" * 40 + "a" + "]" * 40,
        "[a](" + "(" * 40 + ")" * 40 + ")",
        "`" + "a" * CODE_REACH + "`",
    ],
    ids=["words", "address", "brackets", "parentheses", "code"],
)
def test_what_is_longer_than_anybody_writes_stays_text(body):
    html = markdown.markdown(body, extensions=[ShortReach()])

    assert html == f"<p>{body}</p>"


class Watched(str):
    """A text that counts how often one of its characters is looked at."""

    __slots__ = ()
    looks = 0

    def __getitem__(self, key):
        Watched.looks += len(range(*key.indices(len(self)))) if isinstance(key, slice) else 1
        return super().__getitem__(key)


@pytest.mark.parametrize("kind", ["link", "reference", "image_link", "short_reference"])
@pytest.mark.parametrize("unit", ["[", "[a](", "![", "[a][", "[" + "a" * 300])
def test_the_work_for_each_beginning_has_an_end(kind, unit):
    processor = markdown.Markdown(extensions=[ShortReach()]).inlinePatterns[kind]
    searched = []
    text = unit * (200_000 // len(unit))

    for start in range(0, len(text), 9973):
        words, end, _ = processor.getText(text, start)
        searched.append(max(len(words), end - start))

    assert max(searched) <= LINK_REACH


def test_the_work_for_each_backtick_has_an_end():
    processor = markdown.Markdown(extensions=[ShortReach()]).inlinePatterns["backtick"]
    text = Watched("`" + "a" * 200_000)
    Watched.looks = 0

    begin, end = processor.find_code_spans(0, text)

    assert end is None
    assert begin <= CODE_REACH
    assert Watched.looks <= CODE_REACH
