from datetime import UTC, datetime

import pytest

from statusgen.config.reader import read_settings
from statusgen.content.write import Draft, write_incident
from statusgen.errors import UsageError
from statusgen.values.vocabulary import Phase
from tests.fakes.repository import make_repository

NOW = datetime(2026, 11, 21, 2, 4, tzinfo=UTC)


def test_words_that_are_no_text_are_refused(tmp_path):
    settings = read_settings(make_repository(tmp_path, 'url = "folder:public"').root)
    draft = Draft(Phase.INVESTIGATING, NOW, title="Errors", severity="SEV1", body="caf\udce9")
    before = sorted(tmp_path.rglob("*"))

    with pytest.raises(UsageError, match="not UTF-8 text; set LC_ALL"):
        write_incident(settings, draft)

    assert sorted(tmp_path.rglob("*")) == before
