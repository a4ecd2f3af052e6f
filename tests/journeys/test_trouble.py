"""What goes wrong outside: one sentence, the right exit code, and the next run goes on."""

import json
import re
import shutil
import socket

import pytest

from tests.components.smtp_relay import Script, smtp_relay
from tests.fakes.repository import CANARY, ID, make_repository

NO_ONE_IS_HOME = 'endpoint_url = "http://127.0.0.1:{port}"'


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def unknown_name(*_, **__):
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


@pytest.fixture
def repository(tmp_path, bucket, monkeypatch):
    for name, value in bucket.keys.items():
        monkeypatch.setenv(name, value)
    repository = make_repository(tmp_path, bucket.target())
    repository.subscribe(CANARY, "bob@example.com")
    return repository


def publish(repository, *options):
    done = repository.run("publish", "--yes", *options)
    assert CANARY not in done.out + done.err
    assert "Traceback" not in done.err
    return done


def lose_ledger(repository):
    shutil.rmtree(repository.root / ".statusgen")
    repository.subscribe(CANARY, "bob@example.com")


def test_a_lost_ledger_mails_nobody_again(repository):
    publish(repository)
    lose_ledger(repository)

    done = publish(repository)
    again = publish(repository)
    repository.run("mail", "hold", f"{ID}/01-investigating")
    settled = publish(repository)

    assert (done.code, again.code, settled.code) == (4, 4, 0)
    assert "--takeover" in done.err
    assert "--takeover" in again.err
    assert len(repository.letters()) == 2


def test_takeover_mails_what_another_ledger_claimed_and_notes_why(repository, bucket):
    publish(repository)
    lose_ledger(repository)
    stopped = publish(repository)
    shutil.rmtree(repository.root / "outbox")

    done = publish(repository, "--takeover", "the laptop was stolen")
    lose_ledger(repository)
    again = publish(repository)

    claim = json.loads(bucket.get(f"_statusgen/claims/{ID}/01-investigating.json")["Body"])
    assert done.code == 0, done.err
    assert len(repository.letters()) == 2
    assert claim["reason"] == "the laptop was stolen"
    since = rf"by {re.escape(claim['by'])} since 2026-11-21T02:1\d:\d\dZ"  # the clock runs on
    assert all(re.search(since, one.err) for one in (stopped, done, again))
    assert f"taken over: {ID}/01-investigating, which was claimed" in done.err


def test_letters_left_owed_are_not_claimed(repository):
    publish(repository, "--no-mail")
    lose_ledger(repository)

    done = publish(repository)

    assert done.code == 0, done.err
    assert len(repository.letters()) == 2


def test_a_bucket_that_is_not_there_is_one_sentence_and_no_letters(repository, bucket):
    repository.configure(bucket.target().replace(bucket.name, "no-such-bucket-here"))

    first = publish(repository)
    before = repository.letters()
    repository.configure(bucket.target())
    second = publish(repository)

    assert first.code == 4
    [sentence] = [one for one in first.err.splitlines() if one.startswith("behind:")]
    assert "no-such-bucket-here" in sentence
    assert "no letter was sent" in first.err
    assert before == []
    assert second.code == 0
    assert len(repository.letters()) == 2


