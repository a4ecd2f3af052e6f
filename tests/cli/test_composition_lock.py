import pytest

from statusgen.cli import composition
from statusgen.config.reader import read_settings
from statusgen.errors import DatabaseError
from tests.fakes.repository import make_repository


def test_a_file_in_the_place_of_the_state_folder_is_told(tmp_path):
    settings = read_settings(make_repository(tmp_path, 'url = "folder:public"').root)
    (settings.root / ".statusgen").write_text("")

    with (
        pytest.raises(DatabaseError, match=r"the folder \.statusgen can't be made"),
        composition.open_publishing_lock(settings),
    ):
        pass
