import asyncio
import mailbox

import pytest

from statusgen.errors import MailError
from statusgen.mail.transports.maildir import MaildirTransport
from tests.fakes.mail import (
    claim,
    enlist,
    make_database,
    make_letter,
    make_update,
    queue_letters,
)


@pytest.fixture
def letters(tmp_path):
    database = make_database(tmp_path)
    ledger = queue_letters(database, "ann", "bob")
    yield [
        make_letter(one.update_id, one.subscriber)
        for one in claim(ledger, enlist(ledger), make_update())
    ]
    database.close()


def send(folder, *letters):
    async def send_all():
        connection = await MaildirTransport(folder).connect()
        for letter in letters:
            assert await connection.offer(letter) is None
            await connection.finish()

    asyncio.run(send_all())


def test_each_letter_is_one_file_that_mail_programs_read(tmp_path, letters):
    send(tmp_path / "outbox", *letters)

    found = mailbox.Maildir(tmp_path / "outbox", create=False)
    assert sorted(message["To"] for message in found) == ["ann@example.com", "bob@example.com"]
    assert all(path.suffix == ".eml" for path in (tmp_path / "outbox" / "new").iterdir())
    assert list((tmp_path / "outbox" / "tmp").iterdir()) == []


def test_the_same_letter_again_replaces_its_copy_even_one_that_was_read(tmp_path, letters):
    outbox = tmp_path / "outbox"
    send(outbox, *letters)
    seen = next((outbox / "new").iterdir())
    seen.rename(outbox / "cur" / f"{seen.name}:2,S")

    send(outbox, *letters)

    assert len(list((outbox / "new").iterdir())) == 1
    assert len(list((outbox / "cur").iterdir())) == 1


def test_a_letter_that_is_not_finished_does_not_arrive(tmp_path, letters):
    async def begin():
        connection = await MaildirTransport(tmp_path / "outbox").connect()
        await connection.offer(letters[0])
        await connection.close()

    asyncio.run(begin())

    assert [list((tmp_path / "outbox" / name).iterdir()) for name in ("new", "tmp")] == [[], []]


def test_an_outbox_that_cannot_be_written_is_one_sentence(tmp_path, letters):
    (tmp_path / "outbox").write_text("a file")

    with pytest.raises(MailError, match="the outbox can't be written"):
        send(tmp_path / "outbox", *letters)


def test_a_trial_tells_the_room_and_makes_nothing(tmp_path):
    room = asyncio.run(MaildirTransport(tmp_path / "outbox").try_out())

    assert room.free_bytes > 0
    assert list(tmp_path.iterdir()) == []


def test_a_trial_is_refused_where_a_file_is_in_the_way(tmp_path):
    (tmp_path / "outbox").write_text("")

    with pytest.raises(MailError, match="the outbox can't be written"):
        asyncio.run(MaildirTransport(tmp_path / "outbox").try_out())


@pytest.mark.parametrize("is_there", [False, True], ids=["made", "there before"])
def test_only_who_sends_may_read_letters(tmp_path, letters, is_there):
    outbox = tmp_path / "outbox"
    if is_there:
        (outbox / "new").mkdir(parents=True)
        outbox.chmod(0o755)

    send(outbox, *letters)

    folders = [outbox, *(outbox / name for name in ("tmp", "new", "cur"))]
    files = [*(outbox / "new").iterdir()]
    assert {path.stat().st_mode & 0o777 for path in folders} == {0o700}
    assert [path.stat().st_mode & 0o777 for path in files] == [0o600] * len(letters)
