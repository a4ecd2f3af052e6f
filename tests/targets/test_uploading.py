"""Targets go their own ways; letters wait for the one that readers see."""

import signal
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from statusgen.config.settings import FolderTarget, S3Target
from statusgen.errors import TargetError, TargetUnreachable, UsageError
from statusgen.page.artifacts import Release, artifact_from_bytes
from statusgen.targets.manifest import MANIFEST_KEY, Conditions, Record
from statusgen.targets.manifest_json import format_manifest, parse_manifest
from statusgen.targets.uploading import RETRY_AFTER_S, Outside, Target, Uploader
from statusgen.values.value import replace
from tests.builders import make_settings
from tests.fakes.publishing import make_run, publish
from tests.fakes.storage import FakeStorage

RELEASE = Release((artifact_from_bytes("index.html", b"all well"),))
BUCKET = S3Target("s3://acme", "acme", "")
FOLDER = FolderTarget("folder:public", Path("/nowhere/public"))


@contextmanager
def unseen(_what, _total):
    yield lambda *_: None


def make(*pairs, prove=lambda *_: "", is_gone=lambda _: False, page="", **options):
    targets = [Target(settings, storage) for settings, storage in pairs]
    outside = Outside(replace(make_run(), page=page), prove, unseen, is_gone)
    return Uploader(make_settings(), RELEASE, targets, outside, **options)


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

    sleeps = 2

    def observe(self):
        if self.requests.count("read manifest") < self.sleeps:
            self.requests.append("read manifest")
            raise TargetUnreachable("s3://acme: did not answer")
        return super().observe()


def test_a_target_that_wakes_up_in_time_is_served():
    waits = []
    uploader = make((BUCKET, AwakeningStorage("s3://acme")))
    plans = uploader.plan()
    first = uploader.upload(plans)

    uploads = uploader.upload_until(time.monotonic() + 60, plans, first, waits.append)

    assert waits == [RETRY_AFTER_S] * 2
    assert uploader.is_out_of_reach(first)
    assert not uploader.is_page_up(first)
    assert uploader.is_page_up(uploads)


def test_without_a_target_there_is_nothing_to_publish_to():
    with pytest.raises(UsageError, match="targets"):
        make()


def leave_half_way(storage):
    """Publish something until the index, and die."""
    storage.fail_on = "put index.html"
    with pytest.raises(TargetError):
        publish(storage, {"index.html": "theirs"}, run=make_run("them", "theirs"))
    storage.fail_on = ""


def test_an_upload_under_way_is_waited_for_and_says_whose_it_is():
    storage = FakeStorage("s3://acme")
    leave_half_way(storage)

    [planned] = make((BUCKET, storage)).plan()

    assert planned.is_held
    assert "them on laptop is publishing there since 2026-11-21T02:04:00Z" in planned.failure


@pytest.mark.parametrize("reason", ["its process has ended", "no sign of life", "asked for"])
def test_an_upload_that_nobody_ends_is_taken_over(reason):
    storage = FakeStorage("s3://acme", age_s=121 if reason == "no sign of life" else 1)
    leave_half_way(storage)
    uploader = make(
        (BUCKET, storage),
        is_gone=lambda who: reason == "its process has ended" and who.process == "theirs",
        takeover=reason == "asked for",
    )

    [planned] = uploader.plan()
    uploads = uploader.upload([planned])

    assert planned.notes == ("an upload by them on laptop was not ended and is taken over",)
    assert not uploads.behind
    assert storage.objects["index.html"] == b"all well"


def test_who_comes_second_changes_nothing_and_is_told():
    storage = FakeStorage("s3://acme")
    slow = make((BUCKET, storage))
    plans = slow.plan()
    publish(storage, {"index.html": "quicker"}, run=make_run("them"))

    uploads = slow.upload(plans)

    assert uploads.is_held
    assert "them on laptop published there" in uploads.results[0].failure
    assert storage.objects["index.html"] == b"quicker"


def test_a_damaged_manifest_is_made_anew_and_said():
    storage = FakeStorage("s3://acme")
    run(make((BUCKET, storage)))
    storage.objects[MANIFEST_KEY] = b"?"
    uploader = make((BUCKET, storage))

    [planned] = uploader.plan()
    uploads = uploader.upload([planned])

    assert "its manifest is damaged" in planned.notes[0]
    assert not uploads.behind
    assert storage.observe().manifest.kept


