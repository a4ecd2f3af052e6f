"""The files of `site_templates/`: the user's own folder first, file by file, then ours.

Catalogues of words among them. Nothing here renders, so no template engine is loaded for it.
"""

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from statusgen.errors import ContentError, Problem
from statusgen.values.notation import canonical_language, printable
from statusgen.words.bad_catalogue import BadCatalogue
from statusgen.words.language import SOURCE, Language, base_of, make_language
from statusgen.words.repository_files import LINK, NotOurs, odd_kind, read_file

FOLDER = "site_templates"
LOCALE = "locale"
MESSAGES = f"{LOCALE}/messages.pot"
"""All that the interface says, for translators and for `check`."""

MOST_BYTES = 20_000_000
"""Of one file."""

_CATALOGUE = ".po"
_NAME = re.compile(r"[A-Za-z0-9._/+@-]+")


def shipped_folder() -> Path:
    """Where our own templates are: inside the wheel, or at the top of a checkout."""
    package = Path(__file__).parents[1]
    inside = package / FOLDER
    return inside if inside.is_dir() else package.parent / FOLDER


def problem(
    name: str, line: int, what: str, remedy: str = "correct the template, or remove your copy"
) -> Problem:
    """What is wrong with the file `name`."""
    return Problem(f"{FOLDER}/{name}", line, what, remedy)


def broken(name: str, line: int, what: str) -> ContentError:
    """The error that the template `name` can't be used."""
    return ContentError([problem(name, line, what)])


