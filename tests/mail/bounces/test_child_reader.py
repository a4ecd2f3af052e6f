import os
from contextlib import closing

import pytest

from statusgen.errors import MailError
from statusgen.mail.bounces.bounce import Incoming, MessageKind
from statusgen.mail.bounces.child_reader import ChildReader
from statusgen.mail.bounces.message import read_message

MAIL = b"From: ann@example.org\nSubject: hello\n\nhello\n"


def tell_process(head: bytes) -> Incoming:
    return Incoming(
        MessageKind.MAIL, (str(os.getpid()), os.environ.get("SECRET", ""), head.decode())
    )


def ponder(head: bytes) -> Incoming:
    """As some messages have made Python's own parser do (cpython#136063)."""
    while head == b"bomb":
        pass
    return read_message(head)


def take_memory(head: bytes) -> Incoming:
    return Incoming(MessageKind.MAIL, (str(len(bytearray(len(head) * 2**31))),))


def end(_head: bytes) -> Incoming:
    os._exit(1)


def test_messages_are_read_in_one_other_process():
    with closing(ChildReader(tell_process)) as reader:
        first, second = reader(b"one"), reader(b"two")

    assert first.return_paths[0] == second.return_paths[0] != str(os.getpid())
    assert [one.return_paths[2] for one in (first, second)] == ["one", "two"]


def test_a_message_that_takes_too_long_is_given_up_and_the_next_one_read():
    with closing(ChildReader(ponder, limit_s=3)) as reader:
        bomb, mail = reader(b"bomb"), reader(MAIL)

    assert bomb is None
    assert mail == Incoming(MessageKind.MAIL)


@pytest.mark.parametrize("read", [take_memory, end], ids=["too much memory", "the end"])
def test_a_process_that_dies_of_a_message_is_no_trouble(read):
    with closing(ChildReader(read)) as reader:
        assert reader(b"x") is None
        assert reader(b"x") is None


def test_a_process_that_starts_too_late_answers_no_message_with_the_mark_that_it_is_ready():
    with closing(ChildReader(tell_process, start_s=0)) as reader:
        for _ in range(3):
            with pytest.raises(MailError, match="did not start"):
                reader(b"x")


def test_closing_ends_the_process():
    reader = ChildReader(tell_process)
    number = int(reader(b"x").return_paths[0])

    reader.close()
    reader.close()

    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)
