"""A publish to a bucket that is killed before and after every request: readers never notice."""

from itertools import count

import pytest

from tests.components.s3_proxy import KILL_AFTER, KILL_BEFORE, PASS
from tests.components.soak import IS_SOAK, part
from tests.components.two_states import FOREIGN, missing, open_site, refuse_strays

pytestmark = pytest.mark.component("weed")


def moments(number):
    """In the suite a part is killed before the request, the others after; in a soak both."""
    if IS_SOAK:
        return (KILL_BEFORE, KILL_AFTER)
    return ((KILL_BEFORE, KILL_AFTER)[number // 2 % 2],)


def at(number, moment):
    return lambda one, _: moment if one == number else PASS


def test_whenever_a_publish_is_killed_readers_find_a_whole_page_and_the_next_completes(
    tmp_path, bucket
):
    with open_site(tmp_path, bucket) as (site, publish, proxy):
        state = kills = 0
        assert publish(state)[0] == 0
        sequence, over = site.manifest().sequence, False

        for number in count(1, part(4, 1)):
            for moment in moments(number):
                state = 1 - state
                code, said = publish(state, at(number, moment))
                over = len(proxy.requests) < number
                kills += code == -9
                assert over or code == -9, said
                crawled = tmp_path / f"{number} {moment}"
                assert missing(site.served(), crawled) == [], (number, moment)

                code, said = publish(state)
                assert code == 0, (number, moment, said)
                refuse_strays(site, state)
                assert site.manifest().sequence > sequence
                sequence = site.manifest().sequence
            if over:
                break

        assert kills > part(8, 60)
        assert site.listed(FOREIGN) == site.foreign