def tamper(storage, **changes):
    there = storage.observe().manifest
    storage.objects[MANIFEST_KEY] = format_manifest(replace(there, **changes))


@pytest.mark.parametrize("can_mark", [True, False], ids=["bucket", "folder"])
def test_a_manifest_that_lists_what_is_not_ours_is_refused_whole(can_mark):
    storage = FakeStorage("s3://acme", can_mark=can_mark)
    run(make((BUCKET, storage)))
    storage.put_foreign("notes.txt", b"theirs")
    records = storage.observe().manifest.records
    tamper(storage, records={**records, "notes.txt": Record("0" * 32, 6)})

    [planned] = make((BUCKET, storage)).plan()
    uploads = run(make((BUCKET, storage)))

    assert "it lists notes.txt, which no release of ours put there" in planned.notes[0]
    assert planned.upload.deletes == ()
    assert not uploads.behind
    assert storage.objects["notes.txt"] == b"theirs"
    assert storage.observe().manifest.records.keys() == records.keys()


def test_another_page_is_not_published_over_unless_it_moved():
    storage = FakeStorage("s3://acme")
    run(make((BUCKET, storage), page="https://one.example.com"))
    other = make((BUCKET, storage), page="https://two.example.com")
    moved = make((BUCKET, storage), page="https://two.example.com", takeover=True)

    [refused] = other.plan()
    [planned] = moved.plan()

    assert refused.is_held
    assert "the page https://one.example.com is there, and not https://two" in refused.failure
    assert planned.upload is not None


@pytest.mark.parametrize("url", ["http://ONE.example.com", "https://one.example.com"])
def test_the_same_page_by_another_scheme_is_the_same(url):
    storage = FakeStorage("s3://acme")
    run(make((BUCKET, storage), page="https://one.example.com"))

    [planned] = make((BUCKET, storage), page=url).plan()

    assert planned.upload.is_empty


class FailingOnceStorage(FakeStorage):
    """Has a bad half minute while the release goes up: `failing` requests find no answer."""

    failing = 0

    def put_all(self, uploads, may_write, on_done):
        if self.failing:
            self.failing -= 1
            raise TargetUnreachable("s3://acme: failed; publish again")
        super().put_all(uploads, may_write, on_done)


def test_our_own_upload_that_found_no_answer_is_not_waited_for():
    storage = FailingOnceStorage("s3://acme")
    storage.failing = 2
    uploader = make((BUCKET, storage))

    plans = uploader.plan()
    first = uploader.upload(plans)
    uploads = uploader.upload_until(time.monotonic() + 60, plans, first, lambda _: None)

    assert not uploads.behind
    assert uploader.is_page_up(uploads)
    assert storage.observe().manifest.intent is None


def test_what_others_changed_is_put_up_again_when_one_looks():
    storage = FakeStorage("s3://acme")
    run(make((BUCKET, storage)))
    storage.objects["index.html"] = b"theirs"

    [unseen_plan] = make((BUCKET, storage)).plan()
    uploads = run(make((BUCKET, storage), verify=True))

    assert unseen_plan.upload.is_empty
    assert not uploads.behind
    assert storage.objects["index.html"] == b"all well"


def test_a_target_that_ignores_conditions_is_said_to():
    storage = FakeStorage("s3://acme", conditions=Conditions.IGNORED)
    run(make((BUCKET, storage)))

    [planned] = make((BUCKET, storage)).plan()

    assert "it ignores conditional writes" in planned.notes[0]


def test_caches_that_can_not_be_told_are_a_warning_and_nothing_else():
    storage = FakeStorage("s3://acme", fail_on="refresh caches")
    uploader = make((BUCKET, storage))

    uploads = run(uploader)

    assert uploads.results[0].warning == "s3://acme: told to fail on refresh caches"
    assert uploader.is_page_up(uploads)
    assert storage.observe().manifest.intent is None


class HangingStorage(FakeStorage):
    """Answers nothing, until it is closed."""

    def observe(self):
        self.asked.set()
        assert self.closed.wait(10)
        raise TargetUnreachable("s3://acme: hung up")

    def close(self):
        self.closed.set()


def test_who_is_interrupted_waits_for_nobody():
    storage = HangingStorage("s3://acme")
    storage.asked, storage.closed = threading.Event(), threading.Event()

    def interrupt():
        assert storage.asked.wait(10)
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    threading.Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        make((BUCKET, storage)).plan()

    assert storage.closed.is_set()


