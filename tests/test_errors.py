import pytest

from statusgen.errors import (
    ContentError,
    DatabaseError,
    MailError,
    Problem,
    Refused,
    StatusgenError,
    TargetError,
    UsageError,
    without_addresses,
)


@pytest.mark.parametrize(
    ("error", "code"),
    [(UsageError, 2), (Refused, 3), (TargetError, 4), (MailError, 4), (DatabaseError, 4)],
)
def test_every_error_has_its_exit_code(error, code):
    assert issubclass(error, StatusgenError)
    assert error("what happened").exit_code == code


def test_problems_are_told_all_at_once_in_order_of_place():
    late = Problem("b.md", 3, "wrong", "mend it")
    early = Problem("b.md", 1, "odd", "look at it", is_warning=True)
    whole = Problem("a", 0, "missing", "add it")

    error = ContentError([late, early, whole])

    assert error.exit_code == 1
    assert str(error) == (
        "a: missing; add it\nb.md:1: warning: odd; look at it\nb.md:3: wrong; mend it"
    )


def test_one_reason_of_a_refusal_is_a_sentence_and_several_are_lines():
    assert str(Refused("it is held", ending="nothing was done")) == "it is held; nothing was done"
    assert str(Refused("one", "two", ending="nothing was done")) == "one\ntwo\nnothing was done"
    assert str(Refused("one", "two")) == "one\ntwo"


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        (
            "the ledger knows no update called 'ann@acme.test'",
            "the ledger knows no update called '…'",
        ),
        (
            "Got unexpected extra arguments (a@acme.test b@acme.test)",
            "Got unexpected extra arguments (… …)",
        ),
        (
            "unknown column '@acme' or bob@; choose another",
            "unknown column '…' or …; choose another",
        ),
        ("an address holds exactly one @; write it like name@example.com", None),
        ("the relay smtp://status@relay.acme.test:587 can't be reached", None),
    ],
)
def test_what_looks_like_an_address_is_hidden(text, hidden):
    assert without_addresses(text) == (hidden or text)
