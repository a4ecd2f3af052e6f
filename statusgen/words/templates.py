"""The templates: the user's own `site_templates/` first, file by file, then ours.

Everything is escaped but `.txt`; an unknown name is an error, not an empty string.
"""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import jinja2
import jinja2.nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from statusgen.errors import ContentError, Problem
from statusgen.values.value import Value
from statusgen.words.language import SOURCE, Language
from statusgen.words.process_limits import TimeIsUp, at_most
from statusgen.words.template_files import TemplateFiles, broken, problem
from statusgen.words.template_words import EXTENSIONS, install_words

_CONFLICT = re.compile("^(?:<<<<<<<|>>>>>>>) ", re.MULTILINE)
MOST_S = 5.0
"""Of processor time, for one page or letter where any template is the user's own."""
_HALF = "half a character (a surrogate), which can't be written"


class _Sandbox(ImmutableSandboxedEnvironment):
    """Where templates run: they are part of a checkout that nobody may have read yet.

    They see values, and reach neither Python behind them nor the disk.
    """

    def getattr(self, obj: Any, attribute: str) -> Any:
        """See `jinja2.Environment`; in a value of ours most is found, and at once."""
        if isinstance(obj, Value) and not attribute.startswith("_"):
            try:
                return getattr(obj, attribute)
            except AttributeError:
                pass
        return super().getattr(obj, attribute)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """See `jinja2.sandbox.SandboxedEnvironment`; a path would read and write files."""
        return not isinstance(obj, os.PathLike) and super().is_safe_attribute(obj, attr, value)


class Templates(TemplateFiles):
    """Renders templates by name, for one status repository, in one language at a time."""

    def __init__(self, root: Path | None = None) -> None:
        super().__init__(root)
        self._has_own = self._own is not None and self._own.is_dir()
        kind = _Sandbox if self._has_own else jinja2.Environment  # ours alone do no harm
        self._environment = kind(
            loader=jinja2.FunctionLoader(self._source),
            autoescape=_is_escaped,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            auto_reload=False,
            extensions=EXTENSIONS,
        )
        self.speak(SOURCE)

    def _source(self, name: str) -> tuple[str, str, None] | None:
        path = self.path_of(name)
        if path is None:
            return None
        text = self.read(name).decode()
        if conflict := _CONFLICT.search(text):
            line = text.count("\n", 0, conflict.start()) + 1
            raise broken(name, line, "a merge conflict is not resolved")
        return text, str(path), None

    def speak(self, tag: str) -> Language:
        """Render in the language `tag` from now on; raises `ContentError` for a broken catalogue.

        Where there is none, words stay English.
        """
        language = self.language(tag)
        install_words(self._environment, language)
        return language

    def speaking(self, tag: str) -> "Templates":
        """The same templates in the language `tag`, beside these; raises as `speak` does."""
        other = Templates(self._root)
        other.speak(tag)
        return other

    def render(self, name: str, values: Mapping[str, Any]) -> str:
        """The template called `name` with `values`; raises `ContentError` for a broken one."""
        with self._told(name), self._timed(name):
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
                found += [problem(name, line, _HALF) for line in self._half_characters(name)]
        return found

    def warm_up(self, prefix: str) -> None:
        """Compile what is below `prefix` now, so that a forked process need not."""
        for name in self.names(prefix):
            with suppress(jinja2.TemplateError):  # told when it is rendered
                self._environment.get_template(name)

    @contextmanager
    def _told(self, name: str) -> Iterator[None]:
        """Every failure while template `name` is at work, as a `ContentError`; but our own bugs."""
        try:
            yield
        except ContentError:
            raise
        except jinja2.TemplateSyntaxError as error:
            file = error.name or name
            raise broken(file, error.lineno, error.message or "syntax error") from error
        except jinja2.TemplateError as error:
            file, line = self._own_place(error) or (name, 0)
            raise broken(file, line, error.message or type(error).__name__) from error
        except Exception as error:
            place = self._own_place(error)
            if isinstance(error, UnicodeEncodeError):
                place = self._own_half_character() or place
            if place is None and name in self._own_names():
                place = (name, 0)
            if place is None:  # nothing that the user wrote: a bug of ours
                raise
            raise broken(*place, _said(error)) from error

    @contextmanager
    def _timed(self, name: str) -> Iterator[None]:
        """An end for what would take hours; ours alone are known to take none."""
        if not self._has_own:
            yield
            return
        try:
            with at_most(MOST_S):
                yield
        except TimeIsUp as error:
            file, _ = self._own_place(error) or (name, 0)
            raise broken(file, 0, f"takes more than {MOST_S:g} seconds to render") from None

    def _own_names(self) -> tuple[str, ...]:
        """The user's own templates, without style sheets and the like."""
        if self._own is None or not self._own.is_dir():
            return ()
        return tuple(
            name
            for name in self.names("")
            if name.endswith((".html", ".txt")) or name.startswith("badge/")
            if self.is_own(name)
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

    def _own_place(self, error: BaseException) -> tuple[str, int] | None:
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


def _is_escaped(name: str | None) -> bool:
    return name is None or not name.endswith(".txt")


def _can_be_written(text: str) -> bool:
    return not any("\ud800" <= one <= "\udfff" for one in text)


def _said(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "not UTF-8 text"
    if isinstance(error, UnicodeEncodeError):
        return _HALF
    if isinstance(error, MemoryError):
        return "takes too much memory"
    return str(error) or type(error).__name__
