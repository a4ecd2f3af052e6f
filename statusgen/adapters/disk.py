"""The disk under a folder: what kind it is, and how much room it has."""

import errno
import os
import shutil
from pathlib import Path

import psutil

from statusgen.ports.surroundings import Room

NETWORK_FILE_SYSTEMS = frozenset(
    {
        *("9p", "afpfs", "afs", "ceph", "cifs", "davfs", "glusterfs", "lustre", "ncpfs"),
        *("nfs", "nfs3", "nfs4", "smb3", "smbfs", "webdav"),
        *("fuse.ceph", "fuse.glusterfs", "fuse.rclone", "fuse.s3fs", "fuse.sshfs"),
    }
)


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
    kind = _file_system(place.resolve())
    return Room(shutil.disk_usage(place).free, kind, kind in NETWORK_FILE_SYSTEMS)


def _file_system(place: Path) -> str:
    """Return the kind of the innermost mount that the place lies in."""
    mounts = [
        (len(one.mountpoint), number, one.fstype)
        for number, one in enumerate(psutil.disk_partitions(all=True))
        if place.is_relative_to(one.mountpoint)
    ]
    return max(mounts)[2].lower() if mounts else ""
