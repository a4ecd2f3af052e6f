from io import BytesIO

import pytest

from statusgen.mail.subscribers.csv_rows import Row, read_rows


def rows(content):
    return list(read_rows(BytesIO(content)))


def test_rows_know_their_lines_whatever_ends_them():
    content = b'\xef\xbb\xbfa,b\r\n\r\n"one\ntwo",c\rd,e\n'

    assert rows(content) == [
        Row(1, ("a", "b")),
        Row(3, ("one\ntwo", "c")),
        Row(5, ("d", "e")),
    ]


def test_a_row_that_is_not_csv_is_one_field_and_ends_nothing():
    broken, after = rows(b'"a"b,c\nd\n')

    assert (broken.line, broken.fields) == (1, ('"a"b,c',))
    assert broken.fault.startswith("not CSV: ")
    assert after == Row(2, ("d",))


def test_a_quote_that_is_never_closed_ends_with_the_file():
    [one] = rows(b'"a\nb\nc\n')

    assert (one.line, one.fields) == (1, ('"a\nb\nc',))


def test_bytes_that_are_not_utf_8_are_kept_and_found():
    bad, good = rows(b"j\xfcrgen\nj\xc3\xbcrgen\n")

    assert bad.fault == "the bytes aren't UTF-8"
    assert bad.fields[0].encode("utf-8", "surrogateescape") == b"j\xfcrgen"
    assert good == Row(2, ("jürgen",))


def test_nothing_has_no_rows():
    assert rows(b"") == rows(b"\n \n,,\n") == []


@pytest.mark.parametrize("divider", [",", ";", "\t"])
def test_fields_are_divided_as_the_first_row_divides_them(divider):
    content = "\r\nemail;components\r\n'ann@example.com';'api, web'\r\n"
    content = content.replace(";", divider).replace("'", '"')

    assert rows(content.encode()) == [
        Row(2, ("email", "components")),
        Row(3, ("ann@example.com", "api, web")),
    ]
