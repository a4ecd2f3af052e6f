"""What can't be written is told with what to do, and by the right exit code."""

import errno
import os

import pytest

from statusgen.errors import Refused, Unavailable, UsageError
from statusgen.words.unwritable import explain, unwritten


def failure(code):
    return OSError(code, os.strerror(code))


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.ENOSPC, "the disk is full; free some space"),
        (errno.EDQUOT, "the disk quota is used up; free some space"),
        (errno.EROFS, "the disk is read-only; make it writable or choose another folder"),
        (errno.EACCES, "no permission; give this user the right to write there"),
        (errno.ETIMEDOUT, "another program keeps it to itself; end that one"),
        (errno.EIO, "Input/output error; mend it"),
    ],
)
def test_what_the_disk_says_becomes_a_next_step_and_may_be_tried_again(code, words):
    error = unwritten("page/x.md", failure(code))

    assert explain(failure(code)) == words
    assert str(error) == f"page/x.md can't be written: {words}"
    assert isinstance(error, Unavailable)


@pytest.mark.parametrize(
    "code", [errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ENOENT, errno.ENAMETOOLONG]
)
def test_a_name_that_can_not_be_is_a_mistake(code):
    assert isinstance(unwritten("x", failure(code)), UsageError)
    assert isinstance(unwritten("x", failure(code), mistake=Refused), Refused)
