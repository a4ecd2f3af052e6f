from statusgen.mail.database.adding import add_new
from statusgen.mail.database.schema import claim


def rows_of(*names, token="first"):
    return [{"update_id": name, "token": token} for name in names]


def test_only_what_is_not_there_yet_is_added(database):
    with database.writing() as connection:
        add_new(connection, claim, rows_of("a/1", "a/2"))
        add_new(connection, claim, rows_of("a/2", "a/3", token="second"))
        there = connection.execute(claim.select().order_by(claim.c.update_id)).all()

    assert there == [("a/1", "first"), ("a/2", "first"), ("a/3", "second")]
