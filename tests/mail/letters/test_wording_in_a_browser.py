"""Letters in a real browser: as wide as a phone and a desk, in light and dark."""

from itertools import product

import pytest

from tests.components.available import AXE_SCRIPT
from tests.components.chromium import open_page
from tests.mail.letters.stories import NOW, every_kind, make_first, make_forms, make_incident

pytestmark = [pytest.mark.component("chromium"), pytest.mark.component("axe")]

WIDTH = 360
TABLE = """
| Region | State | Since | Next update |
|---|---|---|---|
| eu-west-1 | degraded_performance | 02:04 UTC | internationalization |
"""
WIDTHS = (360, 800)
SCHEMES = ("light", "dark")
EVERYTHING = f"""
Some **bold**, `code`, and [a link](https://example.com/).

#### A heading

> A quotation with [a link](https://example.com/) and `code`.

    a block of code
{TABLE}"""
CONTRAST = """async () => {
    const expected = 4.5;
    const options = {
        contrastRatio: {normal: {expected}, large: {expected}},
        ignoreLength: true, ignoreUnicode: false,
        boldValue: 700, boldTextPt: 14, largeTextPt: 18,
        pseudoSizeThreshold: 0.25, shadowOutlineEmMax: 0.2, textStrokeEmMin: 0.03,
    };
    axe.configure({checks: [{id: "color-contrast", options}]});
    const found = await axe.run({runOnly: ["color-contrast"]});
    const wrong = [...found.violations, ...found.incomplete].flatMap((one) => one.nodes);
    return [wrong.map((one) => one.html), found.passes.flatMap((one) => one.nodes).length];
}"""
"""Where the contrast is too low or can't be told, signs and headings included; and how often it
is right."""
BRIGHTNESS = """[...document.querySelectorAll(".back, .card, .promise, .note")].map((one) =>
    Math.max(...getComputedStyle(one).backgroundColor.match(/[0-9]+/g).map(Number)))"""
CUT_OFF = """[...document.querySelectorAll(".inside *")].filter((one) =>
    one.getBoundingClientRect().right > innerWidth && !one.closest(".body table")).length"""
"""What the edge of the card hides; a table of the author's can be moved below it."""
LEFT = "(all) => all.map((one) => one.getBoundingClientRect().left)"


@pytest.fixture(scope="module")
def phone(browser):
    return open_letter(browser)


@pytest.fixture(scope="module")
def screen(browser):
    """A page whose width and colours tests change, with axe-core in it."""
    page = open_letter(browser)
    page.evaluate(AXE_SCRIPT.read_text(encoding="utf-8"))
    return page


def open_letter(browser):
    page = open_page(browser, NOW, runs=True, viewport={"width": WIDTH, "height": 640})
    page.set_default_timeout(60_000)
    return page


def show(phone, incident, index=0, *, page_behind=False):
    form = make_forms().form(incident, incident.steps[index], now=NOW, page_behind=page_behind)
    phone.set_content(form.html)


def width(phone):
    return phone.evaluate("document.documentElement.scrollWidth")


@pytest.mark.parametrize("name", every_kind())
def test_every_kind_is_as_wide_as_the_phone(phone, name):
    show(phone, *every_kind()[name])

    assert width(phone) == WIDTH


@pytest.mark.parametrize(
    "body",
    [TABLE, f"|{'Header|' * 12}\n|{'-|' * 12}\n|{'word|' * 12}", f"- {'x' * 200}", "x" * 200],
    ids=["a table", "a wide table", "a list", "a word"],
)
def test_no_body_is_wider_than_the_phone(phone, body):
    show(phone, make_incident(make_first(body=body)))

    assert width(phone) == WIDTH
    assert phone.evaluate(CUT_OFF) == 0


def test_lists_of_a_body_begin_where_lists_of_facts_do(phone):
    show(phone, make_incident(make_first(body="- one\n- two")))

    [body, *_], [facts, *_] = (
        phone.eval_on_selector_all(f"{place} li", LEFT) for place in (".body", ".list")
    )

    assert body == facts


def every_look():
    """Every kind, and a letter in which all there is stands."""
    whole = make_incident(make_first(body=EVERYTHING * 2))
    return every_kind() | {"everything": (whole, 0)}


@pytest.mark.parametrize("name", every_look())
def test_every_kind_is_easy_to_read_in_light_and_dark_on_a_phone_and_a_desk(screen, name):
    show(screen, *every_look()[name], page_behind=name == "everything")

    for scheme, wide in product(SCHEMES, WIDTHS):
        screen.emulate_media(color_scheme=scheme)
        screen.set_viewport_size({"width": wide, "height": 640})

        problems, right = screen.evaluate(CONTRAST)
        assert (scheme, wide, problems, width(screen)) == (scheme, wide, [], wide)
        assert screen.evaluate(CUT_OFF) == 0
        assert right > 15
        assert all((one < 128) == (scheme == "dark") for one in screen.evaluate(BRIGHTNESS))
