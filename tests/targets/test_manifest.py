from statusgen.page.artifacts import artifact_from_bytes
from statusgen.targets.manifest import Publisher, Record, pack_key, pack_sequence, record_of


def test_the_record_of_an_artifact_holds_its_fingerprint_and_size():
    artifact = artifact_from_bytes("a.html", b"four")

    assert record_of(artifact, "tag", 3) == Record(artifact.fingerprint, 4, "tag", 3)


def test_the_key_of_a_pack_tells_its_release():
    assert pack_sequence(pack_key(17)) == 17
    assert pack_sequence("_statusgen/releases/notes.txt") == 0
    assert pack_sequence("index.html") == 0


def test_what_a_manifest_says_of_a_publisher_does_nothing_to_a_terminal():
    assert "\x1b" not in str(Publisher("some\x1b[2Jone", "lap\x07top", ""))
