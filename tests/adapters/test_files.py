import threading
import time

from statusgen.adapters.files import alone_in, is_plain_folder


def test_a_link_is_no_plain_folder(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "folder")

    plain = {name: is_plain_folder(tmp_path / name) for name in ("folder", "link", "nowhere")}

    assert plain == {"folder": True, "link": False, "nowhere": False}


def test_of_two_who_want_to_be_alone_one_waits(tmp_path):
    told = []

    def enter():
        with alone_in(tmp_path):
            told.append("second in")

    with alone_in(tmp_path):
        other = threading.Thread(target=enter)
        other.start()
        time.sleep(0.05)
        told.append("first out")
    other.join()

    assert told == ["first out", "second in"]
