"""What a target can tell of what it shows, by its manifest or by what it has kept."""

from statusgen.content.entries.folder import IncidentSource
from statusgen.content.entries.records import encode_sources
from statusgen.content.shown import REVIEW, Shown, parse_shown
from statusgen.content.update import Postmortem
from statusgen.page.artifacts import Release, artifact_from_bytes
from statusgen.targets.manifest import Manifest
from statusgen.targets.manifest_json import format_manifest, parse_manifest
from statusgen.targets.published import Published, line_of
from statusgen.targets.upload_plan import plan_upload
from statusgen.values.value import replace
from tests.builders import instant, make_first, make_update
from tests.fakes.publishing import make_run, upload
from tests.fakes.storage import FakeStorage

FIRST = make_first(incident_id="login", stem="01")
SECOND = make_update("resolved", at="02:30", incident_id="login", stem="02")


def make_source(*updates, postmortem=None):
    return IncidentSource("login", updates, postmortem)


def publish(*sources):
    """Return a target that shows these, by a version that did not say so in its manifest."""
    storage = FakeStorage()
    pages = [artifact_from_bytes(f"incidents/{one.id}.html", b"x") for one in sources]
    release = Release(tuple(pages), lambda _: encode_sources(sources), lambda: None)
    plan = plan_upload(release, storage.observe(), max_deletes=1)
    upload(storage, plan, release, make_run(), lambda *_: None)
    return storage, storage.observe().manifest


def test_what_is_a_draft_is_not_shown():
    draft = replace(SECOND, draft=True)
    review = Postmortem("We learned.", instant("04:00"))

    shown = parse_shown(line_of(make_source(FIRST, draft, postmortem=review)))
    private = line_of(make_source(FIRST, postmortem=replace(review, draft=True)))

    first = Shown("01", FIRST.at, FIRST.wording)
    assert shown == (first, Shown(REVIEW, instant("04:00"), ""))
    assert parse_shown(private) == (first,)


def test_a_manifest_that_tells_is_believed_and_nothing_else_is_asked():
    storage = FakeStorage()
    manifest = Manifest({}, shown={"login": "01,1,aa", "api": "01,1,bb"})

    assert Published(storage, manifest).shown(["login", "search"]) == {"login": "01,1,aa"}
    assert storage.requests == []


def test_without_it_the_packs_tell():
    storage, manifest = publish(make_source(FIRST, SECOND))

    lines = Published(storage, manifest).shown(["login", "search"])

    assert manifest.shown is None
    assert lines == {"login": line_of(make_source(FIRST, SECOND))}


def test_where_nothing_was_kept_nobody_can_tell():
    storage, manifest = publish(make_source(FIRST))
    storage.delete_packs([1])

    assert Published(storage, manifest).shown(["login"]) == {"login": ""}


def test_what_is_shown_and_what_was_let_go_are_in_a_manifest():
    manifest = Manifest({}, shown={"b": "1", "a": "2"}, let_go={"a/01": instant("02:04")})

    data = format_manifest(manifest)

    assert parse_manifest(data) == manifest
    assert data.index(b'"a":"2"') < data.index(b'"b":"1"')
    assert parse_manifest(format_manifest(Manifest({}))).shown is None
