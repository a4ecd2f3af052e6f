"""`check`: everything that is wrong or odd, without building anything."""

from datetime import datetime

from statusgen.config.brand import contrast
from statusgen.config.reader import FILE_NAME
from statusgen.config.settings import Settings
from statusgen.content.archive import survey_archive
from statusgen.content.cache import Cache
from statusgen.errors import Problem
from statusgen.values.value import Value
from statusgen.words.language import SOURCE
from statusgen.words.template_files import FOLDER as TEMPLATES_FOLDER

LIGHT_GROUND, DARK_GROUND = "#f5f6f8", "#191e25"
"""What the accent stands on in our style sheet, where its contrast is least."""
LEAST_CONTRAST = 4.5


class Checked(Value, frozen=True):
    """What a check found."""

    incidents: int
    updates: int
    problems: tuple[Problem, ...]
    """Errors and warnings, in file order."""

    def has_errors(self, *, strict: bool) -> bool:
        """Whether publishing would be refused; with `strict` warnings count."""
        return any(strict or not one.is_warning for one in self.problems)


def check(settings: Settings, cache: Cache, now: datetime) -> Checked:
    """Checks all content; the configuration has passed already, or there were no settings."""
    archive = survey_archive(settings, cache, now)
    cache.save()
    return Checked(
        incidents=len(archive.outlines),
        updates=sum(len(one.told) for one in archive.outlines),
        problems=(*_odd_settings(settings), *archive.problems, *_template_problems(settings, now)),
    )


def _template_problems(settings: Settings, now: datetime) -> list[Problem]:
    language = settings.page.language
    if language == SOURCE and not (settings.root / TEMPLATES_FOLDER).is_dir():
        return []
    from statusgen.page.site.assets import asset_problems  # noqa: PLC0415  it loads Jinja2 too
    from statusgen.words.templates import Templates  # noqa: PLC0415  most checks need no Jinja2

    templates = Templates(settings.root)
    found = [*templates.problems(), *templates.catalogue_problems(language)]
    found += asset_problems(templates)
    if any(not one.is_warning for one in found):
        return found
    from statusgen.publish.template_trial import rehearse  # noqa: PLC0415  it loads all that renders

    return [*found, *rehearse(settings, templates, now)]


def _odd_settings(settings: Settings) -> list[Problem]:
    return [*_pale_accents(settings), *_no_way_to_stop(settings)]


def _pale_accents(settings: Settings) -> list[Problem]:
    """Accents that can't be read on the grounds of site.css."""
    brand = settings.page.brand
    accents = (
        ("accent", brand.accent, LIGHT_GROUND),
        ("accent_dark", brand.accent_dark, DARK_GROUND),
    )
    return [
        Problem(
            FILE_NAME,
            0,
            f"[page.brand] {name} {colour} has a contrast of {contrast(colour, ground):.1f}",
            f"choose one with at least {LEAST_CONTRAST} on {ground}, or links are hard to read",
            is_warning=True,
        )
        for name, colour, ground in accents
        if colour and contrast(colour, ground) < LEAST_CONTRAST
    ]


def _no_way_to_stop(settings: Settings) -> list[Problem]:
    mail = settings.mail
    if mail is None or mail.unsubscribe_url or mail.unsubscribe_mailto:
        return []
    return [
        Problem(
            FILE_NAME,
            0,
            "[mail] has neither unsubscribe_url nor unsubscribe_mailto",
            "set one, or readers are told to reply to stop the letters",
            is_warning=True,
        )
    ]
