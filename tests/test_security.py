"""A checkout that nobody has read yet: what is proposed in it neither reads nor runs anything."""

import os

import pytest

from tests.builders import write_tree
from tests.fakes.repository import FIRST, ID, make_repository

SECRET = "a-key-of-the-machine"
BRAND = '\n[page.brand]\nlogo = "logo.png"\n'
PLACES = [
    f"incidents/{ID}/02-identified.md",
    f"incidents/{ID}/postmortem.md",
    "site_templates/assets/banner.png",
    "site_templates/page/404.html",
    "site_templates/locale/de.po",
    "logo.png",
    "statusgen.toml",
]


def symbolic(secret, place):
    place.symlink_to(secret)


def relative(secret, place):
    place.symlink_to(os.path.relpath(secret, place.parent))


def chained(secret, place):
    between = place.with_name(f"{place.name}.txt")
    between.symlink_to(secret)
    place.symlink_to(between.name)


def hard(secret, place):
    os.link(secret, place)


def pipe(_secret, place):
    os.mkfifo(place)


@pytest.fixture
def repository(tmp_path):
    repository = make_repository(tmp_path / "repository")
    repository.write(f"{ID}/01-investigating.md", FIRST)
    path = repository.root / "statusgen.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("[page]", '[page]\nlanguage = "de"') + BRAND, encoding="utf-8")
    (repository.root / "logo.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"0" * 20)
    return repository


def secret_of(repository, place):
    """Something that would pass at that place, with a secret in it."""
    sound = repository.root / place
    body = sound.read_bytes() if sound.is_file() else f"{SECRET}\n".encode()
    secret = repository.root.parent / "secret"
    secret.write_bytes(body + f"# {SECRET}\n".encode())
    sound.unlink(missing_ok=True)
    sound.parent.mkdir(parents=True, exist_ok=True)
    return secret


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("odd", [symbolic, relative, chained, hard, pipe])
def test_no_file_of_the_machine_gets_out(repository, place, odd):
    odd(secret_of(repository, place), repository.root / place)

    checked = repository.run("check")
    built = repository.run("build", "--out", repository.root / "_site")

    assert (checked.code, built.code) == (1, 1)
    assert place in checked.err or "logo" in checked.err
    assert "link" in checked.err or "not a plain file" in checked.err
    assert "Traceback" not in checked.err + built.err
    assert SECRET not in checked.out + checked.err + built.out + built.err
    assert not (repository.root / "_site").exists()


@pytest.mark.parametrize("folder", ["site_templates", "site_templates/assets", "incidents"])
def test_no_folder_of_the_machine_gets_out(repository, folder):
    away = write_tree(repository.root.parent / "away", {"assets/a.png": SECRET, "b.png": SECRET})
    place = repository.root / folder
    if place.exists():
        place.rename(repository.root / "before")
    place.parent.mkdir(exist_ok=True)
    place.symlink_to(away)

    checked = repository.run("check")

    assert checked.code == 1
    assert "a symbolic link" in checked.err


@pytest.mark.parametrize(
    "text",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ cycler.__init__.__globals__.os.system('touch ran') }}",
        "{{ lipsum.__globals__['os'].popen('touch ran').read() }}",
        "{{ self._TemplateReference__context }}",
        "{{ '{0.__class__}'.format(site) }}",
        "{{ ('{0.__class__.__init__.__globals__}'|attr('format'))(site) }}",
        "{{ _.__globals__ }}",
        "{{ (site|attr('__class__')).__module__ }}",
        "{% set x = [].append(1) %}",
        "{% include '../../secret' %}",
        "{% include '/etc/hostname' %}",
        "{% import 'page/../../../secret' as x %}",
    ],
)
def test_a_proposed_template_runs_no_code(repository, text):
    write_tree(repository.root.parent, {"secret": SECRET})
    write_tree(repository.root, {"site_templates/page/404.html": f"fine\n{text}"})

    checked = repository.run("check")

    assert checked.code == 1
    assert "site_templates/page/404.html:2: " in checked.err
    assert SECRET not in checked.err
    assert "Traceback" not in checked.err
    assert not (repository.root / "ran").exists()


