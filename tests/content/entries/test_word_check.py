import pytest

from statusgen.content.entries.front_matter import parse_document
from statusgen.content.entries.word_check import check_words
from statusgen.content.entries.wording import PLACEHOLDERS


def faults(body, header="status: update"):
    document, _ = parse_document(f"---\n{header}\n---\n{body}".encode(), "a.md")
    return list(check_words(document, PLACEHOLDERS))


def told(body):
    """What is wrong, on lines that count from 0 in the body."""
    return [(fault.line - 4, fault.what, fault.is_warning) for fault in faults(body)]


@pytest.mark.parametrize("body", ["Checkout works again.", "a\n\n- b\n- `<c>`", "**2** <d>"])
def test_nothing_is_wrong_with_what_people_write(body):
    assert told(body) == []


@pytest.mark.parametrize("body", ["", " \n\t\n"])
def test_a_blank_body_is_refused(body):
    assert [what for _, what, _ in told(body)] == ["the body is blank"]


@pytest.mark.parametrize(
    "body", ["<script>a</script>", "<!-- a -->", "[a]: b", "&nbsp;", "\u200b", "<div></div>"]
)
def test_a_body_of_which_nothing_is_seen_is_refused(body):
    assert told(body) == [(0, "readers see nothing of this body", False)]


def test_what_is_not_shown_is_a_warning_with_its_line():
    assert told("a\n\nb <!-- c -->") == [(2, "a comment is not shown", True)]


@pytest.mark.parametrize(
    ("line", "placeholder"),
    [
        ("We see [what customers may see].", "[what customers may see]"),
        ("We see [what customers see].", "[what customers see]"),
        ("We see [what].", "[what]"),
        ("TODO: say more", "TODO"),
        ("The fix comes TBD.", "TBD"),
        ("FIXME (XXX)", "FIXME"),
    ],
)
def test_words_left_to_be_written_are_refused(line, placeholder):
    body = f"One.\n\n{line}"

    assert told(body) == [(2, f"the placeholder {placeholder} is still there", False)]


@pytest.mark.parametrize(
    "line",
    [
        "Our todo list, METHODOLOGY and XXXL shirts",
        "[whatever] and [What's new](https://example.com) and [what it is](https://example.com)",
        "`TODO` and ``[what `x`]``",
        "```\nTODO\n```",
    ],
)
def test_other_words_and_code_are_no_placeholders(line):
    assert told(line) == []


@pytest.mark.parametrize("left", ["{{ eta }}", "<ETA>", "<ROOT CAUSE>", "{{.Incident.Name}}"])
def test_what_a_template_may_have_left_is_a_warning(left):
    assert told(f"It is\nfixed by {left}.") == [(1, f"{left} looks like a placeholder", True)]


@pytest.mark.parametrize("words", ["<B>a</B>", "<eta>", "{a}", "a < B > c", "`{{ a }}` `<ETA>`"])
def test_elements_and_code_are_none(words):
    assert told(words) == []


def test_only_placeholders_may_stay_in_a_draft():
    [placeholder] = faults("TBD")
    [nothing] = faults("<!-- a -->")

    assert (placeholder.may_stay_in_draft, nothing.may_stay_in_draft) == (True, False)


@pytest.mark.parametrize("key", ["title", "impact", "cause"])
def test_lines_for_readers_are_looked_at_too(key):
    [placeholder] = faults("a", f"{key}: TODO")
    [left] = faults("a", f"{key}: The <ROOT CAUSE>")

    assert (placeholder.line, placeholder.what) == (2, "the placeholder TODO is still there")
    assert (left.line, left.is_warning) == (2, True)


@pytest.mark.parametrize("key", ["title", "impact", "cause"])
def test_what_a_hash_sign_hides_is_refused(key):
    [fault] = faults("a", f"{key}: Problem with ticket #1234 in EU")

    assert fault.line == 2
    assert fault.what == "'#1234 in EU' is lost: in front matter a # begins a comment"
    assert fault.remedy == f'write {key}: "Problem with ticket #1234 in EU"'
    assert not fault.is_warning


@pytest.mark.parametrize(
    "header",
    [
        "title: Problem with ticket#1234",
        'title: "Ticket #1234"',
        "title: 'Ticket' # for ours only",
        "severity: SEV1 # for now",
        "components: [checkout] # for now",
    ],
)
def test_a_hash_sign_that_hides_no_word_for_readers_is_fine(header):
    assert faults("a", header) == []
