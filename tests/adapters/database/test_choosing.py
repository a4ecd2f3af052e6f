import itertools

import pytest

from statusgen.model.delivery import Audience
from statusgen.model.subscriber import NewSubscriber
from tests.fakes.mail import NOW

WISHES = [
    NewSubscriber(f"p{number}@example.com", audience, components, min_severity)
    for number, (audience, components, min_severity) in enumerate(
        itertools.product(
            ("subscribers", "stakeholders"),
            ((), ("api",), ("api-v2",), ("api", "checkout")),
            ("SEV1", "SEV2", "SEV3"),
        )
    )
]


@pytest.mark.parametrize(
    "audience",
    [
        Audience(("subscribers",)),
        Audience(("subscribers", "stakeholders"), ("api",), ("SEV2", "SEV3")),
        Audience(("subscribers",), ("checkout", "api-v2")),
        Audience(("subscribers",), ()),
        Audience(("stakeholders",), ("search",), ()),
        Audience(()),
    ],
)
def test_the_database_picks_whom_the_model_picks(book, ledger, audience):
    book.import_rows(WISHES, "list.csv", NOW)

    picked = sum(audience.picks(one) for one in book.subscribers())

    assert ledger.audience_size("login", audience) == picked
