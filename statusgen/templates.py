"""The templates: the user's own `site_templates/` first, file by file, then ours.

Everything is escaped but `.txt`; an unknown name is an error, not an empty string.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import jinja2

from statusgen.errors import ContentError, Problem
from statusgen.model.notation import printable

FOLDER = "site_templates"
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
            bytecode_cache=_compiled_before(),
        )

    def render(self, name: str, values: Mapping[str, Any]) -> str:
        """The template called `name` with `values`; raises `ContentError` for a broken one."""
        try:
            return self._environment.get_template(name).render(values)
        except jinja2.TemplateSyntaxError as error:
            file = error.name or name
            raise _broken(file, error.lineno, error.message or "syntax error") from error
        except jinja2.TemplateError as error:
            file, line = self._own_place(error) or (name, 0)
            raise _broken(file, line, error.message or type(error).__name__) from error
        except Exception as error:
            own = self._own_place(error)
            if own is None:  # nothing that the user wrote: a bug of ours
                raise
            what = "not UTF-8 text" if isinstance(error, UnicodeDecodeError) else str(error)
            raise _broken(*own, what or type(error).__name__) from error

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

    def _own_place(self, error: Exception) -> tuple[str, int] | None:
        """The user's own template and its line in which `error` came up, the innermost of them."""
        if self._own is None:
            return None
        if isinstance(error, UnicodeDecodeError):
            names = (path.relative_to(self._own).as_posix() for path in _not_text(self._own))
            return next(((name, 0) for name in names), None)
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


def _not_text(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in (".html", ".txt"):
            try:
                path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                yield path


def _compiled_before() -> jinja2.BytecodeCache | None:
    """Compiled templates in this user's own temporary folder; None where there is no safe one.

    Never in the repository: what comes with a checkout is not run unread.
    """
    try:
        return jinja2.FileSystemBytecodeCache()
    except (RuntimeError, OSError):
        return None


def _is_escaped(name: str | None) -> bool:
    return name is None or not name.endswith(".txt")


def _broken(name: str, line: int, what: str) -> ContentError:
    return ContentError(
        [Problem(f"{FOLDER}/{name}", line, what, "correct the template, or remove your copy")]
    )
