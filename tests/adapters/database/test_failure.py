import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from statusgen.errors import DatabaseError
from statusgen.model.subscriber import NewSubscriber
from tests.fakes.mail import NOW


def test_a_full_disk_is_one_sentence_and_nothing_is_half_imported(database, book):
    database.engine.dispose()
    with database.reading() as connection:
        connection.execute(text("PRAGMA max_page_count = 40"))
    rows = [NewSubscriber(f"p{number}@example.com") for number in range(5000)]

    with pytest.raises(DatabaseError, match="the disk is full; make room"):
        book.import_rows(rows, "list.csv", NOW)

    assert list(book.subscribers()) == []


def test_no_error_holds_an_address(database, book):
    ann = book.add(NewSubscriber("ann@example.com"), "list.csv", NOW)

    with pytest.raises(DatabaseError) as caught, database.writing() as connection:
        connection.execute(
            text("INSERT INTO subscriber SELECT * FROM subscriber WHERE address = :address"),
            {"address": ann.address},
        )

    assert isinstance(caught.value.__cause__, IntegrityError)
    assert "ann@" not in f"{caught.value} {caught.value.__cause__}"
