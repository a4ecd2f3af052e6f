"""The disk under a folder: what kind it is, and how much room it has."""

import errno
import os
import shutil
from pathlib import Path

import psutil

from statusgen.targets.storage import Room

NETWORK_FILE_SYSTEMS = frozenset(
    {
        *("9p", "acfs", "afpfs", "afs", "beegfs", "ceph", "cifs", "davfs", "drvfs", "fakeowner"),
        *("gfs2", "glusterfs", "gpfs", "lustre", "ncpfs", "nfs", "nfs3", "nfs4", "ocfs2"),
        *("orangefs", "prl_fs", "smb2", "smb3", "smbfs", "vboxsf", "virtiofs", "vmhgfs", "webdav"),
    }
)
"""Files on them are, or may be, used by other machines too, as are those of a virtual machine
or a container that belong to its host."""

LOCAL_FUSE = frozenset(
    {
        *("apfs", "bindfs", "encfs", "exfat", "ext2", "fuse-overlayfs", "gocryptfs"),
        *("mergerfs", "ntfs", "ntfs-3g", "overlay", "portal", "veracrypt", "zfs-fuse"),
    }
)
"""The `fuse.` file systems that keep files on this machine; most others fetch them."""

_SYNCHRONISED = {
    ".dropbox": "Dropbox",
    ".dropbox.cache": "Dropbox",
    ".nextcloudsync.log": "Nextcloud",
    ".owncloudsync.log": "ownCloud",
    ".stfolder": "Syncthing",
    ".sync": "Resilio Sync",
}
"""What such programs keep at the top of the folder that they copy."""
_CLOUDS = {"Mobile Documents": "iCloud", "CloudStorage": "a cloud drive", "OneDrive": "OneDrive"}
"""Folders by whose name such programs are known."""


def room_for(folder: Path) -> Room:
    """Return the disk that the folder is on or, if it isn't there, would be made on.

    Raises: OSError when we may not write there, or something else is in its place.
    """
    place = folder.absolute()
    while not place.exists():
        place = place.parent
    if not place.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    if not os.access(place, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    whole = place.resolve()
    kind = _file_system(whole)
    return Room(shutil.disk_usage(place).free, kind, _is_network(kind), _who_synchronises(whole))


def _file_system(place: Path) -> str:
    """Return the kind of the innermost mount that the place lies in."""
    mounts = [
        (len(one.mountpoint), number, one.fstype)
        for number, one in enumerate(psutil.disk_partitions(all=True))
        if place.is_relative_to(one.mountpoint)
    ]
    return max(mounts)[2].lower() if mounts else ""


def _is_network(kind: str) -> bool:
    name, _, driver = kind.partition(".")
    return name in NETWORK_FILE_SYSTEMS or (bool(driver) and driver not in LOCAL_FUSE)


def _who_synchronises(place: Path) -> str:
    home = _home()
    for folder in (place, *place.parents):
        for name, program in _SYNCHRONISED.items():
            if folder != home and (folder / name).exists():
                return program
        for name, program in _CLOUDS.items():
            if folder.name == name or folder.name.startswith(f"{name} - "):
                return program
    return ""


def _home() -> Path | None:
    """Return the user's home; None: there is none, as for a user id without a name."""
    try:
        return Path.home()
    except RuntimeError:
        return None
