"""PostgreSQL that goes silent: the page goes up, the run ends and says so, and nothing is lost."""

import pytest

from statusgen.mail.database import patient_connection
from statusgen.mail.database.ledger import SqlLedger
from statusgen.targets.uploading import Uploader
from tests.components.postgresql import postgresql  # noqa: F401 - a fixture
from tests.fakes.repository import ID, make_repository

pytestmark = pytest.mark.component("postgresql")

READERS = 30
CONNECTIONS = 2
SAID = "did not answer; check that it runs and can be reached"


@pytest.fixture
def database(postgresql, monkeypatch):  # noqa: F811 - a fixture
    monkeypatch.setattr("statusgen.mail.delivery.journal._MOST_TRIES", 1)
    monkeypatch.setattr(patient_connection, "_ASK_AFTER_S", 0.3)
    monkeypatch.setattr(patient_connection, "_SHORT_S", 2)  # psycopg takes no shorter one
    yield postgresql
    postgresql.go_on()


@pytest.fixture
def repository(tmp_path, database):
    repository = make_repository(tmp_path)
    state = f'[state]\ndatabase = "{database.new_database()}"'
    mail = f'transport = "folder:outbox"\nmax_connections = {CONNECTIONS}'
    repository.configure(mail=mail, extra=state)
    repository.subscribe(*(f"reader{number}@example.com" for number in range(READERS)))
    return repository


def before(monkeypatch, moment, act):
    """Have `act` done before a method is called for the so many-th time."""
    home, name, call = moment
    method, calls = getattr(home, name), []

    def acted(self, *words, **options):
        calls.append(name)
        if len(calls) == call:
            act()
        return method(self, *words, **options)

    monkeypatch.setattr(home, name, acted)


def recipients(repository):
    return sorted(one["To"] for one in repository.letters())


@pytest.mark.parametrize(
    "moment",
    [
        (Uploader, "upload", 1),
        (SqlLedger, "enlist", 1),
        (SqlLedger, "record", 3),
    ],
    ids=["after the plan", "before the letters", "amid letters"],
)
def test_a_server_that_goes_silent_keeps_neither_page_nor_run(
    repository, database, monkeypatch, moment
):
    with monkeypatch.context() as patch:
        before(patch, moment, database.stop)
        done = repository.run("publish", "--yes")
    sent = recipients(repository)
    database.go_on()

    again = repository.run("publish", "--yes")
    mailed = recipients(repository)

    assert done.code == 4
    assert done.err.count(SAID) == 1
    assert "one in three" in repository.page(f"incidents/{ID}.html")
    assert len(sent) < READERS
    assert again.code == 0, again.err
    assert {*mailed} == {f"reader{number}@example.com" for number in range(READERS)}
    assert len(mailed) <= READERS + CONNECTIONS  # what was in flight went out again
