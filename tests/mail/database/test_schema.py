from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy.dialects import postgresql, sqlite

from statusgen.mail.database.schema import UtcDateTime


@pytest.mark.parametrize("dialect", [sqlite.dialect(), postgresql.dialect()])
def test_an_instant_comes_back_as_utc(dialect):
    local = datetime(2026, 11, 21, 3, 4, 5, 6, tzinfo=timezone(timedelta(hours=1)))
    column = UtcDateTime()

    stored = column.process_bind_param(local, dialect)

    assert column.process_result_value(stored, dialect) == local
    assert column.process_result_value(stored, dialect).tzinfo is UTC
