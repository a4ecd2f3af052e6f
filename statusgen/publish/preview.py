"""`preview`: the site and the letters as they would be, drafts included, as pages by path."""

from collections.abc import Mapping
from datetime import datetime

from statusgen.config.settings import Settings
from statusgen.content.archive import Archive, survey_archive
from statusgen.content.cache import Cache
from statusgen.content.folder_reader import FolderReader, fold_source
from statusgen.content.markdown.markdown_html import BodyRenderer
from statusgen.errors import Problem
from statusgen.mail.letters.preview import PreviewLetter, one_of_every_kind, preview_letters
from statusgen.page.artifacts import Artifact, artifact_from_bytes
from statusgen.page.badges.badge import badges
from statusgen.page.badges.banner import banner_script
from statusgen.page.page import current, make_page
from statusgen.page.release import make_release
from statusgen.page.site.pages import Site
from statusgen.values.value import Value
from statusgen.words.templates import Templates

MAILS = "_mail/index.html"
_MOST_INCIDENTS = 5


class Preview(Value, frozen=True):
    """What to serve: artifacts of the site by key, and pages of letters by key."""

    site: Mapping[str, Artifact]
    letters: Mapping[str, bytes]
    problems: tuple[Problem, ...]
    """Errors and warnings; incidents with errors are left out."""


def make_preview(settings: Settings, cache: Cache, now: datetime) -> Preview:
    """The preview at `now`; `cache` must be one that no publish uses, for it holds drafts."""
    archive = survey_archive(settings, cache, now, FolderReader(settings, with_drafts=True))
    prose = BodyRenderer(settings.page.url, keeps_lines=settings.page.keeps_lines)
    release = make_release(archive, Site(settings, Templates(settings.root), prose), cache, now)
    site = {one.key: one for one in release.artifacts} | _embedded(archive, now)
    return Preview(
        site=site,
        letters=_letters(archive, settings, now),
        problems=archive.problems,
    )


def _embedded(archive: Archive, now: datetime) -> dict[str, Artifact]:
    """What other sites load into their pages, of what anybody may know: without drafts."""
    settings = archive.settings
    zone, days = settings.page.zone, settings.page.history_days
    needed = (archive.source(one.id) for one in current(archive.outlines, now, zone, days))
    public = (fold_source(one, settings, with_drafts=False) for one in needed)
    page = make_page(settings.components, filter(None, public), now, zone, days)
    templates = Templates(settings.root)
    told = page, settings, templates, templates.speak(settings.page.language)
    made = badges(*told) | banner_script(*told)
    return {key: artifact_from_bytes(key, body) for key, body in made.items()}


def _letters(archive: Archive, settings: Settings, now: datetime) -> dict[str, bytes]:
    told = [one for one in archive.outlines if not one.is_notice]
    newest = sorted(told, key=lambda one: (one.last_at, one.id), reverse=True)
    groups = [("One of every kind", one_of_every_kind(settings, now))]
    for one in newest[:_MOST_INCIDENTS]:
        letters = preview_letters(settings, archive.incident(one.id), now)
        groups.append((one.title, tuple(reversed(letters))))
    pages = {}
    for _, letters in groups:
        for letter in letters:
            pages[_key(letter, "html")] = letter.html.encode()
            pages[_key(letter, "txt")] = letter.text.encode()
            pages[_key(letter, "eml")] = letter.message
    rows = [
        (
            name,
            [
                (letter, _link(letter, "html"), _link(letter, "txt"), _link(letter, "eml"))
                for letter in letters
            ],
        )
        for name, letters in groups
    ]
    listing = Templates(settings.root).render(
        "preview/mails.html", {"page_name": settings.page.name, "groups": rows}
    )
    return pages | {MAILS: listing.encode()}


def _key(letter: PreviewLetter, ending: str) -> str:
    return f"_mail/{_link(letter, ending)}"


def _link(letter: PreviewLetter, ending: str) -> str:
    return f"{letter.update_id}.{ending}"
