from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.engine import make_url

from statusgen.errors import DatabaseError
from statusgen.mail.database.engine import open_database
from statusgen.mail.database.ledger import SqlLedger
from statusgen.mail.database.server import name_of
from tests.components.postgresql import postgresql  # noqa: F401 - a fixture
from tests.fakes.mail import make_book

pytestmark = pytest.mark.component("postgresql")
END = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}'"


@pytest.fixture
def database(postgresql, tmp_path):  # noqa: F811
    database = open_database(postgresql.new_database(), tmp_path)
    yield database
    database.close()


def ask(database, question, *, is_writing=False):
    with database.writing() if is_writing else database.reading() as connection:
        return connection.exec_driver_sql(question).scalar()


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("application_name", "statusgen"),
        ("transaction_isolation", "read committed"),
        ("synchronous_commit", "on"),  # the server's is off
        ("idle_in_transaction_session_timeout", "20s"),
        ("lock_timeout", "30s"),
    ],
)
def test_a_session_is_durable_and_waits_for_nothing_without_an_end(database, setting, value):
    assert ask(database, f"SHOW {setting}", is_writing=True) == value


def test_whoever_reads_sees_one_state_and_changes_nothing(database):
    with database.reading() as connection:
        count = "SELECT count(*) FROM setting"
        before = connection.exec_driver_sql(count).scalar()
        SqlLedger(database).setting("a", lambda: "b")
        during = connection.exec_driver_sql(count).scalar()
    with pytest.raises(DatabaseError, match="only reads"):
        ask(database, "DELETE FROM setting RETURNING 1")

    assert (during, ask(database, count)) == (before, before + 1)


@pytest.mark.parametrize("hours", [-4, 0, 4])
def test_it_is_known_how_far_its_clock_is_from_ours(postgresql, tmp_path, hours):  # noqa: F811
    off = timedelta(hours=hours)
    database = open_database(postgresql.new_database(), tmp_path, lambda: datetime.now(UTC) + off)

    assert abs(database.clock_ahead + off) < timedelta(seconds=5)
    assert hours or not database.clock_ahead
    database.close()


def test_an_idle_connection_that_was_lost_is_made_anew(database, postgresql):  # noqa: F811
    assert list(make_book(database).subscribers()) == []
    postgresql.execute(END.format(database.engine.url.database))

    assert list(make_book(database).subscribers()) == []


def test_a_connection_that_is_lost_in_between_is_one_sentence(database, postgresql):  # noqa: F811
    def lose():
        with database.writing() as connection:
            connection.exec_driver_sql("SELECT 1")
            postgresql.execute(END.format(database.engine.url.database))
            connection.exec_driver_sql("SELECT 1")

    with pytest.raises(DatabaseError, match=r"(lost the connection|was shut down).* run the comm"):
        lose()


def test_the_password_may_stand_in_a_service_file(postgresql, tmp_path, monkeypatch):  # noqa: F811
    name = make_url(postgresql.new_database()).database
    service = f"[acme]\nhost={postgresql.folder}\nuser=postgres\ndbname={name}\npassword=x\n"
    (tmp_path / "services").write_text(service)
    monkeypatch.setenv("PGSERVICEFILE", str(tmp_path / "services"))

    database = open_database("postgresql+psycopg://?service=acme", tmp_path)

    assert ask(database, "SELECT current_database()") == name
    database.close()


def test_tables_of_something_else_are_left_alone(postgresql, tmp_path):  # noqa: F811
    url = postgresql.new_database()
    database = open_database(url, tmp_path)
    with database.writing() as connection:
        connection.exec_driver_sql("DROP TABLE setting")
    database.close()

    with pytest.raises(DatabaseError, match="of something else by the same names"):
        open_database(url, tmp_path)


def test_its_name_holds_no_secret():
    url = make_url("postgresql+psycopg://status:secret@db.example.com:5433/status?password=secret")

    assert name_of(url) == "postgresql://status@db.example.com:5433/status"
