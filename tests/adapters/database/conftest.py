"""The databases that the contract runs against; PostgreSQL is one more parameter here."""

import pytest

from statusgen.adapters.database.ledger import SqlLedger
from tests.fakes.mail import make_book, make_database


@pytest.fixture(params=["sqlite"])
def database(tmp_path):
    database = make_database(tmp_path)
    yield database
    database.close()


@pytest.fixture
def book(database):
    return make_book(database)


@pytest.fixture
def ledger(database):
    return SqlLedger(database)
