"""An archive with an incident, and a ledger with one reader."""

import pytest

from statusgen.config.reader import read_settings
from statusgen.content.archive import read_archive
from statusgen.content.cache_file import CacheFile
from statusgen.mail.database.ledger import SqlLedger
from statusgen.mail.subscribers.subscriber import NewSubscriber
from tests.builders import instant
from tests.fakes.mail import make_book, make_database
from tests.fakes.repository import make_repository

NOW = instant("02:10")


@pytest.fixture
def archive(tmp_path):
    settings = read_settings(make_repository(tmp_path).root)
    return read_archive(settings, CacheFile(tmp_path / "cache.db", "one"), NOW)


@pytest.fixture
def ledger(tmp_path):
    database = make_database(tmp_path)
    make_book(database).import_rows([NewSubscriber("ann@example.com")], "list.csv", NOW)
    yield SqlLedger(database)
    database.close()
