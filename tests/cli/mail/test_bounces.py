"""`mail bounces`, from the command line."""

import mailbox

import pytest

from statusgen.cli.composition import open_state
from statusgen.config.reader import read_settings
from statusgen.mail.bounces.handling import Effect
from statusgen.mail.letters.tokens import UnsubscribeTokens
from tests.fakes.repository import CANARY, Repository, make_repository
from tests.mail.bounces import messages


@pytest.fixture
def repository(tmp_path) -> Repository:
    repository = make_repository(tmp_path)
    repository.subscribe(CANARY)
    return repository


@pytest.fixture
def box(tmp_path):
    return mailbox.Maildir(tmp_path / "box", create=True)


def about_canary(raw: bytes) -> bytes:
    return raw.replace(b"ann@example.org", CANARY.encode())


def bounces(repository: Repository, *options: str):
    return repository.run("mail", "bounces", f"maildir:{repository.root}/box", *options)


def state_of(repository: Repository) -> str:
    return repository.run("subscribers", "list", "--json").json[0]["state"]


def test_a_table_says_what_followed(repository, box):
    box.add(about_canary(messages.GMAIL))
    box.add(about_canary(messages.POSTFIX))
    box.add(b"\0")

    done = bounces(repository)

    assert done.code == 0
    rows = {" ".join(line.split()[:-1]): line.split()[-1] for line in done.out.splitlines()[1:]}
    assert (rows["read"], rows["strikes"], rows["bounced"]) == ("3", "1", "1")
    assert rows["not understood"] == "1"
    assert "1 message not understood and kept" in done.err
    assert state_of(repository) == "bounced"


def test_programs_get_tokens_and_nobody_an_address(repository, box):
    for raw in (messages.POSTFIX, messages.complaint(), messages.mail(), messages.NOVEL):
        box.add(about_canary(raw))

    done = bounces(repository, "--json")

    told = done.json
    [subscriber] = told.pop("subscribers")
    assert subscriber["id"].startswith("sub_")
    assert subscriber["effect"] == "complaints"
    numbers = {"read": 4, "complaints": 1, "ignored": 1, "not_understood": 2, "disbelieved": 0}
    assert told == {**dict.fromkeys(Effect, 0), **numbers, "trouble": None}
    assert CANARY not in done.out + done.err


def test_an_unsubscribe_mail_is_obeyed(repository, box):
    with open_state(read_settings(repository.root)) as state:
        token = state.address_book.find(CANARY).token
        signed = UnsubscribeTokens(state.secret_key).sign(token)
    box.add(messages.mail(f"unsubscribe {signed}"))

    assert bounces(repository, "--json").json["unsubscribed"] == 1
    assert state_of(repository) == "unsubscribed"


def test_an_operator_is_told_when_the_sender_is_to_blame(repository, box):
    box.add(about_canary(messages.POLICY))

    done = bounces(repository)

    assert "1 letter refused for who sends or what is sent" in done.err
    assert "statusgen doctor" in done.err
    assert state_of(repository) == "active"


def test_a_flood_of_readers_without_a_mailbox_is_told_of(repository, box):
    addresses = [f"p{number}@example.org" for number in range(51)]
    repository.subscribe(*addresses)
    for address in addresses:
        box.add(messages.POSTFIX.replace(b"ann@example.org", address.encode()))

    done = bounces(repository)

    assert done.code == 0
    assert "51 readers said to have no mailbox, too many in a day" in done.err
    assert all(
        one["state"] == "active" for one in repository.run("subscribers", "list", "--json").json
    )


def test_without_letters_there_is_nothing_to_come_back(tmp_path):
    done = make_repository(tmp_path, mail=None).run("mail", "bounces", "maildir:box")

    assert done.code == 2
    assert "has no [mail]" in done.err


def test_with_a_return_path_unproved_reports_are_told_of(repository, box):
    repository.configure(mail='transport = "folder:outbox"\nreturn_path = "bounces@example.com"')
    box.add(about_canary(messages.POSTFIX))

    done = bounces(repository)

    assert "1 report without mail.return_path" in done.err
    assert state_of(repository) == "active"


@pytest.mark.usefixtures("box")
def test_nothing_to_read_is_no_trouble(repository):
    done = bounces(repository, "--json")

    assert done.code == 0
    assert done.json["read"] == 0


def test_a_source_that_cannot_be_read_is_exit_4_and_still_a_report(repository):
    done = bounces(repository, "--json")

    assert done.code == 4
    assert done.json["read"] == 0
    assert "the Maildir can't be read" in done.json["trouble"]
    assert "the Maildir can't be read" in done.err


@pytest.mark.parametrize("source", ["pop3://ann@example.com", "imaps://a:b@example.com", ""])
def test_a_source_that_makes_no_sense_is_exit_2(repository, source):
    done = repository.run("mail", "bounces", source)

    assert done.code == 2
    assert "SOURCE: " in done.err


def test_the_help_has_an_example_to_copy(repository):
    done = repository.run("mail", "bounces", "--help")

    assert "Example:\n    STATUSGEN_IMAP_PASSWORD=" in done.out
