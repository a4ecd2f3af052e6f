"""Letters to look at: those of an incident's updates, and one of every kind."""

import email
import email.policy
from collections.abc import Iterable
from datetime import datetime, timedelta

from statusgen.config.settings import MailSettings, Settings
from statusgen.content.incident import Incident, fold
from statusgen.content.update import ComponentChange, Update
from statusgen.mail.letters.compose import LetterForms, make_forms
from statusgen.mail.letters.kinds import LetterKind, kind_of
from statusgen.mail.subscribers.subscriber import Subscriber, SubscriberState
from statusgen.values.value import Value, replace
from statusgen.values.vocabulary import Phase
from statusgen.words.templates import Templates

READER = Subscriber(0, "sub_preview", "reader@example.com", SubscriberState.ACTIVE)
_NO_SECRET = b"links of letters to look at and to try open nothing"
_DEFAULT_MAIL = MailSettings("", "status@example.com", "folder:outbox")


class PreviewLetter(Value, frozen=True):
    """One letter as a subscriber would get it."""

    update_id: str
    stem: str
    kind: LetterKind
    subject: str
    text: str
    html: str
    message: bytes


def preview_letters(
    settings: Settings, incident: Incident, now: datetime
) -> tuple[PreviewLetter, ...]:
    """The letter about each update of `incident`, oldest first."""
    forms = sample_forms(settings)
    letters = []
    for step in incident.steps:
        form = forms.form(incident, step, settings.page.language, now=now)
        content = form.address_to(READER).content
        text, html = _parts(content)
        letters.append(
            PreviewLetter(
                update_id=step.update.id,
                stem=step.update.stem,
                kind=kind_of(incident, step),
                subject=form.subject,
                text=text,
                html=html,
                message=content,
            )
        )
    return tuple(letters)


def one_of_every_kind(settings: Settings, now: datetime) -> tuple[PreviewLetter, ...]:
    """A letter of each kind, about events that never happened on this page's components."""
    found: dict[LetterKind, PreviewLetter] = {}
    for story in sample_stories(settings, now):
        incident = fold(story, settings.severities)
        for letter in preview_letters(settings, incident, now):
            found.setdefault(letter.kind, letter)
    return tuple(found[kind] for kind in LetterKind)


def sample_forms(settings: Settings) -> LetterForms:
    """Forms of letters that stop nothing; a page that sends none yet has them too."""
    return make_forms(replace(settings, mail=settings.mail or _DEFAULT_MAIL), _NO_SECRET)


def sample_stories(settings: Settings, now: datetime) -> Iterable[list[Update]]:
    """Updates of events that never happened, on this page's components: one list a folder.

    What they tell is in the language of the page, as its own updates would be.
    """
    text = Templates(settings.root).language(settings.page.language).text
    begin = now.replace(second=0, microsecond=0) - timedelta(hours=2)
    worst = next(iter(settings.severities))
    touched = tuple(ComponentChange(one.id, None) for one in settings.components[:2])

    def update(name: str, phase: Phase, after: int, body: str, **extra: object) -> Update:
        at = begin + timedelta(minutes=after)
        return Update(name, f"{after:03d}-{phase}", phase, at, body, **extra)  # type: ignore[arg-type]

    name = "sample-incident"
    yield [
        update(
            name,
            Phase.INVESTIGATING,
            0,
            text("Some requests fail. We are looking into it."),
            title=text("A sample incident"),
            severity=worst,
            components=touched,
        ),
        update(
            name, Phase.IDENTIFIED, 12, text("We have found the cause and are working on a fix.")
        ),
        update(
            name,
            Phase.RESOLVED,
            47,
            text("Everything works as usual again."),
            cause=text("A change of configuration took a server out of rotation."),
        ),
    ]
    name = "sample-maintenance"
    window = {
        "title": text("A sample maintenance"),
        "starts": begin + timedelta(minutes=30),
        "ends": begin + timedelta(minutes=90),
        "components": touched,
    }
    plan = update(name, Phase.SCHEDULED, 0, text("We are moving to a faster database."), **window)
    yield [
        plan,
        update(name, Phase.IN_PROGRESS, 30, text("The work has begun.")),
        update(name, Phase.COMPLETED, 80, text("The work is done.")),
    ]
    yield [plan, update(name, Phase.CANCELED, 20, text("The work will take place another day."))]


def _parts(content: bytes) -> tuple[str, str]:
    """The text and the HTML as a mail program shows them."""
    parts = email.message_from_bytes(content, policy=email.policy.default).iter_parts()
    text, html = (part.get_content() for part in parts)
    return text, html
