import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from statusgen.targets.disk import room_for

ROOT = Path(__file__).parents[2]


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


@pytest.mark.parametrize(
    ("kind", "is_network"),
    [
        ("ext4", False),
        ("apfs", False),
        ("fuseblk", False),
        ("fuse.gocryptfs", False),
        ("fuse.fuse-overlayfs", False),
        ("nfs4", True),
        ("cifs", True),
        ("9p", True),  # Windows' drives in WSL
        ("virtiofs", True),
        ("fuse.sshfs", True),
        ("fuse.of-somebody", True),
    ],
)
def test_a_network_file_system_is_known_by_its_mount(tmp_path, monkeypatch, kind, is_network):
    mounts = [("/", "ext4"), (str(tmp_path), "nfs"), (str(tmp_path), kind), ("/proc", "proc")]
    mounted = [SimpleNamespace(mountpoint=place, fstype=one) for place, one in mounts]
    monkeypatch.setattr("psutil.disk_partitions", lambda **_: mounted)

    room = room_for(tmp_path / "status" / ".statusgen")

    assert (room.file_system, room.is_network) == (kind, is_network)


@pytest.mark.component("mounting")
def test_a_mount_of_this_machine_is_seen(tmp_path):
    script = f'mount -t tmpfs none {tmp_path} && exec {sys.executable} -c "$1" {tmp_path}'
    tell = "import sys; from statusgen.targets.disk import *; print(room_for(Path(sys.argv[1])))"

    command = ["unshare", "--mount", "sh", "-c", script, "sh", tell]
    said = subprocess.check_output(command, text=True, cwd=ROOT)

    assert "file_system='tmpfs', is_network=False" in said


def test_a_user_without_a_home_has_a_disk_all_the_same(tmp_path, monkeypatch):
    def nobody():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", nobody)
    (tmp_path / "sync" / ".stfolder").mkdir(parents=True)

    assert room_for(tmp_path).free_bytes > 0
    assert room_for(tmp_path / "sync").synchronised_by == "Syncthing"


@pytest.mark.parametrize(
    ("folder", "mark", "program"),
    [
        ("Dropbox", ".dropbox.cache/x", "Dropbox"),
        ("sync", ".stfolder/x", "Syncthing"),
        ("OneDrive - Acme", "x", "OneDrive"),
        ("Mobile Documents", "x", "iCloud"),
        ("Dropbox of old", "x", ""),
    ],
)
def test_a_folder_that_is_copied_to_other_machines_is_known(tmp_path, folder, mark, program):
    (tmp_path / folder / mark).parent.mkdir(parents=True)

    assert room_for(tmp_path / folder / "status" / "new").synchronised_by == program
