"""The next file: its name, its text, and what is refused before it is written."""

import pytest

from statusgen.config.reader import read_settings
from statusgen.content.cache_file import CacheFile
from statusgen.content.write import (
    Draft,
    default_body,
    parse_component,
    parse_severity,
    placeholder_in,
    render_update,
    write_incident,
)
from statusgen.errors import ContentError, UsageError
from statusgen.publish.check import check
from statusgen.values.value import replace
from statusgen.values.vocabulary import ComponentState, Phase
from tests.builders import instant, write_tree
from tests.fakes.repository import make_repository

AT = instant("02:04")


@pytest.fixture
def settings(tmp_path):
    return read_settings(make_repository(tmp_path).root)


def make_draft(**facts):
    facts = {"title": "Slow search", "severity": "SEV2", "body": "Slow."} | facts
    return Draft(status=Phase.INVESTIGATING, at=AT, **facts)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("checkout", ("checkout", None)),
        ("checkout=major_outage", ("checkout", ComponentState.MAJOR_OUTAGE)),
    ],
)
def test_components_are_named_with_or_without_a_state(settings, text, expected):
    assert parse_component(text, settings) == expected


@pytest.mark.parametrize("text", ["chekout", "checkout=down", "", "=major_outage"])
def test_components_that_are_wrong_are_refused(settings, text):
    with pytest.raises(UsageError):
        parse_component(text, settings)


@pytest.mark.parametrize("text", ["SEV1", "sev-1", "sev 1"])
def test_a_severity_may_be_written_in_several_ways(settings, text):
    assert parse_severity(text, settings) == "SEV1"


def test_the_front_matter_keeps_its_order():
    draft = make_draft(components=(("api", None), ("search", None)), cause="A: b", next_update="2h")

    assert render_update(draft) == (
        "---\ntitle: Slow search\nseverity: SEV2\nstatus: investigating\n"
        'at: 2026-11-21T02:04:00Z\ncomponents: [api, search]\ncause: "A: b"\nnext_update: 2h\n'
        "---\nSlow.\n"
    )


def test_the_wording_names_the_components_in_a_sentence(settings):
    body = default_body(settings, Phase.IDENTIFIED, ["checkout", "search", "api"])

    assert "the problem with Checkout, Search and API" in body


def test_the_wording_without_components_names_the_service(settings):
    assert "the problem with Acme" in default_body(settings, Phase.IDENTIFIED, [])


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Größe", "grosse"),
        ("Øresund Łódź", "oresund-lodz"),
        ("naïve\u2013café", "naive-cafe"),
        ("EU—West / Nord", "eu-west-nord"),
        ("結帳失敗", "jie-zhang-shi-bai"),
        ("Сбой оплаты", "sboi-oplaty"),
        ("We can't log in", "we-cant-log-in"),
        ("&amp; errors", "amp-errors"),
        ("!?", "incident"),
    ],
)
def test_a_title_in_any_letters_makes_a_name_that_can_be_read(settings, title, slug):
    path = write_incident(settings, make_draft(title=title))

    assert path.parent.name == f"2026-11-21-{slug}"


def test_german_letters_are_written_as_german_pages_write_them(settings):
    german = replace(settings, page=replace(settings.page, language="de-AT"))

    path = write_incident(german, make_draft(title="Größere Störung"))

    assert path.parent.name == "2026-11-21-groessere-stoerung"


def test_a_long_title_makes_a_short_name_of_whole_words(settings):
    path = write_incident(settings, make_draft(title="word " * 39 + "end"))

    assert len(path.parent.name) <= 80
    assert path.parent.name.endswith("-word")


def test_what_would_not_pass_the_check_is_not_written(settings):
    with pytest.raises(UsageError, match="U\\+0007"):
        write_incident(settings, make_draft(body="bell \x07"))

    assert len(list((settings.root / "incidents").iterdir())) == 1


def test_updates_start_in_the_language_of_the_page_and_ask_in_it_too(settings):
    german = replace(settings, page=replace(settings.page, language="de"))
    body = default_body(german, Phase.INVESTIGATING, ["checkout", "api"])

    path = write_incident(german, make_draft(body=body))

    assert "Wir untersuchen ein Problem mit Checkout und API." in path.read_text()
    assert placeholder_in(german, body) == "[was die Kundschaft bemerken kann]"
    assert placeholder_in(german, "[what customers may see]") == "[what customers may see]"
    assert placeholder_in(settings, body) is None


@pytest.mark.parametrize("left", ["[was die Kundschaft bemerken kann]", "[what customers may see]"])
def test_check_refuses_what_was_not_filled_in_in_either_language(settings, left):
    german = replace(settings, page=replace(settings.page, language="de"))
    path = write_incident(german, make_draft(body=f"Wir untersuchen.\n\nMöglich: {left}."))

    (told,) = check(german, CacheFile(german.root / "cache.db", "one"), AT).problems

    assert told.path.endswith(path.name)
    assert told.what == f"the placeholder {left} is still there"


def test_a_broken_catalogue_is_told_when_words_are_asked_for(settings):
    write_tree(settings.root, {"site_templates/locale/fr.po": "\nnonsense\n"})
    french = replace(settings, page=replace(settings.page, language="fr"))

    with pytest.raises(ContentError, match=r"site_templates/locale/fr\.po:2: "):
        default_body(french, Phase.INVESTIGATING, [])
