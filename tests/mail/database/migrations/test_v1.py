from sqlalchemy import inspect

from statusgen.mail.database import sqlite_file
from tests.fakes.version_1 import make_file, make_tables


def tables_of(engine):
    found = inspect(engine)
    return {
        name: (
            [{**column, "type": str(column["type"])} for column in found.get_columns(name)],
            found.get_pk_constraint(name)["constrained_columns"],
            found.get_foreign_keys(name),
            found.get_unique_constraints(name),
            found.get_check_constraints(name),
            [(one["name"], one["column_names"]) for one in found.get_indexes(name)],
        )
        for name in found.get_table_names()
    }


def test_it_makes_what_the_first_version_made(tmp_path):
    make_file(tmp_path / "dumped.db")
    dumped = sqlite_file.make_engine(tmp_path / "dumped.db")
    made = sqlite_file.make_engine(tmp_path / "made.db")

    with made.begin() as connection:
        make_tables(connection)

    assert tables_of(made) == tables_of(dumped)
    made.dispose()
    dumped.dispose()
