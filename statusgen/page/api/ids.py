"""The public API's ids: twelve characters that depend on names alone, never on text."""

import hashlib

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_LENGTH = 12
_BYTES = 10
"""More than twelve digits can tell, so that each digit is as likely as any other."""


class Ids:
    """Makes the ids of one page; two pages with components of one name share none."""

    def __init__(self, page_url: str) -> None:
        self._page = page_url.partition("://")[2]  # http or https, it is the same page
        self.page = self._id("page", "")

    def component(self, component_id: str) -> str:
        """A component."""
        return self._id("component", component_id)

    def group(self, name: str) -> str:
        """A named set of components."""
        return self._id("group", name)

    def incident(self, incident_id: str) -> str:
        """An incident or a maintenance."""
        return self._id("incident", incident_id)

    def update(self, update_id: str) -> str:
        """An update, or a postmortem as `<folder>/postmortem`."""
        return self._id("update", update_id)

    def _id(self, kind: str, name: str) -> str:
        text = f"{self._page}\n{kind}\n{name}"
        number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:_BYTES])
        digits = []
        for _ in range(_LENGTH):
            number, digit = divmod(number, len(_DIGITS))
            digits.append(_DIGITS[digit])
        return "".join(digits)
