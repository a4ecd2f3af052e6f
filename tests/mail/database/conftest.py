"""The databases that the contract runs against: a SQLite file, and a database on a real server."""

import pytest

from statusgen.mail.database.engine import open_database
from statusgen.mail.database.ledger import SqlLedger
from tests.components.postgresql import postgresql
from tests.fakes.mail import URL, make_book

__all__ = ["postgresql"]

ON_A_SERVER = pytest.param("postgresql", marks=pytest.mark.component("postgresql"))


@pytest.fixture(params=["sqlite", ON_A_SERVER])
def url(request):
    """A database that isn't there yet, or is empty."""
    if request.param == "sqlite":
        return URL
    return request.getfixturevalue("postgresql").new_database()


@pytest.fixture
def database(url, tmp_path):
    database = open_database(url, tmp_path)
    yield database
    database.close()


@pytest.fixture
def book(database):
    return make_book(database)


@pytest.fixture
def ledger(database):
    return SqlLedger(database)
