from statusgen.mail.letter_states import Account


def test_an_account_adds_up_to_its_audience():
    account = Account.of({"accepted": 3, "deferred": 2}) + Account(suppressed=1)

    assert account.audience == 6
    assert account.owed == 2
