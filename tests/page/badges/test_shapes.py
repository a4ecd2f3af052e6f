from xml.etree import ElementTree as ET

import pytest

from statusgen.page.badges.shapes import TEMPLATE, drawing
from statusgen.values.vocabulary import ComponentState
from statusgen.words.templates import Templates
from tests.builders import write_tree


def elements(symbol):
    return [[one.tag, one.attrib, elements(one)] for one in symbol]


@pytest.mark.parametrize("tone", [*ComponentState, "notice", "closed"])
def test_a_drawing_is_what_the_page_draws(tone):
    page = ET.fromstring(Templates().render(TEMPLATE, {}))

    drawn = drawing(tone, Templates())

    assert drawn == elements(page.find(f"*[@id='shape-{tone}']"))
    assert len(drawn) == 2


def test_what_lies_in_a_group_stays_in_it(tmp_path):
    group = '<g class="a"><path d="M1 1"></path><circle r="1"/></g><path d="M2 2"/>'
    own = f'<svg><symbol id="shape-x"><path/></symbol><symbol id="shape-y">{group}</symbol></svg>'
    write_tree(tmp_path, {f"site_templates/{TEMPLATE}": own})

    assert drawing("y", Templates(tmp_path)) == [
        ["g", {"class": "a"}, [["path", {"d": "M1 1"}, []], ["circle", {"r": "1"}, []]]],
        ["path", {"d": "M2 2"}, []],
    ]


def test_a_page_without_the_symbol_leaves_it_out():
    assert drawing("nothing", Templates()) == []
