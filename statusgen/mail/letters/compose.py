"""Letters: what all subscribers share is made once, and each letter adds what is personal."""

from datetime import datetime

from statusgen.config.settings import MailSettings, Settings
from statusgen.content.incident import Incident
from statusgen.content.markdown.markdown_html import BodyRenderer
from statusgen.content.step import Step
from statusgen.mail.letters import headers
from statusgen.mail.letters.facts import gather
from statusgen.mail.letters.identity import Identity
from statusgen.mail.letters.kinds import kind_of, letter_before
from statusgen.mail.letters.letter import Letter
from statusgen.mail.letters.mime import LINE_END, Mould, alternative
from statusgen.mail.letters.tokens import UnsubscribeTokens
from statusgen.mail.letters.wording import WayOut, Wording
from statusgen.mail.subscribers.subscriber import Subscriber
from statusgen.values.value import Value
from statusgen.words.templates import Templates


class LetterForm(Value, frozen=True):
    """The letter about one update in one language, ready to be addressed."""

    update_id: str
    """What the letters are named by."""
    subject: str
    text: str
    """The text part, with a word of no meaning where the subscriber's token will stand."""
    html: str
    """The HTML part; the same holds for it."""
    identity: Identity
    tokens: UnsubscribeTokens
    idempotency_header: str | None
    made_at: datetime
    shared_headers: bytes
    rest: Mould
    """The headers that hold the token, and the body."""

    def address_to(self, subscriber: Subscriber, sent_at: datetime | None = None) -> Letter:
        """The letter to `subscriber`, dated when it is sent; None: when the form was made.

        The same subscriber's letter is the same on every attempt but for its date.
        """
        token = subscriber.token
        message_id = self.identity.message_id(self.update_id, token)
        return Letter(
            update_id=self.update_id,
            token=token,
            message_id=message_id,
            sender=self.identity.sender(token),
            recipient=subscriber.address,
            content=b"".join(
                (
                    self.shared_headers,
                    headers.date_header(sent_at or self.made_at),
                    _recipient(subscriber.address),
                    self._names(message_id),
                    self.rest.fill(self.tokens.sign(token).encode("ascii")),
                )
            ),
        )

    def _names(self, message_id: str) -> bytes:
        """The message's own name, and the same for a relay that takes it once."""
        name = headers.verbatim_header("Message-ID", message_id)
        if not self.idempotency_header:
            return name
        return name + headers.verbatim_header(self.idempotency_header, message_id.strip("<>"))


