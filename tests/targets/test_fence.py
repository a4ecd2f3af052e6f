"""Who holds a target, and how somebody who lost it finds out."""

import pytest

from statusgen.errors import TargetError, TargetHeld
from statusgen.targets.bookkeeping import begun, doubts
from statusgen.targets.fence import PAUSE_S, SIGN_OF_LIFE_S, Fence
from statusgen.targets.manifest import Conditions, Intent, Manifest
from statusgen.targets.storage import VersionConflictError
from statusgen.targets.upload_plan import plan_upload
from statusgen.values.value import replace
from tests.fakes.publishing import NOW, make_release, make_run, publish
from tests.fakes.storage import FakeStorage


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


def make_fence(storage, user="us"):
    run, clock = make_run(user), Clock()
    there = storage.observe()
    under_way = replace(
        there.manifest or Manifest({}),
        token=run.token,
        intent=Intent(run.token, run.by, NOW, 1),
        conditions=Conditions.HONOURED,
    )
    return Fence(storage, under_way, clock), clock, there.version


def writes(storage):
    return sum(one.startswith("manifest") for one in storage.requests)


def test_of_two_who_saw_the_same_one_gets_it_and_the_other_is_told_who():
    storage = FakeStorage()
    publish(storage, {"index.html": "1"})
    ours, _, version = make_fence(storage, "us")
    theirs, _, same = make_fence(storage, "them")

    ours.rise(version)

    with pytest.raises(TargetHeld, match="us on laptop is publishing there since 2026-11-21T02:04"):
        theirs.rise(same)


def test_one_who_comes_when_all_is_done_is_told_so():
    storage = FakeStorage()
    publish(storage, {"index.html": "1"})
    late, _, version = make_fence(storage, "late")
    publish(storage, {"index.html": "2"}, run=make_run("quick"))

    with pytest.raises(TargetHeld, match="quick on laptop published there at"):
        late.rise(version)


def test_a_busy_upload_gives_a_sign_of_life_now_and_then():
    storage = FakeStorage()
    fence, clock, version = make_fence(storage)
    fence.rise(version)

    counts = []
    for _ in range(40):
        clock.now += 1
        fence.may_write()
        counts.append(writes(storage))

    assert counts[int(SIGN_OF_LIFE_S) - 1] == 1
    assert counts[-1] == 1 + 40 // int(SIGN_OF_LIFE_S + 1)


def test_who_was_stopped_and_overtaken_writes_nothing_more():
    storage = FakeStorage()
    fence, clock, version = make_fence(storage)
    fence.rise(version)
    other, _, theirs = make_fence(storage, "them")
    other.rise(theirs)

    clock.now += PAUSE_S + 1

    with pytest.raises(TargetError, match="stopped half way, because meanwhile them on laptop"):
        fence.may_write()


def test_who_was_stopped_but_not_overtaken_goes_on():
    storage = FakeStorage()
    fence, clock, version = make_fence(storage)
    fence.rise(version)

    clock.now += 1000
    fence.may_write()

    fence.lower(Manifest({}, sequence=1))
    assert storage.observe().manifest.sequence == 1


def test_who_was_overtaken_does_not_end_the_others_upload():
    storage = FakeStorage()
    fence, _, version = make_fence(storage)
    fence.rise(version)
    other, _, theirs = make_fence(storage, "them")
    other.rise(theirs)

    with pytest.raises(TargetError, match="them on laptop"):
        fence.lower(Manifest({}))

    assert storage.observe().manifest.intent.by.user == "them"


class ForgetfulStorage(FakeStorage):
    """Writes the manifest and loses the answer, so that the SDK tries again and is refused."""

    def write_manifest(self, manifest, version):
        super().write_manifest(manifest, version)
        raise VersionConflictError("the manifest has been replaced")


def test_our_own_write_whose_answer_was_lost_is_no_conflict():
    storage = ForgetfulStorage()
    fence, clock, version = make_fence(storage)

    fence.rise(version)
    clock.now += 100
    fence.may_write()
    token = storage.observe().manifest.token
    fence.lower(Manifest({}, sequence=1, token=token))

    assert storage.observe().manifest.sequence == 1


class BusyStorage(FakeStorage):
    """Refuses the first write because an earlier request has not ended, as S3 does by a 409."""

    refusals = 1

    def write_manifest(self, manifest, version):
        if self.refusals:
            self.refusals -= 1
            raise VersionConflictError("a conflicting operation is under way")
        return super().write_manifest(manifest, version)


def test_a_target_that_is_busy_with_our_own_request_is_no_conflict():
    storage = FakeStorage()
    publish(storage, {"index.html": "1"})
    storage = BusyStorage(objects=storage.objects)
    fence, _, version = make_fence(storage)

    fence.rise(version)

    assert storage.observe().manifest.intent.by.user == "us"


def test_who_lost_the_fence_says_what_may_be_wrong_and_the_winner_passes_it_on():
    storage = FakeStorage()
    publish(storage, {"index.html": "1"})
    run = make_run("us")
    release = make_release({"index.html": "2"})
    plan = plan_upload(release, storage.observe(), max_deletes=1)
    there = begun(storage.observe().manifest, plan, release, run, Conditions.HONOURED)
    fence = Fence(storage, there)
    fence.rise(plan.seen.version)
    theirs, _, version = make_fence(storage, "them")
    theirs.rise(version)

    with pytest.raises(TargetError):
        fence.lower(there)
    theirs.lower(replace(storage.observe().manifest, intent=None, records={}))

    after = storage.observe().manifest
    assert after.intent is None
    assert doubts(after) == {"index.html"}
