from statusgen.content.outline import outline
from statusgen.page.api.content import created_at, most_recent, newest_first
from tests.builders import instant
from tests.page.api.stories import everything, make_content, make_maintenance, make_story


def test_the_most_recent_are_those_first_told_of_last():
    told = [make_story(f"i{hour}", at=f"{hour:02d}:00") for hour in (3, 1, 2)]

    assert [one.id for one in most_recent(told, 2)] == ["i3", "i2"]
    assert [one.id for one in most_recent(map(outline, told), 2)] == ["i3", "i2"]


def test_a_maintenance_counts_from_its_announcement():
    maintenance = make_maintenance("a", starts="2026-12-24T03:00", ends="2026-12-24T05:00")

    assert created_at(maintenance) == instant("2026-11-20T12:00")
    assert created_at(outline(maintenance)) == created_at(maintenance)


def test_what_is_given_twice_is_told_once():
    story = make_story("a")

    assert newest_first([story, make_story("b"), story]) == [make_story("b"), story]


def test_what_is_not_over_is_open_under_way_or_ahead():
    content = make_content(*everything())

    assert {one.id for one in content.planned} == {"ahead", "now"}
    assert {one.id for one in content.live} == {"open", "watched", "ahead", "now"}
