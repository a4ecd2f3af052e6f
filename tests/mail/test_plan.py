"""Content minus ledger: what is mailed, what is skipped and why."""

from datetime import timedelta

import pytest

from statusgen.content.outline import outline
from statusgen.mail.letter_states import HELD, KnownUpdate
from statusgen.mail.plan import MailOptions, Skip, Why, choose_mail, vanished_ids
from tests.builders import instant, make_first, make_incident, make_update

ID = "2026-11-21-checkout-errors"
NOW = instant("03:00")


def outlines(*updates):
    return [outline(make_incident(*updates))]


def known(*stems_and_times, skipped=""):
    rows = [KnownUpdate(f"{ID}/{stem}", ID, instant(at), skipped) for stem, at in stems_and_times]
    return {one.update_id: one for one in rows}


def choose(*updates, ledger=None, now=NOW, **options):
    told, ledger = outlines(*updates), ledger or {}
    skips = {update_id: one.skipped for update_id, one in ledger.items()}
    vanished = {one: ledger[one] for one in vanished_ids(told, skips)}
    return choose_mail(told, skips, vanished, now, MailOptions(**options))


def mailed_stems(choice):
    return [one.update.update_id.removeprefix(f"{ID}/") for one in choice.mailings]


def skips(choice):
    return {one.update_id.removeprefix(f"{ID}/"): one.skipped for one in choice.skipped}


FIRST = make_first(stem="01")
SECOND = make_update("identified", "02:20", stem="02")
END = make_update("resolved", "02:50", stem="03")


@pytest.mark.parametrize(
    ("updates", "ledger", "mailed", "skipped"),
    [
        ((FIRST,), {}, ["01"], {}),
        ((FIRST, SECOND), {}, ["01", "02"], {}),
        ((FIRST, SECOND), known(("01", "02:04")), ["02"], {}),
        ((FIRST,), known(("01", "02:04")), [], {}),
        ((FIRST, SECOND, END), {}, ["03"], {"01": Skip.SUPERSEDED, "02": Skip.SUPERSEDED}),
        ((FIRST, SECOND, END), known(("01", "02:04")), ["03"], {"02": Skip.SUPERSEDED}),
        ((make_first(stem="01", notify=False),), {}, [], {"01": Skip.SILENT}),
        (
            (make_first(stem="01", notify=False),),
            known(("01", "02:04"), skipped=Skip.SILENT),
            [],
            {},
        ),
    ],
    ids=[
        "a new update is mailed",
        "two new updates are mailed, oldest first",
        "a known update is not mailed again",
        "nothing new, nothing mailed",
        "the end supersedes what nobody has had",
        "the end supersedes what is new beside it",
        "notify: false is recorded",
        "what is recorded is not recorded again",
    ],
)
def test_what_is_mailed(updates, ledger, mailed, skipped):
    choice = choose(*updates, ledger=ledger)

    assert mailed_stems(choice) == mailed
    assert skips(choice) == skipped


@pytest.mark.parametrize(
    ("age", "options", "mailed"),
    [
        (timedelta(hours=24), {}, ["01"]),
        (timedelta(hours=24, seconds=1), {}, []),
        (timedelta(days=400), {"late": True}, ["01"]),
    ],
    ids=["a day old is news", "a second more is history", "--late mails history"],
)
def test_history_is_not_news(age, options, mailed):
    choice = choose(FIRST, now=FIRST.at + age, **options)

    assert mailed_stems(choice) == mailed
    assert skips(choice) == ({} if mailed else {"01": Skip.TOO_OLD})


@pytest.mark.parametrize(
    ("skipped", "options", "mailed"),
    [
        (Skip.TOO_OLD, {"late": True}, ["01"]),
        (Skip.TOO_OLD, {"takeover": True}, []),
        (Skip.CLAIMED, {"takeover": True}, ["01"]),
        (Skip.SILENT, {"late": True, "takeover": True}, []),
        (Skip.SUPERSEDED, {"late": True, "takeover": True}, []),
    ],
)
def test_a_skip_is_undone_by_its_own_option_only(skipped, options, mailed):
    choice = choose(FIRST, ledger=known(("01", "02:04"), skipped=skipped), **options)

    assert mailed_stems(choice) == mailed
    assert choice.skipped == ()


