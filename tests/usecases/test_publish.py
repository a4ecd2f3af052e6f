"""Targets go their own ways; letters wait for the one that readers see."""

import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from statusgen.config.settings import FolderTarget, S3Target
from statusgen.errors import Refused, TargetUnreachable, UsageError
from statusgen.model.release import Release, artifact_from_bytes
from statusgen.plan.mail import MailChoice
from statusgen.plan.plan import make_plan
from statusgen.usecases.publish import RETRY_AFTER_S, Target, Uploader, refuse
from tests.builders import make_settings
from tests.fakes.storage import FakeStorage

RELEASE = Release((artifact_from_bytes("index.html", b"all well"),))
BUCKET = S3Target("s3://acme", "acme", "")
FOLDER = FolderTarget("folder:public", Path("/nowhere/public"))


@contextmanager
def unseen(_what, _total):
    yield lambda *_: None


def make(*pairs, prove=lambda *_: ""):
    targets = [Target(settings, storage) for settings, storage in pairs]
    return Uploader(make_settings(), RELEASE, targets, prove, unseen)


def run(uploader):
    return uploader.upload(uploader.plan())


@pytest.mark.parametrize(
    ("bucket_fails", "folder_fails", "is_up"),
    [(False, False, True), (False, True, True), (True, False, False), (True, True, False)],
)
def test_letters_wait_for_the_bucket_where_there_is_one(bucket_fails, folder_fails, is_up):
    bucket = FakeStorage("s3://acme", fail_on="put index.html" if bucket_fails else "")
    folder = FakeStorage("folder:public", fail_on="put index.html" if folder_fails else "")
    uploader = make((FOLDER, folder), (BUCKET, bucket))

    uploads = run(uploader)

    assert uploader.is_page_up(uploads) is is_up
    assert len(uploads.behind) == bucket_fails + folder_fails
    assert ("index.html" in folder.objects) is not folder_fails


def test_a_target_that_can_not_be_read_keeps_no_other_back():
    dark = FakeStorage("s3://acme", fail_on="read manifest")
    folder = FakeStorage("folder:public")
    uploader = make((BUCKET, dark), (FOLDER, folder))

    uploads = run(uploader)

    assert [one.name for one in uploads.behind] == ["s3://acme"]
    assert folder.objects["index.html"] == b"all well"


def test_a_page_that_does_not_serve_what_was_sent_is_behind():
    public = S3Target("s3://acme", "acme", "", public_url="https://status.example.com")
    asked = []

    def prove(url, digest, wait_s):
        asked.append((url, digest, wait_s))
        return "https://status.example.com serves something else"

    uploads = run(make((public, FakeStorage("s3://acme")), prove=prove))

    [(url, digest, _)] = asked
    assert url == "https://status.example.com/index.html"
    assert digest == RELEASE.artifacts[0].digest
    assert [one.failure for one in uploads.behind] == [
        "https://status.example.com serves something else"
    ]


def test_only_targets_that_are_up_are_claimed_on():
    up, down = FakeStorage("s3://up"), FakeStorage("s3://down", fail_on="put index.html")
    uploader = make((BUCKET, up), (BUCKET, down))

    assert uploader.claimants(run(uploader)) == (up,)


class AwakeningStorage(FakeStorage):
    """Answers from the third question on."""

    def read_manifest(self):
        if self.requests.count("read manifest") < 2:
            self.requests.append("read manifest")
            raise TargetUnreachable("s3://acme: did not answer")
        return super().read_manifest()


def test_a_target_that_wakes_up_in_time_is_served():
    waits = []
    uploader = make((BUCKET, AwakeningStorage("s3://acme")))
    first = run(uploader)

    uploads = uploader.upload_until(time.monotonic() + 60, first, waits.append)

    assert waits == [RETRY_AFTER_S] * 2
    assert first.is_out_of_reach
    assert not uploader.is_page_up(first)
    assert uploader.is_page_up(uploads)


def test_without_a_target_there_is_nothing_to_publish_to():
    with pytest.raises(UsageError, match="targets"):
        make()


def test_a_plan_that_is_not_the_expected_one_is_refused():
    plan = make_plan([], MailChoice((), (), ()), [], 5)

    refuse(plan, plan.digest, force=False)
    with pytest.raises(Refused, match="not 000000000000"):
        refuse(plan, "000000000000", force=True)
