import psycopg
import pytest
from sqlalchemy.engine import make_url

from statusgen.errors import DatabaseError
from statusgen.mail.database import patient_connection
from statusgen.mail.database.engine import open_database
from statusgen.mail.database.patient_connection import PatientConnection, Silent, Way

pytestmark = pytest.mark.component("postgresql")

SAYS_SO = "did not answer; check that it runs and can be reached, then run the command again"


@pytest.fixture(autouse=True)
def hurried(monkeypatch):
    monkeypatch.setattr(patient_connection, "_ASK_AFTER_S", 0.2)
    monkeypatch.setattr(patient_connection, "_SHORT_S", 2)  # psycopg takes no shorter one


@pytest.fixture
def database(postgresql, tmp_path):
    database = open_database(postgresql.new_database(), tmp_path)
    yield database
    postgresql.go_on()
    database.close()


def ask(database, question="SELECT 1"):
    with database.reading() as connection:
        return connection.exec_driver_sql(question).scalar()


def connect(postgresql, name):
    return Way().connect(host=str(postgresql.folder), user="postgres", dbname=name)


def test_a_server_that_is_busy_is_waited_for(database):
    assert ask(database, "SELECT 7 FROM pg_sleep(1)") == 7


def test_a_server_that_is_silent_is_one_sentence_and_used_again_when_it_answers(
    database, postgresql
):
    postgresql.stop()
    with pytest.raises(DatabaseError, match=SAYS_SO):
        ask(database)
    postgresql.go_on()

    assert ask(database) == 1


def test_a_server_that_goes_silent_amid_a_transaction_is_the_same_sentence(database, postgresql):
    def go_silent():
        with database.writing() as connection:
            connection.exec_driver_sql("SELECT 1")
            postgresql.stop()
            connection.exec_driver_sql("SELECT 1")

    with pytest.raises(DatabaseError, match=SAYS_SO):
        go_silent()


def test_who_was_silent_is_not_waited_for_as_long_again(monkeypatch):
    waits_s = []

    def be_silent(**options):
        waits_s.append(options["connect_timeout"])
        raise psycopg.errors.ConnectionTimeout

    monkeypatch.setattr(PatientConnection, "connect", be_silent)
    way = Way()
    for _ in range(2):
        with pytest.raises(psycopg.errors.ConnectionTimeout):
            way.connect(connect_timeout=10)

    assert waits_s == [10, 2]


def test_a_refusal_is_an_answer_too(postgresql):
    name = make_url(postgresql.new_database()).database
    connection = connect(postgresql, name)
    postgresql.execute(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false")

    assert connection.is_answered()
    connection.close()


def test_no_answer_takes_longer_than_a_statement_may(postgresql, monkeypatch):
    monkeypatch.setattr(patient_connection, "_END_S", 0.5)
    connection = connect(postgresql, "postgres")

    with pytest.raises(Silent):
        connection.execute("SELECT pg_sleep(600)")

    assert connection.closed


def test_what_trickles_in_has_the_same_end(postgresql, monkeypatch):
    monkeypatch.setattr(patient_connection, "_END_S", 0.5)
    connection = connect(postgresql, "postgres")
    row = "CREATE FUNCTION pg_temp.drip() RETURNS void LANGUAGE plpgsql AS $$ BEGIN LOOP"
    notice = "RAISE NOTICE 'x'; PERFORM pg_sleep(0.02); END LOOP; END $$"
    connection.execute(f"{row} {notice}")

    with pytest.raises(Silent):
        connection.execute("SELECT pg_temp.drip()")