def test_letters_that_a_stranger_s_claim_stops_are_named_as_long_as_they_are_news():
    ledger = known(("01", "02:04"), skipped=Skip.CLAIMED)

    today = choose(FIRST, ledger=ledger)
    tomorrow = choose(FIRST, ledger=ledger, now=FIRST.at + timedelta(hours=25))

    assert (mailed_stems(today), skips(today)) == ([], {"01": Skip.CLAIMED})
    assert (mailed_stems(tomorrow), skips(tomorrow)) == ([], {})


def test_what_was_held_stays_unmailed():
    choice = choose(FIRST, ledger=known(("01", "02:04"), skipped=HELD), late=True, takeover=True)

    assert (mailed_stems(choice), skips(choice)) == ([], {})


def test_an_update_renamed_is_the_same_update():
    choice = choose(make_first(stem="01-first-word"), ledger=known(("01", "02:04")))

    assert choice.renamed == ((f"{ID}/01", f"{ID}/01-first-word"),)
    assert choice.mailings == ()
    assert choice.skipped == ()


def test_a_new_file_at_the_instant_of_one_that_is_still_there_is_no_rename():
    twin = make_update("identified", "02:04", stem="02")

    choice = choose(FIRST, twin, ledger=known(("01", "02:04")))

    assert choice.renamed == ()
    assert mailed_stems(choice) == ["02"]


def test_a_vanished_update_of_another_incident_is_no_rename():
    other = KnownUpdate("other/01", "other", instant("02:04"))

    choice = choose(FIRST, ledger={other.update_id: other})

    assert choice.renamed == ()
    assert mailed_stems(choice) == ["01"]


def test_two_files_that_swap_their_instants_are_both_known():
    ledger = known(("01", "02:04"), ("02", "02:20"))
    swapped = (make_first(stem="02"), make_update("identified", "02:20", stem="01"))

    choice = choose(*swapped, ledger=ledger)

    assert choice.mailings == ()
    assert choice.renamed == ()


def test_only_the_end_of_the_incident_closes():
    choice = choose(FIRST, SECOND)
    end = choose(FIRST, SECOND, END)

    assert [one.is_closing for one in choice.mailings] == [False, False]
    assert [one.is_closing for one in end.mailings] == [True]


def test_a_reopened_incident_is_told_whole():
    again = make_update("investigating", "02:55", stem="04")

    choice = choose(FIRST, SECOND, END, again)

    assert mailed_stems(choice) == ["01", "02", "03", "04"]


@pytest.mark.parametrize("notify", [False, ("stakeholders",)], ids=["silent", "narrowed"])
def test_an_end_that_not_everyone_hears_of_silences_nothing_before_it(notify):
    end = make_update("resolved", "02:50", stem="03", notify=notify)

    choice = choose(FIRST, end)

    assert "01" in mailed_stems(choice)


def test_an_end_at_a_lower_severity_silences_nothing_before_it():
    end = make_update("resolved", "02:50", stem="03", severity="SEV3")

    choice = choose(FIRST, end)

    assert mailed_stems(choice) == ["01", "03"]


@pytest.mark.parametrize(
    ("ledger", "age", "options", "why"),
    [
        (None, timedelta(0), {}, Why.NEW),
        (None, timedelta(0), {"late": True}, Why.NEW),
        (None, timedelta(days=2), {"late": True}, Why.LATE),
        (known(("01", "02:04"), skipped=Skip.CLAIMED), timedelta(0), {"takeover": True}, "claim"),
    ],
    ids=["new", "new with --late", "old with --late", "taken over"],
)
def test_each_mailing_says_why(ledger, age, options, why):
    [mailing] = choose(FIRST, ledger=ledger, now=FIRST.at + age, **options).mailings

    assert mailing.why == (Why.TAKEN_OVER if why == "claim" else why)
