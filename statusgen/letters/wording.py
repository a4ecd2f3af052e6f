"""The words of a letter: subject, text and HTML from the templates in `site_templates/mail/`."""

from urllib.parse import quote

from statusgen.config.settings import Settings, SubjectStyle
from statusgen.letters.facts import Facts
from statusgen.letters.inline import inline_styles
from statusgen.letters.lines import one_line, paragraphs, wrapped
from statusgen.model.value import Value
from statusgen.prose.language import is_right_to_left
from statusgen.prose.markdown_html import BodyRenderer
from statusgen.prose.times import PageClock
from statusgen.templates import Templates

FOLDER = "mail"


class WayOut(Value, frozen=True):
    """How to stop the letters, as the text and the HTML say it."""

    url: str | None
    """A page that stops them."""
    address: str | None
    """Where to write instead; with neither, one replies."""
    token: str
    """The subscriber's signed token, or what stands in for it."""

    @property
    def mailto(self) -> str | None:
        """A link that opens the mail to write."""
        if self.address is None:
            return None
        return f"mailto:{quote(self.address, safe='@')}?subject=unsubscribe%20{self.token}"


class Words(Value, frozen=True):
    """What a letter says, before it is encoded."""

    subject: str
    text: str
    html: str


class Wording:
    """Renders facts; `prose` resolves relative links in bodies against the page."""

    def __init__(self, settings: Settings, templates: Templates, prose: BodyRenderer) -> None:
        self._settings = settings
        self._templates = templates
        self._prose = prose
        self._clock = PageClock(settings.page.zone)
        self._names = frozenset(templates.names(FOLDER))

    def spoken_language(self, language: str) -> str:
        """`language` if there are templates in it (`mail/de/…`), else the page's own."""
        has_own = any(name.startswith(f"{FOLDER}/{language}/") for name in self._names)
        return language if has_own else self._settings.page.language

    def words(
        self, facts: Facts, *, link: str, way_out: WayOut, language: str, page_behind: bool
    ) -> Words:
        """The letter in `language`, which `spoken_language` gave."""
        page, mail = self._settings.page, self._settings.mail
        is_constant = mail is not None and mail.subject is SubjectStyle.INCIDENT
        values = {
            "letter": facts,
            "clock": self._clock,
            "page": page,
            "link": link,
            "way_out": way_out,
            "footer": (mail.footer or "").split("\n") if mail and mail.footer else [],
            "page_behind": page_behind,
            "language": language,
            "direction": "rtl" if is_right_to_left(language) else "ltr",
            "body_html": self._prose.html(facts.body),
            "body_text": self._prose.text(facts.body),
        }
        stem = "incident" if is_constant else facts.kind.value
        subject, text, html = (
            self._templates.render(self._name(name, language), values)
            for name in (f"{stem}.subject.txt", f"{facts.kind}.txt", f"{facts.kind}.html")
        )
        return Words(one_line(subject), wrapped(text), inline_styles(paragraphs(html)))

    def _name(self, name: str, language: str) -> str:
        own = f"{FOLDER}/{language}/{name}"
        return own if own in self._names else f"{FOLDER}/{name}"
