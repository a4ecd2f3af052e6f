from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statusgen.values.notation import (
    BadValue,
    canonical_language,
    find_control_character,
    format_instant,
    is_language,
    listed,
    nearest,
    parse_date,
    parse_duration,
    parse_flag,
    parse_host,
    parse_id,
    parse_instant,
    parse_line,
    parse_stem,
    parse_title,
    parse_word,
    parse_zone,
    printable,
    remove_control_characters,
    shown,
)
from statusgen.values.vocabulary import Phase
from tests.builders import BERLIN, instant

UTC_ZONE = ZoneInfo("UTC")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")

INSTANTS = [
    pytest.param("2026-11-21T02:04:00Z", "02:04", id="UTC"),
    pytest.param("2026-11-21t02:04:00z", "02:04", id="small letters"),
    pytest.param("2026-11-21T03:04:00+01:00", "02:04", id="an offset"),
    pytest.param("2026-11-20T21:04:00-05:00", "02:04", id="an offset across midnight"),
    pytest.param("2026-11-21 03:04", "02:04", id="local winter time"),
    pytest.param("2026-07-21T03:04:00", "2026-07-21T01:04", id="local summer time"),
    pytest.param("2026-11-21T02:04:00.5Z", "2026-11-21T02:04:00.500000", id="a fraction"),
    pytest.param("2026-11-21T02:04:00.123456789Z", "2026-11-21T02:04:00.123456", id="nanoseconds"),
    pytest.param("2026-10-25T02:30:00+02:00", "2026-10-25T00:30", id="the first of two hours"),
    pytest.param("2026-10-25T02:30:00+01:00", "2026-10-25T01:30", id="the second of two hours"),
    pytest.param("2026-10-25T03:00:00", "2026-10-25T02:00", id="just after two hours"),
    pytest.param("2026-03-29T03:00:00", "2026-03-29T01:00", id="just after a missing hour"),
]


@pytest.mark.parametrize(("text", "expected"), INSTANTS)
def test_an_instant_is_read_as_utc(text, expected):
    moment = parse_instant(text, BERLIN)

    assert moment == instant(expected)
    assert moment.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        *("", "now", "2026-11-21", "02:04", "2026-11-21T02", "2026-13-01T00:00:00Z"),
        *("2026-02-29T00:00:00Z", "2026-11-21T24:00:00Z", "2026-11-21T02:04:60Z", "1795226640"),
        *("2026-11-21T02:04:00+25:00", "\u0662026-11-21T02:04:00Z", "2026-11-21T02:04:00 Z"),
        *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1969-12-31T23:59:59Z"),
        "2026-11-21T02:04:00+0100",
    ],
)
def test_what_is_no_instant_is_refused(text):
    with pytest.raises(BadValue):
        parse_instant(text, BERLIN)


@pytest.mark.parametrize(
    ("text", "zone", "what", "offsets"),
    [
        ("2026-03-29T02:30", BERLIN, "does not exist", "+01:00 or +02:00"),
        ("2026-03-29T02:00", BERLIN, "does not exist", "+01:00 or +02:00"),
        ("2026-10-25T02:00", BERLIN, "happens twice", "+02:00 or +01:00"),
        ("2026-10-25T02:59:59", BERLIN, "happens twice", "+02:00 or +01:00"),
        ("2026-04-05T01:45", LORD_HOWE, "happens twice", "+11:00 or +10:30"),
        ("2026-10-04T02:15", LORD_HOWE, "does not exist", "+10:30 or +11:00"),
    ],
)
def test_an_hour_that_is_missing_or_doubled_names_both_offsets(text, zone, what, offsets):
    with pytest.raises(BadValue) as caught:
        parse_instant(text, zone)

    assert what in caught.value.what
    assert zone.key in caught.value.what
    assert caught.value.remedy.endswith(offsets)


@given(
    st.datetimes(datetime(1970, 1, 2), datetime(2999, 12, 30)),  # noqa: DTZ001  a strategy's bounds
    st.sampled_from([UTC_ZONE, BERLIN, LORD_HOWE, ZoneInfo("America/St_Johns")]),
)
def test_a_written_instant_reads_back_as_itself(naive, zone):
    moment = naive.replace(tzinfo=UTC)

    assert parse_instant(format_instant(moment), zone) == moment


