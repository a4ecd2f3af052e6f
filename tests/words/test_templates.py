import re

import pytest

from statusgen.errors import ContentError
from statusgen.words import templates as module
from statusgen.words.process_limits import bounded
from statusgen.words.templates import Templates
from tests.builders import write_tree


def templates_in(tmp_path, **files):
    named = {f"site_templates/{name.replace('__', '.')}": text for name, text in files.items()}
    return Templates(write_tree(tmp_path, named))


@pytest.mark.parametrize("name", ["a__html", "a__svg", "a__xml", "a__atom", "a"])
def test_everything_is_escaped(tmp_path, name):
    templates = templates_in(tmp_path, **{name: "{{ word }}"})

    assert templates.render(name.replace("__", "."), {"word": "<&>"}) == "&lt;&amp;&gt;"


def test_plain_text_is_not_escaped(tmp_path):
    assert templates_in(tmp_path, a__txt="{{ word }}\n").render("a.txt", {"word": "<&>"}) == "<&>\n"


def test_an_unknown_name_is_an_error_that_names_the_template(tmp_path):
    with pytest.raises(ContentError, match=r"site_templates/a\.html:1: 'nothing' is undefined"):
        templates_in(tmp_path, a__html="{{ nothing }}").render("a.html", {})


def test_a_syntax_error_names_its_line(tmp_path):
    with pytest.raises(ContentError, match=r"site_templates/a\.html:2: "):
        templates_in(tmp_path, a__html="fine\n{% if %}").render("a.html", {})


def test_a_template_that_is_missing_is_an_error(tmp_path):
    templates = Templates(tmp_path)

    with pytest.raises(ContentError, match=r"site_templates/none\.html"):
        templates.render("none.html", {})
    with pytest.raises(ContentError, match=r"site_templates/none\.svg: missing"):
        templates.read("none.svg")


def test_the_page_s_own_file_comes_before_ours(tmp_path):
    ours = Templates().names("")
    name = next(iter(ours), "page/index.html")

    own = Templates(write_tree(tmp_path, {f"site_templates/{name}": "own"}))

    assert own.read(name) == b"own"
    assert set(own.names("")) == {*ours, name}


@pytest.mark.parametrize(
    "text",
    [
        "fine\n{{ 1 + 'a' }}",
        "fine\n{{ 1 / 0 }}",
        "fine\n{{ nothing }}",
        "fine\n{% for one in 5 %}{% endfor %}",
        "fine\n{% include 'a.html' %}",
    ],
    ids=["wrong-type", "zero", "unknown-name", "not-a-list", "includes-itself"],
)
def test_whatever_goes_wrong_in_a_template_of_the_users_names_its_line(tmp_path, text):
    with pytest.raises(ContentError, match=r"site_templates/a\.html:2: "):
        templates_in(tmp_path, a__html=text).render("a.html", {})


def test_a_template_that_is_not_utf8_is_named(tmp_path):
    templates = templates_in(tmp_path, a__html="{% include 'b.html' %}", b__html="")
    (tmp_path / "site_templates/b.html").write_bytes(b"\xff\xfe")

    with pytest.raises(ContentError, match=r"site_templates/b\.html: not UTF-8 text; "):
        templates.render("a.html", {})


def test_a_bug_of_ours_keeps_its_traceback(tmp_path):
    with pytest.raises(TypeError, match="not iterable"):
        Templates(tmp_path).render("page/404.html", 5)


