from statusgen.config.toml_lines import find_lines, line_of

TEXT = """\
top = 1
[page] # a comment
name = "Acme"
"quoted" = 2
dotted.key = 3

[[targets]]
url = "a"
[[targets]]
  url = "b\u2028c"
after = 1
[severities."SEV 9"]
rank = 1
"""


def test_every_key_that_stands_on_a_line_of_its_own_is_found():
    lines = find_lines(TEXT)

    assert lines[("top",)] == 1
    assert lines[("page",)] == 2
    assert lines[("page", "name")] == 3
    assert lines[("page", "quoted")] == 4
    assert lines[("page", "dotted", "key")] == 5
    assert lines[("targets", 0, "url")] == 8
    assert lines[("targets", 1, "url")] == 10
    assert lines[("targets", 1, "after")] == 11
    assert lines[("severities", "SEV 9", "rank")] == 13


def test_what_is_not_found_is_told_by_what_is_around_it():
    lines = find_lines(TEXT)

    assert line_of(lines, ("page", "missing")) == 2
    assert line_of(lines, ("targets", 1, "region")) == 9
    assert line_of(lines, ("nowhere",)) == 1
