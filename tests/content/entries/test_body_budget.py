"""Whatever is in a body, it costs so much and no more."""

import random

import pytest

from statusgen.content.entries import word_check
from statusgen.content.entries.body_budget import (
    BUDGET_S,
    OverBudget,
    budget,
    may_cost,
    refuse_too_much,
)
from statusgen.content.entries.body_limits import BODY_LIMIT, BodyTooTangled, check_limits
from statusgen.content.entries.front_matter import Document
from statusgen.content.entries.word_check import check_words
from statusgen.words import process_limits
from tests.components.soak import part

PIECES = (
    *("<b>", "<b x=i>", "<i>", "</b>", "<td>", "<tr>", "<table>", "<p>", "</p>", "<li>", "<ul>"),
    *("<pre>", "<code>", "`", "``", "<!---->", "<!--", "-->", "<sup>", "<blockquote>", "> ", "- "),
    *("1. ", "\n", "\n\n", " ", "x", "*", "**", "_", "~~", "[", "](x)", "![", "&amp;", "&", "\\"),
    *("a|b\n-|-\n", "|", "<abbr title=x>", "<br>", "<div>", "</div>", "<script>", "```\n", "    "),
    *("[x]: y\n", "[x]", "https://x.yy ", "a@b.cc ", "<https://x.yy>", "<b", "<?", "#", "# a\n"),
)


def faults_of(body):
    document = Document({}, body, 1)
    return [one.what for one in check_words(document, ())]


def spin():
    while True:
        pass


def test_what_takes_too_long_is_ended():
    with pytest.raises(OverBudget, match=r"takes more than 0\.01 seconds"), budget(0.01):
        spin()


def test_what_becomes_much_longer_is_refused():
    refuse_too_much("x" * 1000, "y" * (64 * 1024 + 10_000))

    with pytest.raises(OverBudget, match="becomes 75 times as long; shorten it"):
        refuse_too_much("x" * 1000, "", "y" * (64 * 1024 + 10_001))


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_body_over_its_budget_is_a_problem_and_the_next_one_is_read(monkeypatch):
    """A signal in a callback of the garbage collector is lost, so that another has to come."""
    monkeypatch.setattr(process_limits, "_AGAIN_S", 0.001)
    body = 'word [a](https://example.com "t")\n' * 500
    monkeypatch.setattr(word_check, "budget", lambda: budget(0.001))

    (told,) = faults_of(body)
    monkeypatch.setattr(word_check, "budget", budget)

    assert told == "the body takes more than 0.001 seconds to render"
    assert "is the title of a link" in faults_of(body)[0]


def test_an_ordinary_body_is_not_tried():
    assert not may_cost("We are looking into it. **Carts** are safe: see [help](/help).\n" * 20)
    assert may_cost("x" * 20_000)
    assert may_cost("*" * 201)


@pytest.mark.parametrize(
    "body",
    [
        "<b><td><!---->" * 1600,
        "".join(f"<b x={number}>" for number in range(600)) + "\n\nText." * 600,
        "\n<blockquote>&" * 600,
        "<em><strong><del>" * 67 + "<h1>x</h1>" * 4000,
        "> " * 199 + "x\n\n" + ("> " * 99 + "x\n\n") * 1200,
        "<b><i><em>" * 7 + "<ul>" + "<li>x" * 20_000 + "</ul>" + "</em></i></b>" * 7,
    ],
    ids=["cells", "bold", "quotations", "headings", "deep-quotations", "items"],
)
def test_bodies_that_took_minutes_are_refused(body):
    try:
        check_limits(body)
    except BodyTooTangled:
        return

    assert any("the body" in told for told in faults_of(body))


@pytest.mark.parametrize("seed", range(part(20, 2000)))
def test_random_markup_is_within_the_budget_or_refused(seed):
    chance = random.Random(seed)
    units = [
        "".join(chance.choice(PIECES) for _ in range(chance.randint(1, 5)))
        for _ in range(chance.choice([1, 1, 2, 3]))
    ]
    size = part(4000, BODY_LIMIT) // sum(map(len, units))
    body = "".join(unit * size for unit in units)
    try:
        check_limits(body)
    except BodyTooTangled:
        return

    with budget(2 * BUDGET_S):
        faults_of(body)