class LetterForms:
    """Makes the forms of one page's letters; needs `[mail]` in the settings."""

    def __init__(
        self, settings: Settings, templates: Templates, prose: BodyRenderer, secret_key: bytes
    ) -> None:
        if settings.mail is None:
            raise ValueError("letters need [mail] in statusgen.toml")
        self._settings = settings
        self._mail = settings.mail
        self._wording = Wording(settings, templates, prose)
        self._identity = Identity(settings.page, settings.mail, secret_key)
        self._tokens = UnsubscribeTokens(secret_key)

    @property
    def languages(self) -> tuple[str, ...]:
        """The page's language, and those that the user's own files add: any may be broken."""
        return self._wording.languages

    def form(
        self,
        incident: Incident,
        step: Step,
        language: str = "en",
        *,
        now: datetime,
        page_behind: bool = False,
    ) -> LetterForm:
        """The form of the letters about `step` in `language` if we speak it, or in the page's own.

        `now` dates the letters that are not told when they are sent. `page_behind`: the page may
        not show the update yet, and the letter says so.
        Raises `ContentError` for a broken template or catalogue.
        """
        update_id = step.update.id
        placeholder = self._identity.placeholder(update_id)
        kind = kind_of(incident, step)
        voice = self._wording.voice(language, kind)
        words = self._wording.words(
            gather(self._settings, incident, step, voice.language),
            voice,
            link=self._settings.page.link(f"incidents/{incident.id}.html"),
            way_out=_told_way_out(self._mail, placeholder),
            page_behind=page_behind,
        )
        spoken = voice.language.tag
        boundary = self._identity.boundary(update_id)
        is_first = letter_before(incident, step) is None
        return LetterForm(
            update_id=update_id,
            subject=headers.harmless(words.subject),
            text=words.text,
            html=words.html,
            identity=self._identity,
            tokens=self._tokens,
            idempotency_header=self._mail.idempotency_header,
            made_at=now,
            shared_headers=b"".join(
                (
                    headers.mailbox_header("From", self._mail.from_name, self._mail.from_address),
                    headers.header("Subject", words.subject),
                    *self._thread(incident, is_first=is_first),
                    *self._list(),
                    headers.verbatim_header(
                        "Feedback-ID", self._identity.feedback_id(incident.id, kind)
                    ),
                    *_nature(boundary, spoken),
                )
            ),
            rest=Mould.around(
                placeholder,
                b"".join(
                    (
                        *_unsubscribe(self._mail, placeholder),
                        LINE_END,
                        alternative(words.text, words.html, placeholder, boundary, spoken),
                    )
                ),
            ),
        )

    def _thread(self, incident: Incident, *, is_first: bool) -> list[bytes]:
        thread = self._identity.thread_id(incident.id)
        names = ("References",) if is_first else ("References", "In-Reply-To")
        return [headers.verbatim_header(name, thread) for name in names]

    def _list(self) -> list[bytes]:
        page, mail = self._settings.page, self._mail
        found = [
            headers.list_id_header(page.name, self._identity.list_id),
            headers.links_header("List-Archive", page.link("history/index.html")),
            headers.links_header("List-Help", page.support or page.link("")),
        ]
        if mail.reply_to:
            found.append(headers.mailbox_header("Reply-To", "", mail.reply_to))
        return found


def make_forms(settings: Settings, secret_key: bytes) -> LetterForms:
    """The forms of a page's letters; `secret_key` signs the links that stop them."""
    prose = BodyRenderer(settings.page.url, keeps_lines=settings.page.keeps_lines)
    return LetterForms(settings, Templates(settings.root), prose, secret_key)


def _recipient(address: str) -> bytes:
    if not address:  # erased meanwhile: the ledger withholds the letter
        return headers.verbatim_header("To", "undisclosed-recipients:;")
    return headers.recipient_header(address)


def _nature(boundary: str, language: str) -> list[bytes]:
    return [
        headers.verbatim_header(name, value)
        for name, value in (
            ("Auto-Submitted", "auto-generated"),
            # Not "All", which would keep bounces from us (MS-OXCMAIL 2.1.3.2.20).
            ("X-Auto-Response-Suppress", "OOF, AutoReply, RN, NRN"),
            ("Content-Language", language),
            ("MIME-Version", "1.0"),
            ("Content-Type", f'multipart/alternative; boundary="{boundary}"'),
        )
    ]


def _told_way_out(mail: MailSettings, token: str) -> WayOut:
    url = f"{mail.unsubscribe_url}/u/{token}" if mail.unsubscribe_url else None
    return WayOut(url, mail.unsubscribe_mailto, token)


def _unsubscribe(mail: MailSettings, token: str) -> list[bytes]:
    """The ways out for machines, the page first; RFC 8058 wants one click to go to HTTPS."""
    found = [headers.links_header("List-Unsubscribe", *_ways_out(mail, token))]
    if mail.unsubscribe_url and mail.unsubscribe_url.startswith("https://"):
        one_click = headers.verbatim_header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
        found.append(one_click)
    return found


def _ways_out(mail: MailSettings, token: str) -> list[str]:
    """Links; with nothing configured, the mail that a reader would answer with."""
    told = _told_way_out(mail, token)
    if told.url is None and told.mailto is None:
        told = WayOut(None, mail.reply_to or mail.from_address, token)
    return [link for link in (told.url, told.mailto) if link]
