"""What may be read and written in a repository that others propose changes to."""

import errno
import os
import socket

import pytest

from statusgen.words.repository_files import NotOurs, open_file, read_file, write_new_file
from tests.builders import write_tree

MOST = 1000


def names_in(folder):
    return sorted(one.name for one in folder.iterdir())


@pytest.fixture
def root(tmp_path):
    write_tree(tmp_path, {"secret/key": "secret", "repository/a/plain": "plain"})
    return tmp_path / "repository"


def link(root):
    (root / "a/odd").symlink_to(root.parent / "secret/key")


def relative_link(root):
    (root / "a/odd").symlink_to("../../secret/key")


def link_inside(root):
    (root / "a/odd").symlink_to("plain")


def chain_of_links(root):
    (root / "a/first").symlink_to("../../secret/key")
    (root / "a/odd").symlink_to("first")


def link_into_a_link(root):
    (root / "away").symlink_to(root.parent / "secret")
    (root / "a/odd").symlink_to("../away/key")


def dangling_link(root):
    (root / "a/odd").symlink_to("nowhere")


def link_to_itself(root):
    (root / "a/odd").symlink_to("odd")


def link_to_the_environment(root):
    (root / "a/odd").symlink_to("/proc/self/environ")


def hard_link(root):
    os.link(root.parent / "secret/key", root / "a/odd")


def folder(root):
    (root / "a/odd").mkdir()


def pipe(root):
    os.mkfifo(root / "a/odd")


def listening_socket(root):
    with socket.socket(socket.AF_UNIX) as listener:
        here = os.open(root, os.O_RDONLY)
        try:
            listener.bind(f"/proc/self/fd/{here}/a/odd")  # a socket's whole path must be short
        finally:
            os.close(here)


def device(root):
    try:
        os.mknod(root / "a/odd", 0o20600, os.makedev(1, 3))
    except PermissionError:
        pytest.skip("devices are made by root only")


ODD = [
    link,
    relative_link,
    link_inside,
    chain_of_links,
    link_into_a_link,
    dangling_link,
    link_to_itself,
    link_to_the_environment,
    hard_link,
    folder,
    pipe,
    listening_socket,
    device,
]


@pytest.mark.parametrize("make", ODD, ids=lambda one: one.__name__)
def test_what_is_no_plain_file_is_not_read(root, make):
    make(root)

    with pytest.raises(NotOurs) as caught:
        read_file(root, "a/odd", MOST)
    with pytest.raises(NotOurs):
        open_file(root, "a/odd")

    told = "link" if "link" in make.__name__ or "chain" in make.__name__ else "not a plain file"
    assert told in caught.value.what


@pytest.mark.parametrize("name", ["../secret/key", "a/../../secret/key", "/etc/hostname", "a\0b"])
def test_a_path_that_leads_out_is_refused(root, name):
    with pytest.raises(NotOurs, match="leads out of the repository"):
        read_file(root, name, MOST)


def test_no_folder_on_the_way_is_a_link(root):
    (root / "away").symlink_to(root.parent / "secret")

    with pytest.raises(NotOurs, match="a symbolic link"):
        read_file(root, "away/key", MOST)


def test_a_plain_file_is_read(root):
    assert read_file(root, "a/plain", MOST) == b"plain"
    assert read_file(root, "./a//plain", MOST) == b"plain"
    with open_file(root, "a/plain") as file:
        assert file.read() == b"plain"


def test_a_file_that_is_not_there_is_missing_and_not_odd(root):
    with pytest.raises(FileNotFoundError):
        read_file(root, "a/none", MOST)
    with pytest.raises(FileNotFoundError):
        read_file(root, "none/at/all", MOST)


def test_of_a_file_that_is_too_large_nothing_is_read(root, monkeypatch):
    os.truncate(root / "a/plain", 4 << 30)  # a hole: no disk has to hold it
    monkeypatch.setattr(os, "read", lambda *_: pytest.fail("it was read"))

    with pytest.raises(NotOurs, match=r"has 4,295\.0 MB; make it smaller: at most 1 kB are read"):
        read_file(root, "a/plain", MOST)


