import json

import pytest

from statusgen.content.installation import installed_from, requirement

GIT = {"vcs": "git", "commit_id": "0123456789abcdef", "requested_revision": "main"}


@pytest.mark.parametrize(
    ("record", "told"),
    [
        (None, "statusgen==1.2"),
        (
            {"url": "https://example.com/statusgen.git", "vcs_info": GIT},
            "statusgen @ git+https://example.com/statusgen.git@0123456789abcdef",
        ),
        (
            {"url": "ssh://git@example.com/statusgen.git", "vcs_info": GIT},
            "statusgen @ git+ssh://git@example.com/statusgen.git@0123456789abcdef",
        ),
        (
            {"url": "https://example.com/statusgen-1.2-py3-none-any.whl", "archive_info": {}},
            "statusgen @ https://example.com/statusgen-1.2-py3-none-any.whl",
        ),
        ({"url": "file:///home/ann/statusgen", "dir_info": {"editable": True}}, None),
        ({"url": "file:///home/ann/statusgen.whl", "archive_info": {}}, None),
        ({"url": "https://user:secret@example.com/statusgen.git", "vcs_info": GIT}, None),
        ({"url": "https://example.com/$(ls)", "archive_info": {}}, None),
        ({"url": "https://example.com/a", "vcs_info": {"vcs": "git"}}, None),
        ({}, None),
        ([], None),
    ],
    ids=[
        "index",
        "git",
        "ssh",
        "wheel",
        "checkout",
        "file",
        "secret",
        "shell",
        "odd",
        "empty",
        "list",
    ],
)
def test_another_machine_is_told_where_the_same_is_to_be_had(record, told):
    assert requirement("1.2", None if record is None else json.dumps(record)) == told


def test_a_record_that_can_not_be_read_tells_nothing():
    assert requirement("1.2", "{") is None


def test_this_checkout_is_nowhere_for_others():
    assert installed_from() is None
