import pytest

from statusgen.model.delivery import Account, Audience
from statusgen.model.subscriber import Subscriber, SubscriberState


def make_subscriber(**changes) -> Subscriber:
    values = {"id": 1, "token": "sub_1", "address": "a@b.test", "state": SubscriberState.ACTIVE}
    return Subscriber(**{**values, **changes})


def test_an_account_adds_up_to_its_audience():
    account = Account.of({"accepted": 3, "deferred": 2}) + Account(suppressed=1)

    assert account.audience == 6
    assert account.owed == 2


@pytest.mark.parametrize(
    ("changes", "is_picked"),
    [
        ({}, True),
        ({"components": ("checkout", "api")}, True),
        ({"components": ("search",)}, False),
        ({"min_severity": "SEV1"}, False),
        ({"state": SubscriberState.PENDING}, False),
        ({"audience": "stakeholders", "components": ("search",), "min_severity": "SEV1"}, True),
        ({"audience": "press"}, False),
    ],
)
def test_components_and_severity_pick_subscribers_and_severity_alone_the_others(changes, is_picked):
    audience = Audience(("subscribers", "stakeholders"), ("checkout",), ("SEV2", "SEV3"))

    assert audience.picks(make_subscriber(**changes)) is is_picked
