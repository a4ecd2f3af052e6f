"""One bucket, several pages and other people's objects: each leaves to others what is theirs."""

import json

import pytest

from tests.components.soak import part
from tests.fakes.repository import make_repository

MANIFEST = "_statusgen/manifest.json"
SOON = "2026-11-21T02:20:00Z"
HOST = "http://127.0.0.1:9"
"""Where nobody serves anything."""


class Place:
    """The bucket of a test, by keys below `page/`."""

    def __init__(self, bucket):
        self.bucket = bucket
        self.client = bucket.server.client()

    def put(self, key, body):
        self.client.put_object(Bucket=self.bucket.name, Key=f"page/{key}", Body=body)

    def remove(self, *keys):
        for key in keys:
            self.client.delete_object(Bucket=self.bucket.name, Key=f"page/{key}")

    def tags(self, below=""):
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket.name, Prefix=f"page/{below}"
        )
        found = (each for page in pages for each in page.get("Contents", ()))
        return {each["Key"].removeprefix("page/"): each["ETag"] for each in found}

    def rewrite(self, **changes):
        manifest = json.loads(self.bucket.get(MANIFEST)["Body"])
        self.put(MANIFEST, json.dumps({**manifest, **changes}).encode())


@pytest.fixture
def place(bucket, monkeypatch):
    for name, value in bucket.keys.items():
        monkeypatch.setenv(name, value)
    place = Place(bucket)
    yield place
    place.client.close()


@pytest.fixture
def above(tmp_path, place):
    """The page at the top of the place."""
    (tmp_path / "above").mkdir()
    repository = make_repository(tmp_path / "above", place.bucket.target(), mail=None)
    move(repository, "/above")
    assert publish(repository).code == 0
    return repository


@pytest.fixture
def below(tmp_path, place):
    """Another page, deeper in the same bucket."""
    (tmp_path / "below").mkdir()
    target = place.bucket.target().replace("/page", "/page/pages/b")
    repository = make_repository(tmp_path / "below", target, mail=None)
    move(repository, "/below")
    assert publish(repository).code == 0
    return repository


def move(repository, path):
    """Give the page a URL of its own."""
    config = repository.root / "statusgen.toml"
    config.write_text(config.read_text().replace("https://status.example.com", HOST + path))


def publish(repository, *options):
    done = repository.run("publish", "--yes", *options, now=SOON)
    assert "Traceback" not in done.err
    return done


@pytest.mark.usefixtures("below")
def test_a_page_whose_manifest_is_cut_short_leaves_the_page_below_it_alone(above, place):
    place.put("theirs.txt", b"theirs")
    before = place.tags("pages/b/") | place.tags("theirs.txt")
    place.put(MANIFEST, place.bucket.get(MANIFEST)["Body"][:200].encode())

    done = publish(above)

    assert done.code == 0, done.err
    assert place.tags("pages/b/") | place.tags("theirs.txt") == before
    assert publish(above).out.count("up to date") == 1


@pytest.mark.usefixtures("below")
def test_a_page_whose_manifest_is_gone_leaves_the_page_below_it_alone(above, place):
    before = place.tags("pages/b/")
    place.remove(MANIFEST)

    done = publish(above)

    assert done.code == 0, done.err
    assert place.tags("pages/b/") == before


def test_a_page_notices_that_its_objects_are_gone_when_it_is_asked_to_look(above, below, place):
    gone = [one for one in place.tags("pages/b/") if "_statusgen/" not in one][3:]
    place.remove(*gone)

    doctor = below.run("doctor", now=SOON)
    done = publish(below, "--verify")

    assert f"{len(gone)} files were changed or removed there by others" in doctor.out
    assert done.code == 0, done.err
    assert place.tags("pages/b/").keys() >= set(gone)
    assert publish(above).code == 0


