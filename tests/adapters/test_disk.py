import pytest

from statusgen.adapters.disk import room_for


def test_a_folder_tells_its_disk(tmp_path):
    room = room_for(tmp_path)

    assert room.free_bytes > 0
    assert room.file_system


def test_a_folder_that_is_not_there_yet_is_on_the_disk_of_those_above(tmp_path):
    assert room_for(tmp_path / "new" / "newer").file_system == room_for(tmp_path).file_system


def test_a_file_in_the_way_is_refused(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(NotADirectoryError):
        room_for(tmp_path / "file" / "folder")


def test_a_folder_that_we_may_not_write_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("os.access", lambda *_: False)  # root, as in CI, may write anywhere

    with pytest.raises(PermissionError):
        room_for(tmp_path)
