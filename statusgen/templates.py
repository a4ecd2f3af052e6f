"""The templates: the user's own `site_templates/` first, file by file, then ours.

Everything is escaped but `.txt`; an unknown name is an error, not an empty string.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import jinja2
import jinja2.nodes
from jinja2.ext import Extension
from markupsafe import escape

from statusgen.config.places import TEMPLATES_FOLDER
from statusgen.errors import ContentError, Problem
from statusgen.model.notation import printable
from statusgen.prose.language import SOURCE, Language, make_language

FOLDER = TEMPLATES_FOLDER
MESSAGES = "locale/messages.pot"
"""All that the interface says, for translators and for `check`."""

_HALF = "half a character (a surrogate), which can't be written"
_WORDS = re.compile(r'\b_\("([^"\\\n]*)"\)')
_NAME = re.compile(r"[A-Za-z0-9._/+@-]+")


def shipped_folder() -> Path:
    """Where our own templates are: inside the wheel, or at the top of a checkout."""
    package = Path(__file__).parent
    inside = package / FOLDER
    return inside if inside.is_dir() else package.parent / FOLDER


class Templates:
    """Renders templates by name (`page/index.html`), for one status repository."""

    def __init__(self, root: Path | None = None) -> None:
        self._own = root / FOLDER if root is not None else None
        self._folders = (*([self._own] if self._own else []), shipped_folder())
        self._environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(self._folders),
            autoescape=_is_escaped,  # noqa: S701  all but .txt
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            auto_reload=False,
            extensions=["jinja2.ext.i18n", _FixedWords],
        )
        self.speak(SOURCE)

    def speak(self, tag: str) -> Language:
        """Render in the language `tag` from now on; raises `ContentError` for a broken catalogue.

        Where there is none, words stay English.
        """
        name = self.catalogue(tag)
        raw = self.read(name) if name else None
        try:
            language = make_language(tag, raw)
        except ValueError as bad:
            raise _broken(name or "", 0, str(bad)) from bad
        words, environment = language.words, self._environment
        environment.install_gettext_callables(  # type: ignore[attr-defined]
            _as_text(words.gettext), _as_text(words.ngettext), newstyle=True
        )
        environment.globals["translate"] = words.gettext
        environment.bytecode_cache = _compiled_before(raw)
        if environment.cache is not None:
            environment.cache.clear()
        return language

    def catalogue(self, tag: str) -> str | None:
        """The name of the catalogue for `tag`: its own, or that of the language without region."""
        names = (f"locale/{tag}.po", f"locale/{tag.split('-', maxsplit=1)[0]}.po")
        return next((n for n in names for f in self._folders if (f / n).is_file()), None)

    def untranslated(self, tag: str) -> list[Problem]:
        """What stays English on a page in the language `tag`, as warnings."""
        if tag.split("-", maxsplit=1)[0] == SOURCE:
            return []
        name = self.catalogue(tag)
        if name is None:
            path = f"{FOLDER}/locale/{tag}.po"
            what = f"there is none, so the page's own words stay English and not '{tag}'"
            return [Problem(path, 0, what, "add the file", is_warning=True)]
        from statusgen.prose import catalogues  # noqa: PLC0415  English does without

        try:
            missing = catalogues.untranslated(self.read(name), self.read(MESSAGES))
        except ValueError as error:
            return [_problem(name, 0, str(error))]
        return [
            Problem(
                f"{FOLDER}/{name}", 0, f"'{one}' stays English", "translate it", is_warning=True
            )
            for one in missing
        ]

    def render(self, name: str, values: Mapping[str, Any]) -> str:
        """The template called `name` with `values`; raises `ContentError` for a broken one."""
        with self._told(name):
            text = self._environment.get_template(name).render(values)
            text.encode()  # half a character, written as \\ud83d, can't be
            return text

    def problems(self) -> list[Problem]:
        """What is wrong with the user's own templates as far as their text alone shows it."""
        found: list[Problem] = []
        for name in self._own_names():
            try:
                with self._told(name):
                    self._environment.get_template(name)
            except ContentError as error:
                found += error.problems
            else:
                found += [_problem(name, line, _HALF) for line in self._half_characters(name)]
        return found

    def warm_up(self, prefix: str) -> None:
        """Compile what is below `prefix` now, so that a forked process need not."""
        for name in self.names(prefix):
            with suppress(jinja2.TemplateError):  # told when it is rendered
                self._environment.get_template(name)

    def read(self, name: str) -> bytes:
        """The bytes of a file that is no template, such as an icon."""
        for folder in self._folders:
            path = folder / name
            with _explained(name):
                if path.is_file():
                    return path.read_bytes()
        raise _broken(name, 0, "missing")

    def names(self, prefix: str) -> tuple[str, ...]:
        """Names of the files below `prefix` in either folder, sorted."""
        with _explained(prefix):
            found = {
                path.relative_to(folder).as_posix()
                for folder in self._folders
                for path in (folder / prefix).rglob("*")
                if path.is_file() and not path.name.startswith(".")
            }
        for name in found:
            if not _NAME.fullmatch(name):
                raise _broken(printable(name), 0, "the file name is not plain")
        return tuple(sorted(found))

    @contextmanager
    def _told(self, name: str) -> Iterator[None]:
        """Every failure while template `name` is at work, as a `ContentError`; but our own bugs."""
        try:
            yield
        except jinja2.TemplateSyntaxError as error:
            file = error.name or name
            raise _broken(file, error.lineno, error.message or "syntax error") from error
        except jinja2.TemplateError as error:
            file, line = self._own_place(error) or (name, 0)
            raise _broken(file, line, error.message or type(error).__name__) from error
        except Exception as error:
            place = self._own_place(error)
            if isinstance(error, UnicodeEncodeError):
                place = self._own_half_character() or place
            if place is None and name in self._own_names():
                place = (name, 0)
            if place is None:  # nothing that the user wrote: a bug of ours
                raise
            raise _broken(*place, _said(error)) from error

    def _own_names(self) -> tuple[str, ...]:
        """The user's own templates, without style sheets and the like."""
        if self._own is None or not self._own.is_dir():
            return ()
        return tuple(
            name
            for name in self.names("")
            if name.endswith((".html", ".txt")) or name.startswith("badge/")
            if (self._own / name).is_file()
        )

    def _own_half_character(self) -> tuple[str, int] | None:
        for name in self._own_names():
            for line in self._half_characters(name):
                return name, line
        return None

    def _own_bytes(self) -> tuple[str, int] | None:
        for name in self._own_names():
            try:
                self.read(name).decode()
            except UnicodeDecodeError:
                return name, 0
        return None

    def _half_characters(self, name: str) -> list[int]:
        """The lines on which a user's template spells half a character."""
        tree = self._environment.parse(self.read(name).decode())
        return [
            one.lineno
            for one in tree.find_all(jinja2.nodes.Const)
            if isinstance(one.value, str) and not _can_be_written(one.value)
        ]

    def _own_place(self, error: Exception) -> tuple[str, int] | None:
        """The user's own template and its line in which `error` came up, the innermost of them."""
        if self._own is None:
            return None
        if isinstance(error, UnicodeDecodeError):
            return self._own_bytes()
        place = None
        trace = error.__traceback__
        while trace is not None:
            path = Path(trace.tb_frame.f_code.co_filename)
            if path.is_relative_to(self._own):
                place = (path.relative_to(self._own).as_posix(), trace.tb_lineno)
            trace = trace.tb_next
        return place

    def fingerprint(self) -> str:
        """Changes when any template does."""
        digest = hashlib.sha256()
        for name in self.names(""):
            digest.update(name.encode() + b"\0" + hashlib.sha256(self.read(name)).digest())
        return digest.hexdigest()