@given(st.text(max_size=40))
def test_any_text_is_an_instant_or_a_bad_value(text):
    try:
        moment = parse_instant(text, BERLIN)
    except BadValue:
        return

    assert moment.tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("30s", timedelta(seconds=30)),
        ("15m", timedelta(minutes=15)),
        ("2h", timedelta(hours=2)),
        ("1d", timedelta(days=1)),
        ("90m", timedelta(minutes=90)),
        (" 5m ", timedelta(minutes=5)),
    ],
)
def test_a_duration(text, value):
    assert parse_duration(text) == value


@pytest.mark.parametrize(
    "text", ["", "15", "m", "0m", "-5m", "1.5h", "1h30m", "5 m", "1w", "9999999d"]
)
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(BadValue, match="not a duration"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["a", "2026-11-21-checkout", "a1-b2", "x" * 80])
def test_an_id(text):
    assert parse_id(text) == text


@pytest.mark.parametrize(
    "text", ["", "A", "a_b", "-a", "a-", "a--b", "a b", "a/b", "\u00e4", "a\n", ".", "x" * 81]
)
def test_what_is_no_id_is_refused(text):
    with pytest.raises(BadValue, match="component id"):
        parse_id(text, "component id")


@pytest.mark.parametrize("text", ["01-investigating", "A.b_c-9", "x" * 80])
def test_a_stem(text):
    assert parse_stem(text) == text


@pytest.mark.parametrize("text", ["", "a b", "\u00e4", "a\n", "x" * 81])
def test_what_is_no_stem_is_refused(text):
    with pytest.raises(BadValue, match="file name"):
        parse_stem(text)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "empty"),
        ("  ", "empty"),
        ("a\nb", "more than one line"),
        ("a\u2028b", "more than one line"),
        ("a\tb", "control character"),
        ("a\x00b", "control character"),
        ("a\x7fb", "control character"),
        ("a\ufffeb", "control character"),
        ("x" * 201, "201 characters"),
    ],
)
def test_what_is_no_title_is_refused(text, what):
    with pytest.raises(BadValue, match=what):
        parse_title(text)


def test_a_line_loses_only_the_space_around_it():
    assert (
        parse_line("  \u05e9\u05dc\u05d5\u05dd  <b> \U0001f525 ")
        == "\u05e9\u05dc\u05d5\u05dd  <b> \U0001f525"
    )


@pytest.mark.parametrize("text", ["yes", "True", "1", ""])
def test_a_flag_is_true_or_false(text):
    assert (parse_flag("true"), parse_flag("false")) == (True, False)
    with pytest.raises(BadValue, match="neither"):
        parse_flag(text)


def test_a_word_of_a_vocabulary_or_the_words_there_are():
    assert parse_word(Phase, "monitoring", "status") is Phase.MONITORING
    with pytest.raises(BadValue, match=r"unknown status 'monitor' \(did you mean 'monitoring'"):
        parse_word(Phase, "monitor", "status")


def test_a_date():
    assert parse_date("2026-11-21").isoformat() == "2026-11-21"
    with pytest.raises(BadValue, match="not a date"):
        parse_date("21.11.2026")


@pytest.mark.parametrize(
    "text", ["Europe/Berlim", "", "../etc/passwd", "/etc/passwd", "a\x00b", "Europe"]
)
def test_a_zone_that_does_not_exist_is_refused(text):
    assert parse_zone("Europe/Berlin").key == "Europe/Berlin"
    with pytest.raises(BadValue, match="unknown time zone"):
        parse_zone(text)


def test_a_long_list_is_cut_and_says_how_many_there_are_beyond():
    assert listed(["a", "b", "c"]) == listed(["a", "b", "c"], most=3) == "a, b, c"
    assert listed(map(str, range(1_200)), most=2) == "0, 1 and 1,198 more"
    assert listed([], most=2) == ""


def test_a_near_miss_is_named():
    assert nearest("titel", ["title", "status"]) == " (did you mean 'title'?)"
    assert nearest("zzz", ["title"]) == ""


def test_a_text_in_a_message_is_short_and_harmless():
    assert shown("a\x1b[31m\n") == r"'a\x1b[31m\n'"
    assert len(shown("x" * 500)) == 62


@pytest.mark.parametrize("password", ["hunter2", "h:u/n@t#e?r2", "h" * 200])
def test_a_password_in_a_url_is_never_shown(password):
    assert shown(f"https://key:{password}@example.com/x") == "'https://…@example.com/x'"
    assert printable("a\udcffb") == r"a\udcffb"