def test_a_proposed_drawing_runs_nothing_where_it_is_opened_by_itself(repository):
    drawing = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    write_tree(repository.root, {"site_templates/assets/plan.svg": drawing})

    ended = [repository.run(*words.split()) for words in ("check", "publish --yes")]

    assert [one.code for one in ended] == [1, 1]
    assert all("site_templates/assets/plan.svg: not an SVG that" in one.err for one in ended)
    assert not (repository.root / "public").exists()


def test_a_list_in_the_repository_is_read_through_no_link(repository):
    people = write_tree(repository.root.parent, {"people.csv": "email\nann@example.com\n"})
    (repository.root / "people.csv").symlink_to(people / "people.csv")

    refused = repository.run("subscribers", "import", repository.root / "people.csv")
    named = repository.run("subscribers", "import", people / "people.csv")

    assert (refused.code, named.code) == (2, 0)
    assert "a symbolic link" in refused.err


def test_new_writes_through_no_link(repository):
    away = repository.root.parent / "away"
    (repository.root / "incidents").rename(away)
    (repository.root / "incidents").symlink_to(away)

    done = repository.run("new", "Trouble", "--severity", "SEV1", "-m", "It is slow.")

    assert done.code == 2
    assert "a symbolic link is on the way; replace it" in done.err
    assert [one.name for one in away.iterdir()] == [ID]


LINKED = {
    ".statusgen": ".statusgen: a symbolic link, which nothing is kept behind; remove it; to",
    ".statusgen/state.db": ".statusgen/state.db: a symbolic link",
    ".statusgen/publish.lock": ".statusgen/publish.lock: a symbolic link",
    ".statusgen/cache": ".statusgen/cache: a symbolic link",
    "outbox": "'outbox' is reached by a symbolic link of the repository, 'outbox'; name the place",
    "data": "'data/x/state.db' is reached by a symbolic link of the repository, 'data'; name",
}


@pytest.mark.parametrize("place", LINKED)
@pytest.mark.parametrize("words", ["check", "build", "publish --yes", "subscribers list"])
def test_nothing_is_kept_behind_a_link(repository, place, words):
    away = repository.root.parent / "away"
    away.mkdir()
    if place == "data":
        config = repository.root / "statusgen.toml"
        config.write_text(
            f'{config.read_text()}\n[state]\ndatabase = "sqlite:///data/x/state.db"\n'
        )
    (repository.root / place).parent.mkdir(exist_ok=True)
    (repository.root / place).symlink_to(away / "file" if "." in place[1:] else away)

    done = repository.run(*words.split())

    assert done.code == 1
    assert LINKED[place] in done.err
    assert list(away.iterdir()) == []


def test_nothing_is_built_behind_a_link(repository):
    away = repository.root.parent / "away"
    away.mkdir()
    (repository.root / "_site").symlink_to(away)

    done = repository.run("build", "--out", repository.root / "_site")

    assert done.code == 2
    assert "a symbolic link of the repository, '_site'; name the place itself" in done.err
    assert list(away.iterdir()) == []


@pytest.mark.parametrize("folder", [".git", ".git/hooks", ".GIT/x", ".github/workflows", "a/.hg"])
@pytest.mark.parametrize("key", ["target", "transport", "database"])
def test_nothing_is_written_where_git_or_ci_would_run_it(repository, folder, key):
    path = repository.root / "statusgen.toml"
    text = path.read_text(encoding="utf-8")
    changed = {
        "target": text.replace('url = "folder:public"', f'url = "folder:{folder}"'),
        "transport": text.replace('"folder:outbox"', f'"folder:{folder}"'),
        "database": f'{text}\n[state]\ndatabase = "sqlite:///{folder}/state.db"\n',
    }
    path.write_text(changed[key], encoding="utf-8")
    assert changed[key] != text

    checked = repository.run("check")

    assert checked.code == 1
    assert "a folder of git or the like" in checked.err