@contextmanager
def _explained(name: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _broken(name, 0, f"can't be read ({error.strerror})") from error


class _FixedWords(Extension):
    """Puts the words of `_("…")` into a template when it is compiled, not each time it is rendered.

    Those with values to fill in stay calls.
    """

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        del name, filename
        return _WORDS.sub(self._translated, source)

    def _translated(self, call: re.Match[str]) -> str:
        translate: Any = self.environment.globals["translate"]
        return json.dumps(translate(call[1]), ensure_ascii=False)


def _as_text(translate: Callable[..., str]) -> Callable[..., str]:
    """The same, escaped where values are: jinja2 takes what a catalogue says for markup."""

    @jinja2.pass_eval_context
    def translated(context: jinja2.nodes.EvalContext, *message: Any) -> str:
        words = translate(*message)
        return escape(words) if context.autoescape else words

    return translated


def _compiled_before(catalogue: bytes | None) -> jinja2.BytecodeCache | None:
    """Templates compiled with these words, in this user's own temporary folder, if it is safe.

    Never in the repository: what comes with a checkout is not run unread.
    """
    words = hashlib.sha256(catalogue or b"").hexdigest()[:8]
    try:
        return jinja2.FileSystemBytecodeCache(pattern=f"__statusgen_{words}_%s.cache")
    except (RuntimeError, OSError):
        return None


def _is_escaped(name: str | None) -> bool:
    return name is None or not name.endswith(".txt")


def _can_be_written(text: str) -> bool:
    return not any("\ud800" <= one <= "\udfff" for one in text)


def _said(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "not UTF-8 text"
    if isinstance(error, UnicodeEncodeError):
        return _HALF
    return str(error) or type(error).__name__


def _broken(name: str, line: int, what: str) -> ContentError:
    return ContentError([_problem(name, line, what)])


def _problem(name: str, line: int, what: str) -> Problem:
    return Problem(f"{FOLDER}/{name}", line, what, "correct the template, or remove your copy")
