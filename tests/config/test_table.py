from statusgen.config import values
from statusgen.config.table import Table
from statusgen.config.toml_lines import find_lines


def open_table(raw, text=""):
    problems = []
    return Table(raw, (), find_lines(text), problems, "statusgen.toml"), problems


def test_a_value_is_taken_or_its_default():
    table, problems = open_table({"name": "Acme"})

    assert table.take("name", values.text, "") == "Acme"
    assert table.take("other", values.text, "default") == "default"
    assert problems == []


def test_a_wrong_value_is_a_problem_and_the_default_stands_in():
    table, problems = open_table({"count": "x"}, 'first = 1\ncount = "x"\n')

    assert table.take("count", values.number, 7) == 7
    assert [(problem.line, problem.what) for problem in problems] == [
        (2, "count: 'x' is not a whole number")
    ]


def test_a_missing_value_that_is_required_is_a_problem():
    table, problems = open_table({})

    table.take("name", values.text, "", required=True)

    assert [problem.what for problem in problems] == ["statusgen.toml lacks 'name'"]


def test_what_nobody_took_is_unknown():
    table, problems = open_table({"nmae": 1, "mail": {}})
    table.take("name", values.text, "")

    table.finish(also=("mail",))

    assert [problem.what for problem in problems] == [
        "unknown key 'nmae' in statusgen.toml (did you mean 'name'?)"
    ]


def test_a_child_that_is_no_table_is_a_problem_and_empty():
    table, problems = open_table({"page": 5, "targets": "x"})

    assert table.child("page").names == ()
    assert table.children("targets") == []
    assert [problem.what for problem in problems] == [
        "[page] is not a table",
        "'targets' is not a list of tables",
    ]


def test_a_list_of_tables_is_named_by_number():
    table, problems = open_table({"targets": [{}, 5]})

    first, second = table.children("targets")
    second.take("url", values.text, "", required=True)

    assert first.names == ()
    assert [problem.what for problem in problems] == [
        "[targets] (number 2) is not a table",
        "[targets] (number 2) lacks 'url'",
    ]
