from io import BytesIO

import pytest

from statusgen.config.severity import DEFAULT_SEVERITIES
from statusgen.errors import ContentError
from statusgen.mail.subscribers.subscriber import NewSubscriber, Subscriber, SubscriberState
from statusgen.mail.subscribers.subscriber_csv import (
    KnownNames,
    bad_line,
    parse_subscribers,
    write_subscribers,
)

KNOWN = KnownNames(
    components=("api", "checkout"),
    severities={severity.key: severity for severity in DEFAULT_SEVERITIES},
    audiences=("subscribers", "stakeholders"),
)


def parse(text: str | bytes):
    content = text.encode() if isinstance(text, str) else text
    return tuple(parse_subscribers(BytesIO(content), "list.csv", KNOWN))


def problems_of(text: str | bytes) -> list[str]:
    with pytest.raises(ContentError) as caught:
        parse(text)
    return [str(problem) for problem in caught.value.problems]


def test_a_column_of_addresses_is_enough():
    assert parse("email\nann@example.com\n") == (NewSubscriber("ann@example.com"),)


def test_byte_order_mark_crlf_quotes_and_blank_lines_are_fine():
    text = "\ufeffEmail,components,min_severity,language,audience\r\n\r\n"
    text += '"ann@example.com","checkout api",sev 3,de,stakeholders\r\n'

    assert parse(text) == (
        NewSubscriber("ann@example.com", "stakeholders", ("api", "checkout"), "SEV3", "de"),
    )


def test_every_bad_row_is_reported_at_once_and_no_address_with_it():
    text = (
        "email,components,min_severity,language,audience\n"
        "ann@example.com,cart,SEV9,english!,press\n"
        "bob(at)example.com\n"
        "Ann@example.com\n"
        "cy@example.com,eve@example.com\n"
        "dee@example.com,,,,,,\n"
    )

    problems = problems_of(text)

    assert sorted(problems) == [
        "list.csv:2: the language is not a language tag; write one such as en or pt-BR",
        "list.csv:2: unknown audience 'press'; the audiences are stakeholders, subscribers",
        "list.csv:2: unknown component 'cart'; the components are api, checkout",
        "list.csv:2: unknown severity 'SEV9'; the severities are SEV1, SEV2, SEV3, SEV4",
        (
            "list.csv:3: an address holds exactly one @; "
            "write it as name@example.com, or remove the row"
        ),
        "list.csv:4: the address of line 2 again; keep one of the rows",
        "list.csv:5: unknown component '…'; the components are api, checkout",
        "list.csv:6: 7 fields, but the header has 5; quote fields that hold a comma",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "list.csv:1: the file is empty"),
        ("name\nann\n", "list.csv:1: the header has no column 'email'"),
        ("email,email\n", "list.csv:1: a column comes twice"),
        (b"email\nj\xfcrgen@example.com\n", "list.csv:2: the bytes aren't UTF-8"),
        ('email\n"ann@example.com\n', "list.csv:2: not CSV"),
    ],
)
def test_a_file_of_the_wrong_shape_is_refused(text, problem):
    assert any(found.startswith(problem) for found in problems_of(text))


def test_what_is_written_reads_back():
    one = Subscriber(
        1, "sub_1", "ann@example.com", SubscriberState.ACTIVE, components=("api", "checkout")
    )

    assert parse("".join(write_subscribers([one]))) == (
        NewSubscriber("ann@example.com", components=("api", "checkout")),
    )


def test_a_spreadsheet_that_writes_semicolons_is_read():
    text = "\ufeffemail;components;language\r\nann@example.com;checkout api;de\r\n"

    assert parse(text) == (
        NewSubscriber("ann@example.com", components=("api", "checkout"), language="de"),
    )


@pytest.mark.parametrize(
    ("address", "cell"),
    [
        ("=1+1@example.com", "'=1+1@example.com"),
        ("+49@example.com", "'+49@example.com"),
        ("-x@example.com", "'-x@example.com"),
        ("'=x@example.com", "''=x@example.com"),
        ("'x@example.com", "'x@example.com"),
        ("x=@example.com", "x=@example.com"),
    ],
)
def test_no_cell_of_an_export_is_a_formula_and_an_import_takes_it_back(address, cell):
    one = Subscriber(1, "sub_1", address, SubscriberState.ACTIVE)

    lines = list(write_subscribers([one]))

    assert lines[1].startswith(f"{cell},")
    assert parse("".join(lines)) == (NewSubscriber(address),)


def test_no_cell_of_a_file_of_bad_rows_is_a_formula():
    bad = []
    list(parse_subscribers(BytesIO(b"email,language\n=1+1,@x\n"), "a.csv", KNOWN, bad.append))

    assert bad_line(bad[0]).startswith("'=1+1,'@x,")
