"""What the system says when a file or folder can't be written: in words, with what to do."""

import errno

from statusgen.errors import StatusgenError, Unavailable, UsageError

_NO_FOLDER = "there is a file or link where a folder belongs; move it away"
_NO_RIGHT = "no permission; give this user the right to write there"
_REMEDIES = {
    errno.ENOSPC: "the disk is full; free some space",
    errno.EDQUOT: "the disk quota is used up; free some space",
    errno.EFBIG: "the file is larger than the system allows; raise the limit",
    errno.EROFS: "the disk is read-only; make it writable or choose another folder",
    errno.EACCES: _NO_RIGHT,
    errno.EPERM: _NO_RIGHT,
    errno.EISDIR: "there is a folder where a file belongs; move it away",
    errno.ENOTDIR: _NO_FOLDER,
    errno.EEXIST: _NO_FOLDER,
    errno.ETIMEDOUT: "another program keeps it to itself; end that one",
    errno.ENAMETOOLONG: "the name is too long; choose a shorter one",
    errno.EXDEV: "part of the folder is another disk; make it a plain folder",
}
_MISTAKES = frozenset(
    {
        errno.EEXIST,
        errno.EINVAL,
        errno.EISDIR,
        errno.ELOOP,
        errno.ENAMETOOLONG,
        errno.ENOENT,
        errno.ENOTDIR,
    }
)
"""What is wrong with the name that was given; all else may be over when it is tried again."""


def explain(error: OSError) -> str:
    """Return what is wrong with a file or folder, and what to do, in words."""
    return _REMEDIES.get(error.errno or 0) or f"{error.strerror or error}; mend it"


def unwritten(
    name: object, error: OSError, mistake: type[StatusgenError] = UsageError
) -> StatusgenError:
    """Return what to raise: a `mistake` in the name, or that it can't be written now."""
    kind = mistake if error.errno in _MISTAKES else Unavailable
    return kind(f"{name} can't be written: {explain(error)}")
