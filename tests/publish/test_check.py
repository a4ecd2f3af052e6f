"""`check` counts, and finds what is odd in the settings too."""

import pytest

from statusgen.config.reader import read_settings
from statusgen.content.cache_file import CacheFile
from statusgen.publish.check import DARK_GROUND, LIGHT_GROUND, check
from statusgen.words.template_files import shipped_folder
from tests.builders import instant, write_tree
from tests.fakes.repository import make_repository


def run(repository):
    cache = CacheFile(repository.root / "cache.db", "one")
    return check(read_settings(repository.root), cache, instant("02:10"))


def test_what_is_right_is_counted(tmp_path):
    checked = run(make_repository(tmp_path))

    assert (checked.incidents, checked.updates, checked.problems) == (1, 1, ())


@pytest.mark.parametrize(("strict", "fails"), [(False, False), (True, True)])
def test_no_way_to_stop_letters_is_a_warning(tmp_path, strict, fails):
    repository = make_repository(tmp_path)
    path = tmp_path / "statusgen.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("unsubscribe_mailto", "# unsubscribe_mailto"), encoding="utf-8")

    checked = run(repository)

    assert ["unsubscribe" in one.what for one in checked.problems] == [True]
    assert checked.has_errors(strict=strict) is fails


def test_errors_fail_either_way(tmp_path):
    repository = make_repository(tmp_path)
    repository.write("broken/01.md", "nothing\n")

    checked = run(repository)

    assert checked.has_errors(strict=False)
    assert checked.has_errors(strict=True)


def test_a_broken_template_of_the_users_fails(tmp_path):
    repository = make_repository(tmp_path)
    write_tree(tmp_path, {"site_templates/page/404.html": "fine\n{% if %}"})

    checked = run(repository)

    assert [(one.path, one.line) for one in checked.problems] == [
        ("site_templates/page/404.html", 2)
    ]
    assert checked.has_errors(strict=False)


def test_a_template_of_the_users_that_asks_for_what_there_is_not_fails(tmp_path):
    repository = make_repository(tmp_path)
    write_tree(tmp_path, {"site_templates/page/404.html": "fine\n{{ site.nope }}"})

    done = repository.run("check")

    assert done.code == 1
    assert "site_templates/page/404.html:2: " in done.err
    assert "; correct the template, or remove your copy" in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('accent = "#2457c5"', []),
        ('accent = "#ffcc00"', ["accent #ffcc00"]),
        ('accent_dark = "#112244"', ["accent_dark #112244"]),
        ('accent_dark = "#8fb4ff"', []),
    ],
)
def test_an_accent_that_is_hard_to_read_is_a_warning(tmp_path, text, told):
    repository = make_repository(tmp_path)
    path = tmp_path / "statusgen.toml"
    path.write_text(f"{path.read_text(encoding='utf-8')}\n[page.brand]\n{text}\n", encoding="utf-8")

    checked = run(repository)

    assert len(checked.problems) == len(told)
    assert all(words in one.what for words, one in zip(told, checked.problems, strict=True))
    assert all(one.is_warning for one in checked.problems)


def test_the_grounds_are_those_of_the_style_sheet():
    style = (shipped_folder() / "assets" / "site.css").read_text(encoding="utf-8")

    assert f"--ground: {LIGHT_GROUND};" in style
    assert f"--surface: {DARK_GROUND};" in style
