import re

from statusgen.page.api.ids import Ids

IDS = Ids("https://status.example.com")


def test_an_id_is_twelve_small_letters_and_digits():
    made = [IDS.page, IDS.component("a"), IDS.group("a"), IDS.incident("a"), IDS.update("a/01")]

    assert all(re.fullmatch("[a-z0-9]{12}", one) for one in made)


def test_ids_of_different_kinds_and_pages_differ():
    other = Ids("https://status.example.com/other")

    made = [
        method(name)
        for ids in (IDS, other)
        for method in (ids.component, ids.group, ids.incident, ids.update)
        for name in ("a", "b", "")
    ]

    assert len(set(made)) == len(made)


def test_ids_never_change_because_clients_keep_them():
    assert IDS.page == "m9xnj9sxbr71"
    assert IDS.update("2026-11-21-checkout-errors/01") == "cw739vh06b1g"


def test_the_scheme_of_the_page_is_no_part_of_an_id():
    assert Ids("http://status.example.com").page == IDS.page
