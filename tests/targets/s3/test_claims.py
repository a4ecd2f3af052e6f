"""Claims on real buckets: one request where conditions are honoured, and never two holders."""

import pytest

from statusgen.targets.claim import Claim
from statusgen.targets.s3.bucket import Bucket
from statusgen.targets.s3.claims import claim
from tests.components.s3_proxy import PASS, run_proxy

UPDATE_ID = "2026-11-21-checkout-errors/01-investigating"


@pytest.fixture
def opened(bucket):
    opened = Bucket("s3://acme", bucket.name, endpoint_url=bucket.server.endpoint_url)
    yield opened
    opened.close()


@pytest.mark.parametrize("reads_first", [True, False])
def test_the_first_holds_it_until_somebody_takes_it_over(opened, reads_first):
    def ask(token, *, takeover=False):
        made = Claim(token)
        return claim(opened, UPDATE_ID, made, takeover=takeover, reads_first=reads_first).token

    told = [
        ask("ours"),
        ask("ours"),
        ask("theirs"),
        ask("theirs", takeover=True),
        ask("theirs"),
        ask("ours"),
    ]

    assert told == ["ours", "ours", "ours", "ours", "theirs", "theirs"]


def test_a_free_claim_costs_one_request_where_conditions_are_honoured(bucket):
    with run_proxy(bucket.server, PASS) as proxy:
        opened = Bucket("s3://acme", bucket.name, endpoint_url=proxy.server_facts.endpoint_url)
        claim(opened, UPDATE_ID, Claim("ours"), takeover=False, reads_first=False)
        opened.close()

    assert len(proxy.requests) == 1
