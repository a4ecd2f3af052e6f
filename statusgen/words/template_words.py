"""How words of a catalogue get into templates: fixed ones once, when a template is compiled."""

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

import jinja2
import jinja2.nodes
from jinja2.ext import Extension
from markupsafe import escape

from statusgen.words.language import Language

_FIXED = re.compile(r'\b_\("([^"\\\n]*)"\)')


class FixedWords(Extension):
    """Puts the words of `_("…")` into a template when it is compiled, not each time it is rendered.

    Those with values to fill in stay calls.
    """

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """The source with its fixed words in the language spoken now."""
        del name, filename
        return _FIXED.sub(self._translated, source)

    def _translated(self, call: re.Match[str]) -> str:
        translate: Any = self.environment.globals["translate"]
        return json.dumps(translate(call[1]), ensure_ascii=False)


EXTENSIONS = ("jinja2.ext.i18n", FixedWords)


def install_words(environment: jinja2.Environment, language: Language) -> None:
    """Let the templates of `environment` speak `language` from now on."""
    words = language.words
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        _as_text(words.gettext),
        _as_text(words.ngettext),
        newstyle=True,
        pgettext=_as_text(words.pgettext),
        npgettext=_as_text(words.npgettext),
    )
    environment.globals["translate"] = words.gettext
    environment.bytecode_cache = _compiled_before(
        language, "safe" if environment.sandboxed else "plain"
    )
    if environment.cache is not None:
        environment.cache.clear()


def _as_text(translate: Callable[..., str]) -> Callable[..., str]:
    """The same, escaped where values are: jinja2 takes what a catalogue says for markup."""

    @jinja2.pass_eval_context
    def translated(context: jinja2.nodes.EvalContext, *message: Any) -> str:
        words = translate(*message)
        return escape(words) if context.autoescape else words

    return translated


def _compiled_before(language: Language, kind: str) -> jinja2.BytecodeCache | None:
    """Templates compiled with these words, in this user's own temporary folder, if it is safe.

    Never in the repository: what comes with a checkout is not run unread. `kind` is of the code:
    `safe` is for a sandbox.
    """
    words = hashlib.sha256(language.catalogue).hexdigest()[:8]
    try:
        return jinja2.FileSystemBytecodeCache(pattern=f"__statusgen_{kind}_{words}_%s.cache")
    except (RuntimeError, OSError):
        return None