@pytest.mark.parametrize(
    "character", ["\x00", "\x08", "\x0b", "\x1f", "\x7f", "\x9f", "\ud83d", "\ufffe", "\uffff"]
)
def test_control_characters_are_found_and_removed(character):
    assert find_control_character(f"ab{character}") == 2
    assert remove_control_characters(f"a{character}b") == "ab"


def test_tab_and_line_ends_are_no_control_characters():
    assert find_control_character("a\tb\r\n\u00a0\u200f\ufffd") is None


@pytest.mark.parametrize(
    "text", ["", " ", "\u200b", "\u200b \u2060\ufeff", "\u202e\u202c", "\u3164", "\u2800", "\ufe0f"]
)
def test_a_line_with_nothing_to_see_is_empty(text):
    with pytest.raises(BadValue, match="title is empty; write one line"):
        parse_title(text)


@pytest.mark.parametrize(
    "text",
    ["a\u200bb", "\u2714\ufe0f", "\u05e9\u05d9\u05e8\u05d5\u05ea", "e\u0301", "2026", "\U0001f525"],
)
def test_a_line_with_anything_to_see_is_kept(text):
    assert parse_title(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "a \u202e b",
        "a \u202a b",
        "a \u2066 b",
        "a \u2067 b \u202c",
        "a \u202e b \u2069",
        "\u202d\u2068a\u202c\u2069",
    ],
)
def test_a_line_that_turns_the_direction_of_what_follows_is_refused(text):
    with pytest.raises(BadValue, match=r"turns the direction .* \(U\+202A"):
        parse_title(text)


@pytest.mark.parametrize(
    "text",
    [
        "a \u200f b\u200e",
        "a \u2067b\u2069 c",
        "a \u202eb\u202c c",
        "\u2066\u202ba\u2069",
        "a\u2069 \u202c",
        "\u05d0 \u05d1",
    ],
)
def test_marks_of_direction_that_end_in_the_line_are_fine(text):
    assert parse_title(text) == text


@pytest.mark.parametrize("text", ["en", "pt-BR", "DE", "zh-Hant-TW", "de" + "-abcdefgh" * 3])
def test_a_language(text):
    assert is_language(text)


@pytest.mark.parametrize(
    "text", ["", "e", "English", "en_GB", "en-", "de-\u00e4\u00e4", "de" + "-abcdefgh" * 4]
)
def test_what_is_no_language(text):
    assert not is_language(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("localhost", "localhost"),
        ("Status.Example.com", "status.example.com"),
        ("ex\u00e4mple.com", "xn--exmple-cua.com"),
        ("xn--exmple-cua.com", "xn--exmple-cua.com"),
        ("Stra\u00dfe.de", "xn--strae-oqa.de"),
        ("fa\u00df.example", "xn--fa-hia.example"),
        ("\u03b2\u03cc\u03bb\u03bf\u03c2.com", "xn--nxasmm1c.com"),
        ("\u0646\u0627\u0645\u0647\u200c\u0627\u06cc.com", "xn--mgba3gch31f060k.com"),
        ("\uff45\uff58\u3002com", "ex.com"),
        ("a" * 63 + ".example", "a" * 63 + ".example"),
    ],
)
def test_a_host(text, name):
    assert parse_host(text) == name


@pytest.mark.parametrize(
    "text",
    ["", "-", "x..y", "x.", ".x", "a_b", "x-.y", "1.2", "a" * 64, "a b", "\u00e9.", "\u0661.2"],
)
def test_what_is_no_host_is_refused(text):
    with pytest.raises(BadValue, match="not a host name"):
        parse_host(text)


@pytest.mark.parametrize("text", ["a\u200db.com", "\u2603.net", "-\u00e9.com", "\u00e9" * 60])
def test_letters_that_no_domain_holds_are_refused_with_the_way_to_write_the_others(text):
    with pytest.raises(BadValue, match="begins with xn--"):
        parse_host(text)


@pytest.mark.parametrize(
    ("tag", "expected"),
    [("de", "de"), ("DE", "de"), ("pt_br", "pt-BR"), ("ZH-hant-tw", "zh-Hant-TW")],
)
def test_a_language_has_one_usual_spelling(tag, expected):
    assert canonical_language(tag) == expected
