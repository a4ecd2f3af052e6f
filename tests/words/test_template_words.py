import pytest

from statusgen.words.templates import Templates
from tests.builders import write_tree

CATALOGUE = """
msgid "Today"
msgstr "<Heute> \\"{{ x }}\\""

msgid "since %(time)s"
msgstr "seit %(time)s"

msgctxt "one"
msgid "Today"
msgstr "Jetzt"

msgid "%(num)s day"
msgid_plural "%(num)s days"
msgstr[0] "%(num)s <Tag>"
msgstr[1] "%(num)s <Tage>"
"""


def rendered(tmp_path, text, catalogue=CATALOGUE, name="a.html", **values):
    files = {f"site_templates/{name}": text, "site_templates/locale/tlh.po": catalogue}
    templates = Templates(write_tree(tmp_path, files)).speaking("tlh")
    return templates.render(name, values)


def test_words_are_spoken_in_the_language_asked_for_last(tmp_path):
    words = '{{ _("Today") }}, {{ _("since %(time)s", time=now) }}'
    files = {"site_templates/a.html": words, "site_templates/locale/tlh.po": CATALOGUE}
    templates = Templates(write_tree(tmp_path, files))

    english = templates.render("a.html", {"now": "<5>"})
    templates.speak("tlh-XX")
    other = templates.render("a.html", {"now": "<5>"})

    assert english == "Today, since &lt;5&gt;"
    assert other == "&lt;Heute&gt; &#34;{{ x }}&#34;, seit &lt;5&gt;"


@pytest.mark.parametrize(
    ("text", "html", "plain"),
    [
        ('{{ pgettext("one", "Today") }}', "Jetzt", "Jetzt"),
        ('{{ pgettext("other", "Today") }}', "Today", "Today"),
        ('{{ ngettext("%(num)s day", "%(num)s days", 1) }}', "1 &lt;Tag&gt;", "1 <Tag>"),
        ('{{ ngettext("%(num)s day", "%(num)s days", 2) }}', "2 &lt;Tage&gt;", "2 <Tage>"),
        ("{{ _('Today') }}", "&lt;Heute&gt; &#34;{{ x }}&#34;", '<Heute> "{{ x }}"'),
    ],
    ids=["one of two meanings", "neither", "one", "many", "not fixed"],
)
def test_what_a_catalogue_says_is_text(tmp_path, text, html, plain):
    assert rendered(tmp_path, text) == html
    assert rendered(tmp_path, text, name="a.txt") == plain


def test_what_a_catalogue_says_is_text_also_around_values(tmp_path):
    text = '{{ _("since %(time)s", time=now) }}'
    catalogue = 'msgid "since %(time)s"\nmsgstr "<b>\\"&%(time)s"\n'

    html = rendered(tmp_path, text, catalogue, now="<i>")
    plain = rendered(tmp_path, text, catalogue, "a.txt", now="<i>")

    assert html == "&lt;b&gt;&#34;&amp;&lt;i&gt;"
    assert plain == '<b>"&<i>'


def test_other_words_are_not_taken_for_those_compiled_before(tmp_path):
    first = rendered(tmp_path, '{{ _("Today") }}')
    again = rendered(tmp_path, '{{ _("Today") }}', 'msgid "Today"\nmsgstr "Dies"\n')

    assert first != again == "Dies"
