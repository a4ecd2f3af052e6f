"""Names that mail programs and relays know a letter by; none holds an address."""

import hashlib
import re
from hmac import compare_digest
from urllib.parse import urlsplit

from statusgen.config.settings import MailSettings, PageSettings


class Identity:
    """Message ids, the thread of an incident, the list and the bounce address of one page."""

    def __init__(self, page: PageSettings, mail: MailSettings, secret_key: bytes) -> None:
        self._key = hashlib.sha256(b"statusgen.letters\0" + secret_key).digest()
        self._domain = _domain(mail.from_address.rpartition("@")[2])
        self._sender = mail.from_address
        self._return_path = mail.return_path
        self.list_id = _list_id(page.url, _domain(page.host))

    def message_id(self, update_id: str, token: str) -> str:
        """The same for the same update and subscriber, and nobody else's."""
        return f"<{self._hash(f'message {update_id} {token}', 20)}@{self._domain}>"

    def thread_id(self, incident_id: str) -> str:
        """What every letter about an incident refers to, the first one included.

        Gmail threads letters whose references agree; and relays such as SES replace our own
        message ids, so these can't be chained. Pages that share a domain share no thread.
        """
        return f"<{incident_id}@{self.list_id}>"

    def feedback_id(self, incident_id: str, kind: str) -> str:
        """What Gmail counts complaints by: the incident, the kind of letter and the page.

        The last field names the sender of the whole stream, in 5 to 15 characters
        (support.google.com/mail/answer/6254652).
        """
        return f"{incident_id}:{kind}:{self.list_id}:statusgen"

    def sender(self, token: str) -> str:
        """The envelope's sender; with a return path it tells who a bounce is about (VERP)."""
        if not self._return_path:
            return self._sender
        local, _, domain = self._return_path.rpartition("@")
        return f"{local}+{self._return_label(token)}@{domain}"

    def token_of(self, label: str) -> str | None:
        """The token in the label of a `sender`, what stands between + and @; None: not ours."""
        token, _, _ = label.rpartition("-")
        is_ours = compare_digest(label.encode(), self._return_label(token).encode())
        return token if is_ours else None

    def placeholder(self, update_id: str) -> str:
        """A word that no author can have written, where each subscriber's token will stand."""
        return "x" + self._hash(f"placeholder {update_id}", 16)

    def boundary(self, update_id: str) -> str:
        """Between the parts of a letter; `=_` can't occur in quoted-printable text."""
        return "=_" + self._hash(f"boundary {update_id}", 12)

    def _return_label(self, token: str) -> str:
        return f"{token}-{self._hash(f'bounce {token}', 8)}"

    def _hash(self, text: str, size: int) -> str:
        return hashlib.blake2b(text.encode(), key=self._key, digest_size=size).hexdigest()


def _domain(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9.-]", "-", name).strip(".-").lower() or "localhost"


def _list_id(url: str, domain: str) -> str:
    folders = [re.sub(r"[^a-z0-9]+", "-", one.lower()) for one in urlsplit(url).path.split("/")]
    return ".".join([*(one.strip("-") for one in reversed(folders) if one.strip("-")), domain])