@pytest.mark.parametrize("size", [0, MOST - 1, MOST, MOST + 1])
def test_the_most_that_is_read_is_exact(root, size):
    (root / "a/plain").write_bytes(b"x" * size)

    if size > MOST:
        with pytest.raises(NotOurs, match="make it smaller"):
            read_file(root, "a/plain", MOST)
    else:
        assert len(read_file(root, "a/plain", MOST)) == size


def test_a_file_that_grows_while_it_is_read_has_the_same_limit(root, monkeypatch):
    look = os.fstat

    def look_and_let_grow(descriptor):
        facts = look(descriptor)
        (root / "a/plain").write_bytes(b"x" * 20 * MOST)
        return facts

    monkeypatch.setattr(os, "fstat", look_and_let_grow)

    with pytest.raises(NotOurs, match="make it smaller"):
        read_file(root, "a/plain", MOST)


def test_a_link_that_is_put_in_place_between_listing_and_reading_is_not_followed(root):
    """Whoever opens by descriptor can't be raced: each read is of the secret or it is refused."""
    plain, away = root / "a", root / "b"
    for _ in range(20):
        plain.rename(away)
        plain.symlink_to(root.parent / "secret")
        with pytest.raises(NotOurs):
            read_file(root, "a/key", MOST)
        plain.unlink()
        away.rename(plain)
        assert read_file(root, "a/plain", MOST) == b"plain"


def test_a_new_file_comes_with_its_folders_and_nothing_beside_it(root):
    write_new_file(root, "incidents/one/01.md", b"text")

    assert (root / "incidents/one/01.md").read_bytes() == b"text"
    assert names_in(root / "incidents/one") == ["01.md"]
    assert (root / "incidents/one/01.md").stat().st_nlink == 1


def test_a_file_that_is_there_is_not_written_over(root):
    with pytest.raises(FileExistsError):
        write_new_file(root, "a/plain", b"other")

    assert (root / "a/plain").read_bytes() == b"plain"
    assert names_in(root / "a") == ["plain"]


@pytest.mark.parametrize("place", ["", "one"])
def test_nothing_is_written_through_a_link(root, place):
    incidents = root / "incidents"
    if place:
        incidents.mkdir()
    (incidents / place).symlink_to(root.parent / "secret")

    with pytest.raises(NotOurs, match="a symbolic link"):
        write_new_file(root, "incidents/one/01.md", b"text")

    assert names_in(root.parent / "secret") == ["key"]


@pytest.mark.parametrize("broken", ["write", "fsync", "link"])
def test_a_disk_that_is_full_leaves_nothing(root, monkeypatch, broken):
    whole = getattr(os, broken)

    def full(*arguments, **_options):
        if broken == "link":
            monkeypatch.setattr(os, "rename", full)
        elif broken == "write" and len(arguments[1]) > 1:
            return whole(arguments[0], arguments[1][:1])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, broken, full)

    with pytest.raises(OSError, match="No space"):
        write_new_file(root, "incidents/one/01.md", b"te")

    assert names_in(root) == ["a"]


def test_a_file_system_without_hard_links_takes_a_file_all_the_same(root, monkeypatch):
    def link(*_args, **_options):
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", link)

    write_new_file(root, "a/new", b"text")

    assert (root / "a/new").read_bytes() == b"text"
    with pytest.raises(FileExistsError):
        write_new_file(root, "a/plain", b"other")
    assert (root / "a/plain").read_bytes() == b"plain"


def test_what_a_killed_run_left_aside_is_in_nobodys_way(root):
    (root / "a/.new.new").write_text("hal")

    write_new_file(root, "a/new", b"text")

    assert names_in(root / "a") == ["new", "plain"]
