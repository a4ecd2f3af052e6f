"""Templates of the user's, tried before they are needed."""

import pytest

from statusgen.config.reader import read_settings
from statusgen.publish.template_trial import rehearse
from statusgen.words.template_files import shipped_folder
from statusgen.words.templates import Templates
from tests.builders import instant, write_tree
from tests.fakes.repository import make_repository

UNKNOWN = "first\n{{ view.nope }}\n"


def problems(repository):
    settings = read_settings(repository.root)
    found = rehearse(settings, Templates(repository.root), instant("02:10"))
    return [(one.path, one.line) for one in found]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("page/index.html", UNKNOWN),
        ("page/incident.html", UNKNOWN),
        ("page/history.html", UNKNOWN),
        ("page/month.html", UNKNOWN),
        ("page/404.html", UNKNOWN),
        ("page/404.html", '\n{% from "page/parts.html" import nope %}{{ nope() }}'),
        ("page/404.html", "\n{{ 1 / 0 }}"),
        ("badge/badge.svg", "\n{{ badge.nope }}"),
        ("badge/embed.js", "\n{{ banner.nope }}"),
        ("mail/investigating.txt", "\n{{ nope }}"),
        ("mail/resolved.subject.txt", "\n{{ nope }}"),
        ("mail/canceled.html", "\n{{ nope }}"),
    ],
)
def test_a_name_that_nobody_gives_is_found_where_it_is_used(tmp_path, name, text):
    repository = make_repository(tmp_path)
    write_tree(tmp_path, {f"site_templates/{name}": text})

    assert problems(repository) == [(f"site_templates/{name}", 2)]


def test_every_broken_page_is_told_at_once(tmp_path):
    names = ("site_templates/page/404.html", "site_templates/page/month.html")
    repository = make_repository(tmp_path)
    write_tree(tmp_path, dict.fromkeys(names, UNKNOWN))

    assert sorted(problems(repository)) == [(name, 2) for name in names]


def test_copies_of_all_of_ours_are_right(tmp_path):
    ours = {
        f"site_templates/{path.relative_to(shipped_folder())}": path.read_text(encoding="utf-8")
        for path in shipped_folder().rglob("*")
        if path.suffix in {".html", ".txt", ".svg", ".js", ".css"}
    }
    repository = make_repository(tmp_path)
    write_tree(tmp_path, ours)

    assert problems(repository) == []


def test_a_page_without_components_is_rehearsed_too(tmp_path):
    repository = make_repository(tmp_path)
    path = tmp_path / "statusgen.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.partition("[[components]]")[0], encoding="utf-8")
    write_tree(tmp_path, {"site_templates/page/404.html": "fine"})

    assert problems(repository) == []
