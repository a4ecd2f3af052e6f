import os
import resource
import subprocess
import sys
import time

import pytest

from statusgen.errors import TargetError
from statusgen.targets.folder import FolderStorage
from statusgen.targets.manifest import MANIFEST_KEY
from tests.components.soak import part
from tests.fakes import publishing

FIRST = {"incidents/a.html": "one", "feed.xml": "one", "index.html": "one"}


@pytest.fixture
def root(tmp_path):
    return tmp_path / "public"


@pytest.fixture
def storage(root):
    return FolderStorage("folder:public", root)


def publish(storage, bodies, **options):
    plan = publishing.publish(storage, bodies, **options)
    return [f"{put.reason} {put.artifact.key}" for put in plan.puts]


def files(root):
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if not path.is_dir())


def test_two_folders_of_one_release_are_the_same_byte_for_byte(tmp_path):
    for name in ("a", "b"):
        publish(FolderStorage(f"folder:{name}", tmp_path / name), FIRST, keeps=False)

    assert (
        files(tmp_path / "a")
        == files(tmp_path / "b")
        == sorted([*FIRST, "_statusgen/manifest.json"])
    )
    for key in files(tmp_path / "a"):
        assert (tmp_path / "a" / key).read_bytes() == (tmp_path / "b" / key).read_bytes()


def test_a_web_server_of_another_user_may_read_the_files(storage, root):
    publish(storage, FIRST)

    assert (root / "index.html").stat().st_mode & 0o777 == 0o644


def test_a_removed_file_comes_back(storage, root):
    publish(storage, FIRST)
    (root / "feed.xml").unlink()

    assert publish(storage, FIRST) == ["new feed.xml"]
    assert (root / "feed.xml").read_text() == "one"


@pytest.mark.parametrize("text", ["longer than before", "two"])
def test_an_altered_file_is_put_right(storage, root, text):
    publish(storage, FIRST)
    (root / "feed.xml").write_text(text)

    assert publish(storage, FIRST) == ["uncertain feed.xml"]
    assert (root / "feed.xml").read_text() == "one"


def test_an_alteration_with_the_old_time_is_noticed_too(storage, root):
    publish(storage, FIRST)
    before = (root / "feed.xml").stat()
    (root / "feed.xml").write_text("two")
    os.utime(root / "feed.xml", ns=(before.st_atime_ns, before.st_mtime_ns))

    assert publish(storage, FIRST) == ["uncertain feed.xml"]


def test_a_touched_file_with_the_same_text_is_left_alone(storage, root):
    publish(storage, FIRST)
    os.utime(root / "feed.xml")

    assert publish(storage, FIRST) == []


def test_folders_left_empty_are_removed(storage, root):
    publish(storage, {**FIRST, "a/b/c.html": "x", "history/x.html": "x"})
    (root / "history" / "theirs.txt").write_text("theirs")

    publish(storage, {"index.html": "one"})

    assert sorted(path.name for path in root.iterdir()) == ["_statusgen", "history", "index.html"]
    assert (root / "history" / "theirs.txt").read_text() == "theirs"


def test_what_a_crash_left_half_written_is_cleared_away(storage, root):
    publish(storage, FIRST)
    left_over = root / "_statusgen" / "tmp" / "0123456789abcdef"
    left_over.parent.mkdir()
    left_over.write_text("half")

    publish(storage, {**FIRST, "index.html": "two"})

    assert not left_over.parent.exists()


def test_a_link_out_of_the_folder_is_not_followed(storage, root, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    root.mkdir()
    (root / "incidents").symlink_to(outside)

    with pytest.raises(TargetError, match="a file or link where a folder belongs"):
        publish(storage, FIRST)

    assert list(outside.iterdir()) == []


def test_a_folder_swapped_for_a_link_loses_nothing_on_the_other_side(storage, root, tmp_path):
    publish(storage, FIRST)
    outside = tmp_path / "outside"
    (root / "incidents").rename(outside)
    (root / "incidents").symlink_to(outside)

    publish(storage, {"index.html": "one"})

    assert (outside / "a.html").read_text() == "one"


def test_a_file_swapped_for_a_link_is_replaced_and_its_goal_kept(storage, root, tmp_path):
    publish(storage, FIRST)
    goal = tmp_path / "precious.txt"
    goal.write_text("one")
    (root / "feed.xml").unlink()
    (root / "feed.xml").symlink_to(goal)

    publish(storage, {**FIRST, "feed.xml": "two"})

    assert goal.read_text() == "one"
    assert not (root / "feed.xml").is_symlink()


def test_the_folder_itself_may_be_a_link(tmp_path):
    (tmp_path / "disk").mkdir()
    (tmp_path / "public").symlink_to(tmp_path / "disk")

    publish(FolderStorage("folder:public", tmp_path / "public"), FIRST)

    assert (tmp_path / "disk" / "index.html").read_text() == "one"


def test_a_target_that_is_a_file_gets_a_sentence(storage, root):
    root.write_text("a file")

    with pytest.raises(TargetError) as caught:
        publish(storage, FIRST)

    assert str(caught.value) == (
        "folder:public: _statusgen/manifest.json: there is a file or link where a folder belongs; "
        "move it away"
    )


def test_a_folder_where_a_file_belongs_gets_a_sentence(storage, root):
    (root / "index.html").mkdir(parents=True)

    with pytest.raises(TargetError, match="was not put there by statusgen"):
        publish(storage, FIRST)


def test_a_write_that_fails_half_way_leaves_the_old_page(storage, root):
    """The limit on a file's size is a fault that strikes in the middle of a write, as root too."""
    publish(storage, FIRST)
    script = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "from statusgen.targets.folder import FolderStorage\n"
        "from statusgen.page.artifacts import artifact_from_bytes\n"
        "from statusgen.targets.storage import Upload\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "storage = FolderStorage('folder:public', Path(sys.argv[1]))\n"
        "page = Upload(artifact_from_bytes('index.html', b'x' * 100000), None)\n"
        "storage.put_all([page], lambda: None, lambda *_: None)\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", script, root], capture_output=True, text=True, check=False
    )

    assert "larger than the system allows" in done.stderr
    assert (root / "index.html").read_text() == "one"
    assert list((root / "_statusgen" / "tmp").iterdir()) == []
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 4096


def test_a_manifest_is_as_old_as_its_file(storage, root):
    publish(storage, FIRST)
    written_s = time.time() - 120
    os.utime(root / MANIFEST_KEY, (written_s, written_s))

    assert 120 <= storage.observe().age_s < 1200


def test_many_files_are_checked_in_a_blink(storage):
    files = part(1_000, 10_000)
    publish(storage, {f"incidents/{number:05}.html": "x" for number in range(files)})
    times = []
    for _ in range(3):
        begun = time.process_time()  # whatever else the machine does
        storage.observe()
        times.append(time.process_time() - begun)

    assert min(times) < 0.5 * files / 10_000


def test_what_others_changed_keeps_the_rest_of_the_manifest(storage, root):
    publish(storage, FIRST)
    (root / "feed.xml").write_text("changed")

    manifest = storage.observe().manifest

    assert manifest.records["feed.xml"].fingerprint == ""
    assert (manifest.sequence, len(manifest.kept)) == (1, 1)


def test_a_folder_that_is_not_there_yet_tells_its_room(storage, root):
    room = storage.try_access()

    assert room.free_bytes > 0
    assert not root.exists()


def test_a_folder_with_a_file_in_its_place_gives_no_access(storage, root):
    root.write_text("")

    with pytest.raises(TargetError, match="folder:public: there is a file or link where a folder"):
        storage.try_access()