def test_refused_credentials_are_one_sentence_and_no_letters(repository, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
        first = publish(repository)
    before = repository.letters()

    second = publish(repository)

    assert first.code == 4
    assert len([one for one in first.err.splitlines() if one.startswith("behind:")]) == 1
    assert "no letter was sent" in first.err
    assert before == []
    assert second.code == 0
    assert len(repository.letters()) == 2


def test_no_credentials_at_all_are_one_sentence_and_no_letters(repository, monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")

    done = publish(repository)

    assert done.code == 4
    assert len([one for one in done.err.splitlines() if one.startswith("behind:")]) == 1
    assert repository.letters() == []


def test_a_page_that_can_not_be_reached_does_not_keep_letters_for_ever(repository, bucket):
    gone = bucket.target(f"http://127.0.0.1:{free_port()}")
    repository.configure(gone, mail='transport = "folder:outbox"\nwithout_page_after = "1s"')

    done = publish(repository)
    letters = repository.letters()
    repository.configure(bucket.target())
    second = publish(repository)

    assert done.code == 4
    assert "the letters go out" in done.err
    assert len(letters) == 2
    assert all(
        "one in three payments fails" in one.get_body(("plain",)).get_content() for one in letters
    )
    assert second.code == 0
    assert "one in three" in bucket.get(f"incidents/{ID}.html")["Body"]
    assert len(repository.letters()) == 2


def test_a_folder_beside_a_bucket_that_is_down_keeps_no_letters(repository, bucket):
    targets = 'url = "folder:public"', bucket.target(f"http://127.0.0.1:{free_port()}")
    mail = 'transport = "folder:outbox"\nwithout_page_after = "1s"'
    repository.configure(*targets, mail=mail.replace("1s", "never"))

    waiting = publish(repository)
    repository.configure(*targets, mail=mail)
    done = publish(repository)

    assert waiting.code == done.code == 4
    assert "no letter was sent (2 were to leave)" in waiting.out
    assert "2 subscribers have mail" in done.out
    assert "the letters go out" in done.err
    assert len(repository.letters()) == 2
    assert "one in three" in repository.page(f"incidents/{ID}.html")


def test_a_folder_beside_a_bucket_that_is_misspelt_says_that_letters_wait(repository, bucket):
    wrong = bucket.target().replace(bucket.name, "no-such-bucket-here")
    repository.configure('url = "folder:public"', wrong)

    done = publish(repository)

    assert done.code == 4
    assert "folder:public: " in done.out
    assert "no letter was sent (2 were to leave)" in done.out
    assert "correct the target's url" in done.err
    assert (
        "no letter was sent, because s3://no-such-bucket-here/page is not up (a folder beside a "
        "bucket is not what readers see); publish again once that is put right"
    ) in done.err
    assert repository.letters() == []


def test_a_folder_beside_a_host_that_is_misspelt_keeps_no_letters(repository, bucket, monkeypatch):
    """Nothing tells it from an outage: no bucket has answered."""
    monkeypatch.setattr(socket, "getaddrinfo", unknown_name)
    targets = 'url = "folder:public"', bucket.target("http://bucket.invalid:9000")
    repository.configure(*targets, mail='transport = "folder:outbox"\nwithout_page_after = "1s"')

    done = publish(repository)

    assert done.code == 4
    assert "http://bucket.invalid:9000 can't be reached" in done.err
    assert "say that the page lags" in done.err
    assert len(repository.letters()) == 2


def test_a_bucket_that_is_taken_out_leaves_the_folder_to_readers(repository, bucket):
    wrong = bucket.target().replace(bucket.name, "no-such-bucket-here")
    repository.configure('url = "folder:public"', wrong)
    waiting = publish(repository, "--takeover", "the bucket is gone")
    before = repository.letters()
    repository.configure('url = "folder:public"')

    done = publish(repository)

    assert (waiting.code, done.code) == (4, 0)
    assert before == []
    assert len(repository.letters()) == 2


def test_never_waits_for_the_page(repository, bucket):
    repository.configure(
        bucket.target(f"http://127.0.0.1:{free_port()}"),
        mail='transport = "folder:outbox"\nwithout_page_after = "never"',
    )

    done = publish(repository)

    assert done.code == 4
    assert "no letter was sent" in done.err
    assert repository.letters() == []


def test_a_target_that_is_behind_is_named_and_caught_up(repository, bucket):
    wrong = bucket.target().replace(bucket.name, "no-such-bucket-here")
    repository.configure(bucket.target(), wrong)
    first = publish(repository)
    repository.configure(bucket.target(), 'url = "folder:public"')

    second = publish(repository)

    assert first.code == 4
    assert "no-such-bucket-here" in first.err
    assert len(repository.letters()) == 2
    assert second.code == 0
    assert "one in three" in repository.page(f"incidents/{ID}.html")


def test_a_relay_that_refuses_us_leaves_every_letter_owed(repository, bucket):
    script = Script()
    with smtp_relay(script, users={"status": "secret"}) as relay:
        transport = f'transport = "smtp://status@127.0.0.1:{relay.port}"'
        repository.configure(bucket.target(), mail=transport)
        first = repository.run_apart(
            "publish", "--yes", **bucket.keys, STATUSGEN_SMTP_PASSWORD="wrong"
        )
        before = len(script.seen)
        second = repository.run_apart(
            "mail", "resume", **bucket.keys, STATUSGEN_SMTP_PASSWORD="secret"
        )

    assert first.code == 4
    assert len([one for one in first.err.splitlines() if one.startswith("error:")]) == 1
    assert "wrong" not in first.err.replace("is wrong", "")
    assert before == 0
    assert second.code == 0, second.err
    assert sorted(address for address, _ in script.seen) == ["bob@example.com", CANARY]
