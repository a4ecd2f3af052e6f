import itertools

import pytest

from statusgen.mail.letter_states import Audience
from statusgen.mail.subscribers.subscriber import NewSubscriber
from statusgen.values.value import replace
from tests.fakes.audience import picks
from tests.fakes.mail import NOW, claim, enlist
from tests.mail.database.test_ledger import ONE

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
@pytest.mark.parametrize("is_narrowed", [False, True], ids=["for all", "narrowed"])
def test_the_database_picks_whom_the_model_picks(book, ledger, audience, is_narrowed):
    book.import_rows(WISHES, "list.csv", NOW)
    ledger.queue(ONE, Audience(("stakeholders", "subscribers"), ("api-v2",), ("SEV3",)), NOW)
    following = {one.subscriber.id for one in claim(ledger, enlist(ledger), ONE)}
    asked = replace(audience, is_narrowed=is_narrowed)

    picked = sum(picks(asked, one, follows=one.id in following) for one in book.subscribers())
    strangers = sum(picks(asked, one) for one in book.subscribers())

    assert 0 < len(following) < len(WISHES)
    assert ledger.audience_size(ONE.incident_id, asked) == picked
    assert ledger.audience_size("another", asked) == strangers


def test_a_rehearsal_picks_those_who_are_named_if_the_rule_does(book, ledger):
    book.import_rows(WISHES, "list.csv", NOW)
    readers = list(book.subscribers())
    wishes = Audience(("subscribers",), ("checkout",))
    named = frozenset(one.id for one in readers[:6])

    few = replace(wishes, only=named)

    picked = {one.id for one in readers if picks(wishes, one)} & named
    assert 0 < len(picked) < len(named)
    assert ledger.audience_size(ONE.incident_id, few) == len(picked)
    assert {one.id for one in ledger.sample(ONE.incident_id, few, 6)} == picked
