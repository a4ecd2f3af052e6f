"""A queue of Amazon SQS that SES feeds, as a mailbox. Import it late: boto3 takes its time."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import boto3.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from statusgen.config.mail_source import SqsSource
from statusgen.errors import MailError
from statusgen.mail.bounces.mailbox import MOST_BYTES, Mail
from statusgen.targets.s3.hooks import guard
from statusgen.targets.watchdog import Watchdog

_BATCH = 10  # the most that ReceiveMessage gives
_WAIT_S = 2  # asks all of SQS's servers, not a few
_END_S = 90.0
"""Of a request with all attempts, whatever trickles in."""
_HIDDEN_S = 300
"""How long a message that was read and not settled stays away from every reader."""

_SENTENCES = {
    "NoCredentialsError": "no AWS credentials were found; set AWS_PROFILE or AWS_ACCESS_KEY_ID "
    "and AWS_SECRET_ACCESS_KEY",
    "EndpointConnectionError": "SQS can't be reached; check the region and the network",
    "ConnectTimeoutError": "SQS did not answer in time; run the command again to go on",
    "ReadTimeoutError": "SQS did not answer in time; run the command again to go on",
    "QueueDoesNotExist": "there is no such queue; check its name and the region",
    "AWS.SimpleQueueService.NonExistentQueue": "there is no such queue; check its name and region",
    "AccessDenied": "access was denied; the credentials need sqs:GetQueueUrl, sqs:ReceiveMessage "
    "and sqs:DeleteMessage there",
    "AccessDeniedException": "access was denied; the credentials need sqs:GetQueueUrl, "
    "sqs:ReceiveMessage and sqs:DeleteMessage there",
}


class SqsMailbox:
    """The Mailbox port for `sqs://`; only who holds rights on the queue can write into it."""

    is_trusted = True

    def __init__(self, source: SqsSource) -> None:
        self._source = source
        self._watchdog = Watchdog()
        with _explained():
            self._client: Any = boto3.session.Session().client(
                "sqs",
                region_name=source.region,
                config=Config(
                    connect_timeout=5,
                    read_timeout=20,
                    retries={"mode": "standard", "total_max_attempts": 3},
                ),
            )
        guard(self._client, self._watchdog)
        self._url = source.queue if "://" in source.queue else ""

    def unsettled(self) -> Iterator[Mail]:
        """See Mailbox.unsettled. Ends when the queue gives nothing that is new to this run."""
        seen: set[str] = set()
        while fresh := [one for one in self._receive() if one["MessageId"] not in seen]:
            for one in fresh:
                seen.add(one["MessageId"])
                sent = int(one["Attributes"]["SentTimestamp"]) / 1000
                head = one["Body"].encode()[:MOST_BYTES]
                yield Mail(one["ReceiptHandle"], head, datetime.fromtimestamp(sent, UTC))

    def settle(self, mail: Mail, *, is_understood: bool) -> None:
        """See Mailbox.settle."""
        if is_understood:
            with _explained(), self._watchdog.ending(_END_S):
                self._client.delete_message(QueueUrl=self._queue_url(), ReceiptHandle=mail.name)

    def close(self) -> None:
        """See Mailbox.close."""
        self._client.close()

    def _receive(self) -> list[dict[str, Any]]:
        with _explained(), self._watchdog.ending(_END_S):
            answer = self._client.receive_message(
                QueueUrl=self._queue_url(),
                MaxNumberOfMessages=_BATCH,
                WaitTimeSeconds=_WAIT_S,
                VisibilityTimeout=_HIDDEN_S,
                AttributeNames=["SentTimestamp"],
            )
        found: list[dict[str, Any]] = answer.get("Messages", [])
        return found

    def _queue_url(self) -> str:
        if not self._url:
            with _explained(), self._watchdog.ending(_END_S):
                self._url = self._client.get_queue_url(QueueName=self._source.queue)["QueueUrl"]
        return self._url


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except TimeoutError as error:
        raise MailError(_sentence("ReadTimeoutError")) from error
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        raise MailError(_sentence(str(code))) from error
    except (BotoCoreError, ValueError) as error:
        raise MailError(_sentence(type(error).__name__)) from error


def _sentence(code: str) -> str:
    otherwise = f"SQS refused with {code}; check the queue's name and region, then try again"
    return _SENTENCES.get(code, otherwise)
