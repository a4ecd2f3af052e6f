"""The words of a letter: subject, text and HTML from the templates in `site_templates/mail/`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from statusgen.config.settings import Settings, SubjectStyle
from statusgen.content.markdown.markdown_html import BodyRenderer
from statusgen.content.markdown.plain_text import VERBATIM, as_text
from statusgen.mail.letters.facts import Facts
from statusgen.mail.letters.inline import inline_styles
from statusgen.mail.letters.kinds import LetterKind
from statusgen.mail.letters.length import MAX_BYTES, sent_bytes, shorter
from statusgen.mail.letters.lines import one_line, paragraphs, wrapped
from statusgen.mail.letters.own_sentences import unsaid
from statusgen.values.notation import canonical_language
from statusgen.values.value import Value
from statusgen.words.directions import direction_of, with_directions
from statusgen.words.language import SOURCE, Language, base_of
from statusgen.words.templates import Templates
from statusgen.words.times import PageClock

FOLDER = "mail"
_BEFORE_ZONE = re.compile(r"(?<=[0-9]:[0-9]{2}) (?![\s(])")


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


@dataclass(frozen=True, slots=True)
class Voice:
    """All that a letter in one language is rendered with."""

    language: Language
    templates: Templates
    clock: PageClock
    html_clock: PageClock


class UnbrokenClock(PageClock):
    """Writes each time and the zone after it so that no line ends between them."""

    def both(self, instant: datetime) -> str:
        """As always, with no-break spaces."""
        return _BEFORE_ZONE.sub("\N{NO-BREAK SPACE}", super().both(instant))


class Wording:
    """Renders facts; `prose` resolves relative links in bodies against the page."""

    def __init__(self, settings: Settings, templates: Templates, prose: BodyRenderer) -> None:
        self._settings = settings
        self._templates = templates
        self._prose = prose
        self._names = frozenset(templates.names(FOLDER))
        self._voices: dict[str, Voice] = {}

    @property
    def languages(self) -> tuple[str, ...]:
        """The page's language, then those of the user's own templates and catalogues."""
        folders = (name.split("/")[1] for name in self._names if name.count("/") > 1)
        added = sorted({*folders, *self._templates.own_languages})
        return tuple(dict.fromkeys([self._settings.page.language, *added]))

    def voice(self, language: str, kind: LetterKind) -> Voice:
        """The voice for letters of this kind to who wants `language`; the page's if there is none.

        Raises `ContentError` for a broken catalogue.
        """
        wanted = canonical_language(language)
        tag = wanted if self._is_spoken(wanted, kind) else self._settings.page.language
        if tag not in self._voices:
            templates = self._templates.speaking(tag)
            spoken = templates.language(tag)
            clocks = (one(self._settings.page.zone, spoken) for one in (PageClock, UnbrokenClock))
            self._voices[tag] = Voice(spoken, templates, *clocks)
        return self._voices[tag]

    def words(
        self, facts: Facts, voice: Voice, *, link: str, way_out: WayOut, page_behind: bool
    ) -> Words:
        """The letter, in the language in which `facts` were gathered.

        What is too long for a letter is cut short in both parts, which say so.
        """
        page, mail, language = self._settings.page, self._settings.mail, voice.language
        values = {
            "letter": facts,
            "page": page,
            "link": link,
            "way_out": way_out,
            "footer": (mail.footer or "").split("\n") if mail and mail.footer else [],
            "page_behind": page_behind,
            "language": language.tag,
            "direction": language.direction,
            "direction_of": direction_of,
            "arrow": "←" if language.is_right_to_left else "→",
        }
        size = sent_bytes(facts.body)
        body = facts.body if size <= MAX_BYTES else shorter(facts.body, size)
        while True:
            html = self._prose.html(body)
            size = sent_bytes(html)
            if size <= MAX_BYTES:  # else not worth its styles, which cost seconds
                story = self._story(html, body, facts, language)
                words = self._rendered(voice, facts.kind, values | story)
                size = max(sent_bytes(words.html), sent_bytes(words.text))
                if size <= MAX_BYTES or not body:
                    return words
            body = shorter(body, size)

    def _rendered(self, voice: Voice, kind: LetterKind, values: Mapping[str, object]) -> Words:
        mail, tag = self._settings.mail, voice.language.tag
        is_constant = mail is not None and mail.subject is SubjectStyle.INCIDENT
        stem = "incident" if is_constant else kind.value
        subject, text, html = (
            voice.templates.render(self._name(name, tag), {**values, "clock": clock})
            for name, clock in (
                (f"{stem}.subject.txt", voice.clock),
                (f"{kind}.txt", voice.clock),
                (f"{kind}.html", voice.html_clock),
            )
        )
        return Words(one_line(subject), wrapped(text), inline_styles(paragraphs(html)))

    def _story(self, html: str, body: str, facts: Facts, language: Language) -> dict[str, object]:
        """What the author wrote, as far as it fits; `shortened` is empty when that is all."""
        text = as_text(html, verbatim=VERBATIM)
        return {
            "body_html": with_directions(html, language.direction, aligned=True),
            "body_text": text,
            "shortened": "" if body == facts.body else "yes",
            "unsaid": unsaid(text, facts.phase, language),
        }

    def _is_spoken(self, tag: str, kind: LetterKind) -> bool:
        """Whether there are words in it: a catalogue, or templates of its own for this kind."""
        if base_of(tag) == SOURCE or self._templates.catalogue(tag):
            return True
        own = (f"{kind}.subject.txt", f"{kind}.txt", f"{kind}.html")
        return any(self._own_name(one, tag) for one in own)

    def _name(self, name: str, tag: str) -> str:
        return self._own_name(name, tag) or f"{FOLDER}/{name}"

    def _own_name(self, name: str, tag: str) -> str | None:
        """The template for this language (`mail/de/…`), or for it without its region."""
        names = (f"{FOLDER}/{one}/{name}" for one in (tag, base_of(tag)))
        return next((one for one in names if one in self._names), None)
