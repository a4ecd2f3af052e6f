from statusgen.values.value import replace
from tests.builders import instant, make_update


def test_the_id_is_folder_and_file_name_and_nothing_else():
    update = make_update(incident_id="2026-11-21-checkout", stem="01-first")

    edited = replace(update, body="Other", title="Other", at=make_update(at="09:00").at)

    assert update.id == edited.id == "2026-11-21-checkout/01-first"


def test_updates_sort_by_time_then_file_name():
    early, late = make_update(at="01:00", stem="9"), make_update(at="02:00", stem="1")
    twin = make_update(at="02:00", stem="2")

    assert sorted([twin, late, early], key=lambda one: one.order) == [early, late, twin]


def test_a_correction_moves_when_an_update_changed():
    assert make_update(at="02:04").changed_at == instant("02:04")
    assert make_update(at="02:04", edited="05:00").changed_at == instant("05:00")
    assert make_update(at="02:04", edited="01:00").changed_at == instant("02:04")