def test_a_file_name_that_can_be_no_key_is_refused(tmp_path):
    templates = templates_in(tmp_path, **{"a\nb__css": ""})

    with pytest.raises(ContentError, match=r"site_templates/a\\nb\.css: the file name is not"):
        templates.names("")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("fine\n{% if %}", r"site_templates/a\.html:2: Expected an expression"),
        ("fine\n<<<<<<< HEAD\nours", r"site_templates/a\.html:2: a merge conflict is not resolved"),
        ("fine\n{{ x|shout }}", r"site_templates/a\.html:2: No filter named 'shout'"),
        ("fine\n{{ 'a\\ud83d' }}", r"site_templates/a\.html:2: half a character"),
        ("{% for a in b %}" * 30 + "{% endfor %}" * 30, r"site_templates/a\.html: too many"),
        ("{{ " + "(" * 5000, r"site_templates/a\.html: maximum recursion"),
    ],
    ids=["syntax", "conflict", "filter", "surrogate", "loops", "brackets"],
)
def test_what_a_template_s_text_alone_shows_is_a_problem_and_no_traceback(tmp_path, text, problem):
    templates = templates_in(tmp_path, a__html=text, b__txt="{{ fine }}")

    (told,) = templates.problems()
    with pytest.raises(ContentError, match=problem):
        templates.render("a.html", {})

    assert re.match(problem, str(told))


def test_half_a_character_of_an_included_template_names_that_template(tmp_path):
    templates = templates_in(tmp_path, a__html="{% include 'b.html' %}", b__html="{{ '\\udc80' }}")

    with pytest.raises(ContentError, match=r"site_templates/b\.html:1: half a character"):
        templates.render("a.html", {})


def test_a_template_of_the_users_that_is_not_utf8_is_a_problem(tmp_path):
    templates = templates_in(tmp_path, a__html="")
    (tmp_path / "site_templates/a.html").write_bytes(b"\xff\xfe")

    assert [str(one) for one in templates.problems()] == [
        "site_templates/a.html: not UTF-8 text; correct the template, or remove your copy"
    ]


def test_our_own_templates_and_other_files_are_no_problem(tmp_path):
    assert Templates(tmp_path).problems() == []
    assert templates_in(tmp_path, a__css="{% if %}", b__txt="fine").problems() == []


@pytest.mark.parametrize("name", ["embed.js", "embed.css", "badge.svg"])
def test_what_badges_and_the_banner_are_made_of_is_a_template_too(tmp_path, name):
    own = tmp_path / "site_templates/badge" / name
    own.parent.mkdir(parents=True)
    templates = Templates(tmp_path)

    own.write_bytes(b"\xff\xfe")
    (not_text,) = templates.problems()
    own.write_text("{% if %}")
    (broken,) = templates.problems()

    assert "not UTF-8 text" in str(not_text)
    assert broken.path == f"site_templates/badge/{name}"


def test_two_languages_stand_beside_each_other(tmp_path):
    english = templates_in(tmp_path, a__html='{{ _("History") }}')

    german = english.speaking("de")

    assert english.render("a.html", {}) == "History"
    assert german.render("a.html", {}) == "Verlauf"


@pytest.mark.parametrize(
    "text",
    [
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        "{% macro m(n) %}{% if n %}{{ m(n - 1) ~ m(n - 1) }}{% endif %}{% endmacro %}{{ m(60) }}",
        "{% for a in range(99999) %}{{ '%099999d' % a }}{% endfor %}",
    ],
    ids=["loops", "macros", "length"],
)
def test_a_template_of_the_users_that_never_ends_is_ended(tmp_path, monkeypatch, text):
    monkeypatch.setattr(module, "MOST_S", 0.05)
    templates = templates_in(tmp_path, a__html="{% include 'b.html' %}", b__html=text)

    said = r"site_templates/b\.html: takes more than 0\.05 seconds to render; correct the template"
    with pytest.raises(ContentError, match=said):
        templates.render("a.html", {})


def test_a_template_of_the_users_that_calls_itself_for_ever_is_a_problem(tmp_path):
    text = "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}"

    with pytest.raises(ContentError, match=r"site_templates/a\.html:1: maximum recursion depth"):
        templates_in(tmp_path, a__html=text).render("a.html", {})


def test_gigabytes_in_a_template_of_the_users_are_a_problem(tmp_path):
    said = "takes too much memory; correct the template"
    with bounded(), pytest.raises(ContentError, match=said):
        templates_in(tmp_path, a__html="{{ 'x' * 9000000000 }}").render("a.html", {})