def test_a_second_page_in_the_same_place_is_refused(above, place, tmp_path):
    (tmp_path / "second").mkdir()
    second = make_repository(tmp_path / "second", place.bucket.target(), mail=None)
    move(second, "/second")
    before = place.tags()

    done = publish(second)

    assert done.code == 3
    assert f"the page {HOST}/above is there, and not {HOST}/second" in done.err
    assert place.tags() == before
    assert publish(above).code == 0


STRANGER = ["0" * 32, 6, "x", 1]
BY = {"user": "u", "host": "h", "process": "p"}
AGES = {"early": "0001-01-01T00:00:00+14:00", "late": "9999-12-31T23:59:59-14:00"}


def kept(at):
    return [{"sequence": 1, "id": "0123456789ab", "at": at, "by": BY, "objects": 3}]


def intent(at):
    return {"token": "t", "by": BY, "at": at, "puts": 1}


TAMPERED = {
    "a stranger's object": lambda m: {"objects": {**m["objects"], "theirs.txt": STRANGER}},
    "a stranger's object, unknown": lambda m: {"objects": {**m["objects"], "theirs.txt": ["", 0]}},
    "another page's object": lambda m: {
        "objects": {**m["objects"], "pages/b/index.html": STRANGER}
    },
    "another page's bookkeeping": lambda m: {
        "objects": {**m["objects"], "pages/b/_statusgen/manifest.json": STRANGER}
    },
    "a key that leads out": lambda m: {"objects": {**m["objects"], "../theirs.txt": STRANGER}},
    "an absolute key": lambda m: {"objects": {**m["objects"], "/theirs.txt": STRANGER}},
    "our own bookkeeping": lambda m: {"objects": {**m["objects"], "_statusgen/x": STRANGER}},
    "an intent of year 1": lambda _: {"intent": intent(AGES["early"])},
    "an intent of year 9999": lambda _: {"intent": intent(AGES["late"])},
    "a release of year 1": lambda _: {"kept": kept(AGES["early"])},
    "a release of year 9999": lambda _: {"kept": kept(AGES["late"])},
    "no objects": lambda _: {"objects": []},
}


@pytest.mark.parametrize("kind", TAMPERED)
@pytest.mark.usefixtures("below")
def test_a_manifest_that_was_tampered_with_harms_nobody(above, place, kind):
    place.put("theirs.txt", b"theirs")
    before = place.tags("pages/b/") | place.tags("theirs.txt")
    place.rewrite(**TAMPERED[kind](json.loads(place.bucket.get(MANIFEST)["Body"])))

    planned = above.run("plan", now=SOON)
    done = publish(above)

    assert "its manifest is damaged" in planned.out
    assert done.code == 0, done.err
    assert place.tags("pages/b/") | place.tags("theirs.txt") == before
    manifest = json.loads(place.bucket.get(MANIFEST)["Body"])
    assert not {"theirs.txt", "pages/b/index.html"} & manifest["objects"].keys()


def damage(place):
    place.put(MANIFEST, b'{"format":3,')


def lose(place):
    place.remove(MANIFEST)


@pytest.mark.usefixtures("below")
def test_what_is_not_ours_outlives_any_number_of_publishes_and_returns(above, place):
    for number in range(part(20, 1_000)):
        folder = ("", "incidents/", "assets/", "history/", "a/b/c/")[number % 5]
        place.put(f"{folder}theirs-{number}.html", b"theirs")
    ours = set(json.loads(place.bucket.get(MANIFEST)["Body"])["objects"])

    def others():
        tags = place.tags().items()
        return {key: tag for key, tag in tags if key not in ours and key[:11] != "_statusgen/"}

    before = others()
    for cycle in range(part(1, 50)):
        for spoil in (None, damage, lose):
            body = f"News {cycle} {spoil}."
            above.write_update("02-identified", "identified", "02:08", body)
            if spoil is not None:
                spoil(place)
            assert publish(above).code == 0
        above.write_update("02-identified", "identified", "02:08", f"Wrong {cycle}.")
        assert publish(above, "--verify").code == 0
        assert above.run("rollback", "--yes", now=SOON).code == 0

    assert len(before) > 20
    assert others() == before