class TemplateFiles:
    """Reads templates, catalogues and assets by name (`page/index.html`)."""

    def __init__(self, root: Path | None = None) -> None:
        self._root = root
        self._own = root / FOLDER if root is not None else None
        self._folders = (*([self._own] if self._own else []), shipped_folder())

    def read(self, name: str) -> bytes:
        """The bytes of a file, such as an icon."""
        with _explained(name):
            path = self.path_of(name)
            if path is not None and self._root is not None and self.is_own(name):
                return read_file(self._root, f"{FOLDER}/{name}", MOST_BYTES)
            if path is not None:
                return path.read_bytes()
        raise broken(name, 0, "missing")

    def path_of(self, name: str) -> Path | None:
        """Where the file is that `read` takes; None without one, and for a name that leads out."""
        if name.startswith("/") or ".." in name.split("/"):
            return None
        if self._own is not None and self.is_own(name):
            return self._own / name
        path = shipped_folder() / name
        return path if path.is_file() else None

    def names(self, prefix: str) -> tuple[str, ...]:
        """Names of the files below `prefix` in either folder, sorted."""
        with _explained(prefix):
            found = {*_names(shipped_folder(), prefix), *self._own_files(prefix)}
        for name in found:
            if not _NAME.fullmatch(name):
                raise broken(printable(name), 0, "the file name is not plain")
        return tuple(sorted(found))

    def _own_files(self, prefix: str) -> Iterator[str]:
        """The names of the user's files; raises `ContentError` if one of them is a link."""
        if self._own is None:
            return
        if self._own.is_symlink():
            raise ContentError([Problem(FOLDER, 0, *LINK)])
        odd: list[Problem] = []
        for name in _names(self._own, ""):
            bad = odd_kind((self._own / name).lstat())
            odd += [problem(name, 0, bad.what, bad.remedy)] if bad else []
            if name.startswith(f"{prefix.rstrip('/')}/") or not prefix:
                yield name
        if odd:
            raise ContentError(odd)

    def is_own(self, name: str) -> bool:
        """Whether the file is the user's."""
        return self._own is not None and os.path.lexists(self._own / name)

    def fingerprint(self) -> str:
        """Changes when any file does."""
        digest = hashlib.sha256()
        for name in self.names(""):
            digest.update(name.encode() + b"\0" + hashlib.sha256(self.read(name)).digest())
        return digest.hexdigest()

    def catalogue(self, tag: str) -> str | None:
        """The name of the catalogue for `tag`: its own, or that of the language without region."""
        names = (f"{LOCALE}/{one}{_CATALOGUE}" for one in (tag, base_of(tag)))
        return next((n for n in names for f in self._folders if (f / n).is_file()), None)

    @property
    def own_languages(self) -> tuple[str, ...]:
        """The languages of the user's own catalogues, sorted."""
        names = (one for one in self.names(LOCALE) if one.endswith(_CATALOGUE))
        return tuple(Path(one).stem for one in names if self.is_own(one))

    def language(self, tag: str) -> Language:
        """The language `tag`, in English words where it has no catalogue.

        Raises `ContentError` for a catalogue that is broken.
        """
        name = self.catalogue(tag)
        try:
            return make_language(tag, self.read(name) if name else None)
        except BadCatalogue as bad:
            raise ContentError([self._bad(name or "", bad)]) from bad

    def catalogue_problems(self, tag: str) -> list[Problem]:
        """What is wrong with the words of a page in `tag` and of the user's own catalogues.

        What stays English is a warning.
        """
        tags = dict.fromkeys([tag, *self.own_languages])
        found = [self._misnamed(one) for one in tags if one != canonical_language(one)]
        return found + [one for each in tags for one in self._untranslated(each)]

    def _untranslated(self, tag: str) -> list[Problem]:
        if base_of(tag) == SOURCE or tag != canonical_language(tag):
            return []
        name = self.catalogue(tag)
        if name is None:
            return [self._missing(tag)]
        from statusgen.words import catalogues  # noqa: PLC0415  English does without

        raw = self.read(name)
        try:
            missing = catalogues.untranslated(raw, self.read(MESSAGES), tag)
            rule = catalogues.missing_plural_rule(raw, tag)
        except BadCatalogue as bad:
            return [self._bad(name, bad)]
        found = [(f"'{one}' stays English", "translate it") for one in missing]
        if rule is not None:
            what = "the header has no whole Plural-Forms, so the language's usual rule is taken"
            found.insert(0, (what, f'write "Plural-Forms: {rule}\\n" into the header'))
        return [Problem(f"{FOLDER}/{name}", 0, *one, is_warning=True) for one in found]

    def _missing(self, tag: str) -> Problem:
        what = f"there is none, so the page's own words stay English and not '{tag}'"
        path = f"{FOLDER}/{LOCALE}/{tag}{_CATALOGUE}"
        return Problem(path, 0, what, "add the file", is_warning=True)

    def _misnamed(self, stem: str) -> Problem:
        path = f"{FOLDER}/{LOCALE}/{stem}{_CATALOGUE}"
        what = f"nobody reads it, because languages are not written like '{stem}'"
        remedy = f"call it {canonical_language(stem)}{_CATALOGUE}"
        return Problem(path, 0, what, remedy, is_warning=True)

    def _bad(self, name: str, bad: BadCatalogue) -> Problem:
        is_ours_too = self.is_own(name) and (shipped_folder() / name).is_file()
        remedy = "correct the catalogue" + (", or remove your copy" if is_ours_too else "")
        return problem(name, bad.line, bad.what, remedy)


def _names(folder: Path, prefix: str) -> Iterator[str]:
    """Of what is below `prefix` but folders and dotfiles; links are not followed."""
    for place, folders, files in os.walk(folder / prefix):
        links = [one for one in folders if Path(place, one).is_symlink()]
        for name in (*files, *links):
            if not name.startswith("."):
                yield Path(place, name).relative_to(folder).as_posix()


@contextmanager
def _explained(name: str) -> Iterator[None]:
    try:
        yield
    except NotOurs as bad:
        raise ContentError([problem(name, 0, bad.what, bad.remedy)]) from bad
    except OSError as error:
        raise broken(name, 0, f"can't be read ({error.strerror})") from error
