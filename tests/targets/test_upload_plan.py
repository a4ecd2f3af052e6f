import pytest

from statusgen.page.artifacts import Headers, Release, artifact_from_bytes, fingerprint_of
from statusgen.targets.bookkeeping import manifest_of
from statusgen.targets.manifest import UNKNOWN, Manifest, Observed, Record
from statusgen.targets.upload_plan import BrakeReason, Reason, plan_upload


def make_release(**bodies):
    """Return a release: `index_html="x"` is the key index.html with the body x."""
    return Release(
        tuple(
            artifact_from_bytes(key.replace("__", "/").replace("_", "."), body.encode())
            for key, body in bodies.items()
        )
    )


def make_manifest(release, **unknown):
    records = dict(manifest_of(release).records)
    records |= {key.replace("_", "."): UNKNOWN for key in unknown}
    return Manifest(records)


def make_numbered(count):
    return Release(tuple(artifact_from_bytes(f"{n:04}.html", b"x") for n in range(count)))


ONE = make_release(index_html="1")

FIND_DIFFERENCES = [
    pytest.param(ONE, None, ["new index.html"], [], id="everything is new on a new target"),
    pytest.param(ONE, make_manifest(ONE), [], [], id="an equal target needs nothing"),
    pytest.param(
        make_release(index_html="2"),
        make_manifest(ONE),
        ["changed index.html"],
        [],
        id="another body is sent",
    ),
    pytest.param(
        ONE,
        make_manifest(ONE, index_html=True),
        ["uncertain index.html"],
        [],
        id="what a broken upload left is sent again",
    ),
    pytest.param(
        ONE,
        make_manifest(make_release(index_html="1", old_html="1")),
        [],
        ["old.html"],
        id="what the release no longer has is removed",
    ),
    pytest.param(
        ONE,
        make_manifest(ONE, old_html=True),
        [],
        ["old.html"],
        id="what a broken upload left and nobody needs is removed",
    ),
    pytest.param(
        make_release(index_html="1", feed_xml="1", incidents__a_html="1", assets__a_abc123_css="1"),
        None,
        ["new assets/a.abc123.css", "new incidents/a.html", "new feed.xml", "new index.html"],
        [],
        id="the order is assets, incidents, the rest, the index",
    ),
]


@pytest.mark.parametrize(("release", "manifest", "puts", "deletes"), FIND_DIFFERENCES)
def test_the_plan_is_the_difference(release, manifest, puts, deletes):
    plan = plan_upload(release, Observed(manifest), max_deletes=0.2)

    assert [f"{put.reason} {put.artifact.key}" for put in plan.puts] == puts
    assert list(plan.deletes) == deletes
    assert plan.unchanged == len(release.artifacts) - len(puts)
    assert plan.is_empty == (not puts and not deletes)


def test_a_changed_header_is_a_change():
    release = make_release(index_html="1")
    page = release.artifacts[0]
    before = fingerprint_of(page.digest, Headers(page.content_type, "no-store"))
    there = Manifest({page.key: Record(before, page.size)})

    plan = plan_upload(release, Observed(there), max_deletes=0.2)

    assert [put.reason for put in plan.puts] == [Reason.CHANGED]


@pytest.mark.parametrize(
    ("there", "left", "brakes"),
    [
        pytest.param(20, 10, [], id="ten removals are never too many"),
        pytest.param(20, 9, [BrakeReason.MANY_DELETES], id="eleven of twenty are"),
        pytest.param(100, 80, [], id="exactly the share is allowed"),
        pytest.param(100, 79, [BrakeReason.MANY_DELETES], id="one more is not"),
        pytest.param(3, 0, [BrakeReason.EMPTY_RELEASE], id="an empty release over a full target"),
        pytest.param(0, 0, [], id="an empty release over an empty target"),
    ],
)
def test_removing_too_much_is_braked(there, left, brakes):
    plan = plan_upload(
        make_numbered(left), Observed(make_manifest(make_numbered(there))), max_deletes=0.2
    )

    assert [brake.reason for brake in plan.brakes] == brakes


def test_a_brake_says_its_numbers():
    plan = plan_upload(
        make_numbered(50), Observed(make_manifest(make_numbered(100))), max_deletes=0.2
    )

    assert str(plan.brakes[0]) == (
        "50 of 100 objects would be removed, more than the 20 that are allowed unasked"
    )


def test_an_empty_release_says_what_it_would_remove():
    plan = plan_upload(make_numbered(0), Observed(make_manifest(make_numbered(3))), max_deletes=0.2)

    assert str(plan.brakes[0]) == "the release is empty, and 3 objects would be removed"
