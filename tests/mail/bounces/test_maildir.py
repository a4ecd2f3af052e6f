import mailbox
import os
from datetime import UTC, datetime

import pytest

from statusgen.errors import MailError
from statusgen.mail.bounces.mailbox import MOST_BYTES
from statusgen.mail.bounces.maildir import MaildirMailbox

TEXT = b"From: ann@example.org\nSubject: hello\n\nhello\n"


@pytest.fixture
def folder(tmp_path):
    mailbox.Maildir(tmp_path / "box", create=True)
    return tmp_path / "box"


def put(folder, name: str, text: bytes = TEXT):
    path = folder / name
    path.write_bytes(text)
    return path


def names(folder) -> list[str]:
    return sorted(f"{path.parent.name}/{path.name}" for path in folder.glob("*/*"))


def test_new_messages_and_those_nobody_has_seen_are_read(folder):
    put(folder, "new/1.a")
    put(folder, "cur/2.b:2,")
    put(folder, "cur/3.c:2,FS")
    put(folder, "tmp/4.d")

    assert [mail.name for mail in MaildirMailbox(folder).unsettled()] == ["new/1.a", "cur/2.b:2,"]


def test_a_settled_message_is_kept_as_seen_and_does_not_come_again(folder):
    put(folder, "new/1.a")
    put(folder, "cur/2.b:2,F")
    box = MaildirMailbox(folder)

    for mail in box.unsettled():
        box.settle(mail, is_understood=True)

    assert names(folder) == ["cur/1.a:2,S", "cur/2.b:2,FS"]
    assert list(box.unsettled()) == []
    assert [message.get_flags() for message in mailbox.Maildir(folder)].count("S") == 1


def test_what_is_not_understood_is_flagged_for_a_person_to_find(folder):
    put(folder, "new/1.a")
    put(folder, "cur/2.b:2,R")
    box = MaildirMailbox(folder)

    for mail in box.unsettled():
        box.settle(mail, is_understood=False)

    assert names(folder) == ["cur/1.a:2,FS", "cur/2.b:2,FRS"]
    assert list(box.unsettled()) == []


def test_a_message_has_the_time_of_its_arrival(folder):
    os.utime(put(folder, "new/1.a"), (1_795_000_000, 1_795_000_000))

    (mail,) = MaildirMailbox(folder).unsettled()

    assert mail.arrived == datetime.fromtimestamp(1_795_000_000, UTC)


def test_no_more_than_the_head_of_a_large_message_is_read(folder):
    put(folder, "new/1.a", b"x" * MOST_BYTES * 2)

    (mail,) = MaildirMailbox(folder).unsettled()

    assert len(mail.head) == MOST_BYTES


def test_what_another_program_takes_meanwhile_is_its_own(folder):
    paths = [put(folder, f"new/{number}") for number in (1, 2)]
    box = MaildirMailbox(folder)
    coming = box.unsettled()
    first = next(coming)
    for path in paths:
        path.unlink()

    box.settle(first, is_understood=True)

    assert list(coming) == []


def test_what_is_no_file_is_left_alone(folder, tmp_path):
    (tmp_path / "secret").write_text("From: x")
    os.mkfifo(folder / "new" / "pipe")
    (folder / "new" / "folder").mkdir()

    assert list(MaildirMailbox(folder).unsettled()) == []


def test_a_link_is_not_followed(folder, tmp_path):
    (tmp_path / "secret").write_text("From: x")
    (folder / "new" / "link").symlink_to(tmp_path / "secret")

    assert list(MaildirMailbox(folder).unsettled()) == []


def test_a_folder_that_is_no_maildir_is_one_sentence(tmp_path):
    with pytest.raises(MailError, match="the Maildir can't be read"):
        list(MaildirMailbox(tmp_path / "nowhere").unsettled())


def test_a_maildir_that_cannot_be_changed_is_one_sentence(folder):
    put(folder, "new/1.a")
    box = MaildirMailbox(folder)
    (mail,) = box.unsettled()
    (folder / "cur").rmdir()
    (folder / "cur").write_text("in the way")

    with pytest.raises(MailError, match="messages can't be marked"):
        box.settle(mail, is_understood=True)
