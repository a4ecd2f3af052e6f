import itertools
import os

import boto3
import pytest

from statusgen.config.mail_source import SqsSource
from statusgen.errors import MailError
from statusgen.mail.bounces.mailbox import MOST_BYTES
from statusgen.mail.bounces.sqs import SqsMailbox
from tests.components.dripping import BODY, HEAD, dripping

REGION = "eu-west-1"
_numbers = itertools.count(1)


@pytest.fixture
def client(moto_server, credentials, monkeypatch):  # noqa: ARG001 - a fixture
    monkeypatch.setenv("AWS_ENDPOINT_URL", moto_server.endpoint_url)
    monkeypatch.setattr("statusgen.mail.bounces.sqs._WAIT_S", 0)
    client = boto3.client("sqs", region_name=REGION)
    yield client
    client.close()


@pytest.fixture
def url(client):
    name = f"bounces-{os.getpid()}-{next(_numbers)}"
    url = client.create_queue(QueueName=name)["QueueUrl"]
    yield url
    client.delete_queue(QueueUrl=url)


@pytest.fixture
def box(url):
    box = SqsMailbox(SqsSource(REGION, url.rpartition("/")[2]))
    yield box
    box.close()


def test_all_messages_come_whatever_a_request_gives(box, client, url):
    for number in range(23):
        client.send_message(QueueUrl=url, MessageBody=f"message {number}")

    mails = list(box.unsettled())

    assert {mail.head for mail in mails} == {b"message %d" % number for number in range(23)}
    assert all(mail.arrived.tzinfo is not None for mail in mails)


def test_only_what_was_settled_and_understood_is_deleted(box, client, url):
    for word in ("good", "odd", "left"):
        client.send_message(QueueUrl=url, MessageBody=word)

    for mail in box.unsettled():
        if mail.head != b"left":
            box.settle(mail, is_understood=mail.head == b"good")

    facts = client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert facts["ApproximateNumberOfMessagesNotVisible"] == "2"


def test_a_run_ends_although_what_it_could_not_settle_comes_again(box, client, url, monkeypatch):
    monkeypatch.setattr("statusgen.mail.bounces.sqs._HIDDEN_S", 0)
    client.send_message(QueueUrl=url, MessageBody="odd")

    assert len(list(box.unsettled())) == 1


def test_a_queue_may_be_named_by_its_url(client, url):
    client.send_message(QueueUrl=url, MessageBody="x" * 1000)
    box = SqsMailbox(SqsSource(REGION, url))

    assert [len(mail.head) for mail in box.unsettled()] == [min(1000, MOST_BYTES)]
    box.close()


@pytest.mark.usefixtures("client")
def test_a_queue_that_does_not_exist_is_one_sentence():
    box = SqsMailbox(SqsSource(REGION, "nowhere"))

    with pytest.raises(MailError, match="there is no such queue"):
        list(box.unsettled())
    box.close()


@pytest.mark.usefixtures("credentials")
def test_a_service_that_is_not_there_is_one_sentence(monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    box = SqsMailbox(SqsSource(REGION, "bounces"))

    with pytest.raises(MailError, match="SQS can't be reached"):
        list(box.unsettled())
    box.close()


def test_missing_credentials_are_one_sentence():
    box = SqsMailbox(SqsSource(REGION, "bounces"))

    with pytest.raises(MailError, match="no AWS credentials were found"):
        list(box.unsettled())
    box.close()


@pytest.mark.usefixtures("credentials")
@pytest.mark.parametrize("first", [HEAD, BODY], ids=["headers", "a body"])
def test_a_queue_that_answers_byte_by_byte_is_given_up(first, monkeypatch):
    monkeypatch.setattr("statusgen.mail.bounces.sqs._END_S", 0.4)
    with dripping(first) as port:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
        box = SqsMailbox(SqsSource(REGION, "bounces"))

        with pytest.raises(MailError, match="SQS did not answer in time"):
            list(box.unsettled())
        box.close()
