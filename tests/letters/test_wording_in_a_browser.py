"""Letters in a real browser, as wide as a phone."""

import pytest

from tests.letters.stories import NOW, every_kind, make_first, make_forms, make_incident
from tests.site.served import open_browser

pytestmark = pytest.mark.component("chromium")

WIDTH = 360
TABLE = """
| Region | State | Since | Next update |
|---|---|---|---|
| eu-west-1 | degraded_performance | 02:04 UTC | internationalization |
"""
LEFT = "(all) => all.map((one) => one.getBoundingClientRect().left)"


@pytest.fixture(scope="module")
def phone():
    with open_browser() as browser:
        page = browser.new_page(viewport={"width": WIDTH, "height": 640})
        page.set_default_timeout(10_000)
        yield page


def show(phone, incident, index=0):
    form = make_forms().form(incident, incident.steps[index], now=NOW)
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


def test_lists_of_a_body_begin_where_lists_of_facts_do(phone):
    show(phone, make_incident(make_first(body="- one\n- two")))

    [body, *_], [facts, *_] = (
        phone.eval_on_selector_all(f"{place} li", LEFT) for place in (".body", ".list")
    )

    assert body == facts
