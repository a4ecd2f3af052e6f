"""Letters: what all subscribers share is made once, and each letter adds what is personal."""

from datetime import UTC, datetime
from email.utils import format_datetime

from statusgen.config.settings import MailSettings, Settings
from statusgen.letters import headers
from statusgen.letters.facts import gather, letter_before
from statusgen.letters.identity import Identity
from statusgen.letters.kinds import kind_of
from statusgen.letters.mime import LINE_END, Mould, alternative
from statusgen.letters.tokens import UnsubscribeTokens
from statusgen.letters.wording import WayOut, Wording
from statusgen.model.incident import Incident
from statusgen.model.letter import Letter
from statusgen.model.step import Step
from statusgen.model.subscriber import Subscriber
from statusgen.model.value import Value
from statusgen.prose.markdown_html import BodyRenderer
from statusgen.templates import Templates


class LetterForm(Value, frozen=True):
    """The letter about one update in one language, ready to be addressed."""

    update_id: str
    subject: str
    text: str
    """The text part, with a word of no meaning where the subscriber's token will stand."""
    html: str
    """The HTML part; the same holds for it."""
    mail: MailSettings
    identity: Identity
    tokens: UnsubscribeTokens
    shared_headers: bytes
    body: Mould

    def address_to(self, subscriber: Subscriber) -> Letter:
        """The letter to `subscriber`: the same bytes for the same subscriber, on every attempt."""
        signed = self.tokens.sign(subscriber.token)
        message_id = self.identity.message_id(self.update_id, subscriber.token)
        own = [
            _recipient(subscriber),
            headers.verbatim_header("Message-ID", message_id),
            headers.links_header("List-Unsubscribe", *_ways_out(self.mail, signed)),
        ]
        if self.mail.idempotency_header:
            own.append(headers.verbatim_header(self.mail.idempotency_header, message_id))
        return Letter(
            update_id=self.update_id,
            token=subscriber.token,
            message_id=message_id,
            sender=self.identity.sender(subscriber.token),
            recipient=subscriber.address,
            content=b"".join(
                (self.shared_headers, *own, LINE_END, self.body.fill(signed.encode("ascii")))
            ),
        )


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

        `now` dates the letters. `page_behind`: the page may not show the update yet, and the
        letter says so. Raises `ContentError` for a broken template or catalogue.
        """
        update_id = step.update.id
        placeholder = self._identity.placeholder(update_id)
        voice = self._wording.voice(language, kind_of(step))
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
            mail=self._mail,
            identity=self._identity,
            tokens=self._tokens,
            shared_headers=b"".join(
                (
                    headers.mailbox_header("From", self._mail.from_name, self._mail.from_address),
                    headers.header("Subject", words.subject),
                    headers.verbatim_header("Date", format_datetime(now.astimezone(UTC))),
                    *self._thread(incident, is_first=is_first),
                    *self._list(),
                    *_nature(boundary, spoken),
                )
            ),
            body=alternative(words.text, words.html, placeholder, boundary, spoken),
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
        ]
        if mail.unsubscribe_url and mail.unsubscribe_url.startswith("https://"):
            one_click = headers.verbatim_header(
                "List-Unsubscribe-Post", "List-Unsubscribe=One-Click"
            )
            found.append(one_click)
        if mail.reply_to:
            found.append(headers.mailbox_header("Reply-To", "", mail.reply_to))
        return found


def _recipient(subscriber: Subscriber) -> bytes:
    if not subscriber.address:  # erased meanwhile: the ledger withholds the letter
        return headers.verbatim_header("To", "undisclosed-recipients:;")
    return headers.mailbox_header("To", "", subscriber.address)


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


def _ways_out(mail: MailSettings, token: str) -> list[str]:
    """Links for machines; with nothing configured, the mail that a reader would answer with."""
    told = _told_way_out(mail, token)
    if told.url is None and told.mailto is None:
        told = WayOut(None, mail.reply_to or mail.from_address, token)
    return [link for link in (told.url, told.mailto) if link]
