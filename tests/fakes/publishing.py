"""Publishing to a storage, as the tests of targets do it."""

import itertools
from datetime import UTC, datetime

from statusgen.page.artifacts import Release, artifact_from_bytes
from statusgen.targets.bookkeeping import PublishRun
from statusgen.targets.manifest import Publisher
from statusgen.targets.upload import upload
from statusgen.targets.upload_plan import plan_upload

NOW = datetime(2026, 11, 21, 2, 4, tzinfo=UTC)
_TOKENS = (f"token-{number}" for number in itertools.count())


def make_run(user="someone", process="alive"):
    return PublishRun(Publisher(user, "laptop", process), NOW, next(_TOKENS))


def make_release(bodies):
    """Return a release of these bodies: key to text."""
    return Release(tuple(artifact_from_bytes(key, body.encode()) for key, body in bodies.items()))


def publish(storage, bodies, on_done=lambda *_: None, run=None, *, keeps=True, **options):
    """Plan against what is there now, carry it out, and return the plan."""
    release = make_release(bodies)
    plan = plan_upload(release, storage.observe(), max_deletes=1, **options)
    upload(storage, plan, release, run or make_run(), on_done, keeps=keeps)
    return plan
