"""A language that shows what was translated: every message in capitals, its values as they are."""

import re
from gettext import NullTranslations

from statusgen.words.language import Language


class _Capitals(NullTranslations):
    def gettext(self, message: str) -> str:
        return re.sub(r"%\(\w+\)s|[^%]+", _raised, message)


def _raised(found: re.Match[str]) -> str:
    return found[0] if found[0].startswith("%(") else found[0].upper()


LOUD = Language(tag="en-x-loud", words=_Capitals())
