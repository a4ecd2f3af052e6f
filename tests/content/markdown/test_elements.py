from statusgen.content.markdown.elements import ALIASES, ELEMENTS, IN_ELEMENT, SHOWN, TAGS, VOID


def test_what_a_body_may_hold_are_elements_or_become_some():
    assert TAGS < ELEMENTS
    assert set(ALIASES.values()) <= TAGS
    assert set() == SHOWN & VOID


def test_elements_without_an_end_tag_belong_into_others():
    assert set(IN_ELEMENT) < ELEMENTS
    assert set.union(*IN_ELEMENT.values()) < ELEMENTS
