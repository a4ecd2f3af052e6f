import pytest

from statusgen.errors import ContentError
from statusgen.words.catalogues import missing_plural_rule
from statusgen.words.template_files import TemplateFiles, shipped_folder
from tests.builders import write_tree

CATALOGUE = """
msgid "Today"
msgstr "<Heute> \\"{{ x }}\\""

msgid "since %(time)s"
msgstr "seit %(time)s"
"""
DAYS = """
msgid "%(num)s day"
msgid_plural "%(num)s days"
msgstr[0] "%(num)s jour"
msgstr[1] "%(num)s jours"
"""


def files_in(tmp_path, **files):
    named = {
        f"site_templates/{name.replace('___', '/').replace('__', '.')}": text
        for name, text in files.items()
    }
    return TemplateFiles(write_tree(tmp_path, named))


def test_names_leave_dotfiles_out(tmp_path):
    write_tree(
        tmp_path, {"site_templates/x/b": "", "site_templates/x/a": "", "site_templates/x/.c": ""}
    )

    assert TemplateFiles(tmp_path).names("x") == ("x/a", "x/b")


def test_the_fingerprint_follows_every_file(tmp_path):
    before = files_in(tmp_path, a__html="1").fingerprint()

    assert files_in(tmp_path, a__html="1").fingerprint() == before
    assert files_in(tmp_path, a__html="2").fingerprint() != before


def test_ours_lie_at_the_top_of_the_checkout():
    assert shipped_folder().name == "site_templates"


def test_the_user_s_own_files_are_known(tmp_path):
    files = files_in(tmp_path, locale___tlh__po=CATALOGUE, a__html="")

    assert files.is_own("a.html")
    assert not files.is_own("page/index.html")
    assert not TemplateFiles().is_own("page/index.html")
    assert files.own_languages == ("tlh",)


def test_a_region_has_the_catalogue_of_its_language(tmp_path):
    files = files_in(tmp_path, locale___tlh__po=CATALOGUE)

    assert files.catalogue("tlh-XX") == "locale/tlh.po"
    assert files.language("tlh-XX").text("Today") == '<Heute> "{{ x }}"'
    assert files.catalogue("fr") is None
    assert files.language("fr").text("Today") == "Today"


def test_what_stays_english_is_a_warning(tmp_path):
    missing = files_in(tmp_path).catalogue_problems("tlh")
    half = files_in(tmp_path, locale___tlh__po=CATALOGUE).catalogue_problems("tlh")

    assert [one.path for one in missing] == ["site_templates/locale/tlh.po"]
    assert all(one.is_warning for one in missing + half)
    assert any("'History' stays English" in one.what for one in half)
    assert not any("'Today'" in one.what for one in half)
    assert TemplateFiles().catalogue_problems("de") == []
    assert TemplateFiles().catalogue_problems("en-GB") == []


def test_a_catalogue_under_a_name_that_is_no_tag_is_told_the_right_one(tmp_path):
    told, missing = files_in(tmp_path, locale___pt_BR__po=CATALOGUE).catalogue_problems("pt-BR")

    assert (told.path, told.remedy) == ("site_templates/locale/pt_BR.po", "call it pt-BR.po")
    assert missing.path == "site_templates/locale/pt-BR.po"


def test_a_missing_rule_of_plural_forms_is_a_warning_that_gives_the_rule(tmp_path):
    told = files_in(tmp_path, locale___fr__po=DAYS).catalogue_problems("fr")[0]

    assert told.is_warning
    assert "Plural-Forms" in told.what
    rule = missing_plural_rule(DAYS.encode(), "fr")
    assert told.remedy == f'write "Plural-Forms: {rule}\\n" into the header'


def test_the_user_s_catalogues_for_letters_are_looked_at_too(tmp_path):
    told = files_in(tmp_path, locale___tlh__po="\nnonsense").catalogue_problems("en")

    assert [(one.line, one.is_warning) for one in told] == [(2, False)]


def test_a_broken_catalogue_names_its_file_and_line_and_itself_as_what_to_correct(tmp_path):
    files = files_in(tmp_path, locale___tlh__po='\nmsgid "a"\nmsgstr "%"\n')

    with pytest.raises(ContentError) as caught:
        files.language("tlh")

    (told,) = caught.value.problems
    assert [told] == files.catalogue_problems("tlh")
    assert str(told) == (
        "site_templates/locale/tlh.po:2: the words for 'a' hold other values than it does; "
        "correct the catalogue"
    )


def test_a_broken_copy_of_a_catalogue_of_ours_may_be_removed(tmp_path):
    (told,) = files_in(tmp_path, locale___de__po="nonsense").catalogue_problems("de")

    assert told.remedy == "correct the catalogue, or remove your copy"