class WaitingStorage(FakeStorage):
    """Goes on only when the other target is served."""

    def put_all(self, uploads, may_write, on_done):
        assert self.other.wait(10)
        super().put_all(uploads, may_write, on_done)


def test_a_slow_target_keeps_no_other_waiting():
    slow, quick = WaitingStorage("s3://slow"), FakeStorage("s3://quick")
    slow.other = threading.Event()
    quick.refresh_caches = slow.other.set

    uploads = run(make((BUCKET, slow), (BUCKET, quick)))

    assert not uploads.behind


class LostStorage(FakeStorage):
    """Is not there, as a host whose name is misspelt."""

    def observe(self):
        raise TargetUnreachable(f"{self.name}: it can't be reached")


@pytest.mark.parametrize(
    ("targets", "is_out_of_reach"),
    [
        pytest.param([(BUCKET, LostStorage)], True, id="the only one"),
        pytest.param([(BUCKET, LostStorage), (FOLDER, FakeStorage)], True, id="a folder beside"),
        pytest.param([(FOLDER, LostStorage), (BUCKET, LostStorage)], True, id="a lost one beside"),
        pytest.param([(BUCKET, LostStorage), (BUCKET, FakeStorage)], False, id="another bucket"),
        pytest.param([(FOLDER, LostStorage), (BUCKET, FakeStorage)], False, id="the folder only"),
    ],
)
def test_what_readers_do_not_see_says_nothing_about_what_they_see(targets, is_out_of_reach):
    uploader = make(*((settings, kind()) for settings, kind in targets))

    uploads = run(uploader)

    assert uploader.is_out_of_reach(uploads) is is_out_of_reach
    assert uploader.is_page_up(uploads) is not is_out_of_reach


def test_a_target_that_fails_otherwise_is_no_outage():
    full = FakeStorage("s3://acme", fail_on="put index.html")
    uploader = make((BUCKET, full), (FOLDER, FakeStorage()))

    assert not uploader.is_out_of_reach(run(uploader))


def test_what_a_target_got_before_another_woke_up_is_told_at_the_end():
    uploader = make((FOLDER, FakeStorage()), (BUCKET, AwakeningStorage("s3://acme")))
    plans = uploader.plan()
    first = uploader.upload(plans)

    uploads = uploader.upload_until(time.monotonic() + 60, plans, first, lambda _: None)

    assert [one.put for one in uploads.results] == [1, 1]


def test_a_target_that_wakes_up_with_more_than_was_asked_about_stays_behind():
    bucket = AwakeningStorage("s3://acme")
    bucket.sleeps = 0
    publish(bucket, {"index.html": "x", **{f"{one}.html": "x" for one in range(20)}})
    bucket.sleeps = bucket.requests.count("read manifest") + 2
    uploader = make((BUCKET, bucket))
    plans = uploader.plan()
    first = uploader.upload(plans)

    uploads = uploader.upload_until(time.monotonic() + 60, plans, first, lambda _: None)

    assert "nobody was asked about what would go from there" in uploads.results[0].failure
    assert bucket.objects["index.html"] == b"x"


def know(storage, **facts):
    """Have the manifest say more."""
    manifest = parse_manifest(storage.objects[MANIFEST_KEY])
    storage.objects[MANIFEST_KEY] = format_manifest(replace(manifest, **facts))


@pytest.mark.parametrize("was_let_go", [True, False])
def test_a_target_that_wakes_up_is_not_asked_about_what_was_let_go_before(was_let_go):
    folder, bucket = FakeStorage("folder:public"), AwakeningStorage("s3://acme")
    bucket.sleeps = 0
    publish(folder, {"index.html": "x"})
    publish(bucket, {"index.html": "x", "incidents/login.html": "x"})
    know(bucket, shown={"login": "01,1795313040,0a1b2c3d"})
    let_go = {"login/01": datetime(2026, 11, 22, tzinfo=UTC)}
    know(folder, shown={}, let_go=let_go if was_let_go else {})
    bucket.sleeps = bucket.requests.count("read manifest") + 2
    uploader = make((FOLDER, folder), (BUCKET, bucket))
    plans = uploader.plan()
    first = uploader.upload(plans)

    uploads = uploader.upload_until(time.monotonic() + 60, plans, first, lambda _: None)

    assert uploader.is_page_up(uploads) is was_let_go
