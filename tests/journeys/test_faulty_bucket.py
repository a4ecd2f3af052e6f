"""A network that spoils each request once: the same release, no false conflict, no endless wait."""

from collections import Counter
from itertools import count
from zlib import crc32

import pytest

from tests.components.s3_proxy import LOSE_ANSWER, PASS, RESET, SLOW, SLOW_DOWN
from tests.components.soak import part
from tests.components.two_states import missing, open_site, refuse_strays

pytestmark = pytest.mark.component("weed")

FAULTS = (LOSE_ANSWER, SLOW_DOWN, RESET, SLOW)


def first_try(fault):
    """Spoil every first attempt, in the suite of a part of the requests; repetitions pass."""
    seen = Counter()

    def spoil(_number, request):
        seen[request] += 1
        chance = crc32(request.partition("/page/")[2].encode())
        is_chosen = chance % part(6 if fault != SLOW else 100, 1) == 0
        is_due = seen[request] % 2 and (is_chosen or request.endswith("page/index.html"))
        return fault if is_due else PASS

    return spoil


@pytest.mark.parametrize("fault", FAULTS)
def test_whatever_spoils_each_request_once_the_release_is_the_same(tmp_path, bucket, fault):
    with open_site(tmp_path, bucket) as (site, publish, _):
        for state in (0, 1):
            code, said = publish(state, first_try(fault))

            assert code == 0, said
            refuse_strays(site, state)
            assert missing(site.served(), tmp_path / f"crawled {state}") == []
            assert site.manifest().sequence == state + 1


@pytest.mark.parametrize("fault", FAULTS)
def test_whatever_spoils_one_request_the_release_is_the_same(tmp_path, bucket, fault):
    with open_site(tmp_path, bucket) as (site, publish, proxy):
        assert publish(0)[0] == 0
        state, sequence = 0, 1
        for at in count(2, part(20, 1)):
            state, sequence = 1 - state, sequence + 1
            code, said = publish(state, lambda one, _, at=at: fault if one == at else PASS)
            assert code == 0, (at, said)
            refuse_strays(site, state)
            assert site.manifest().sequence == sequence
            if at > len(proxy.requests):
                break
