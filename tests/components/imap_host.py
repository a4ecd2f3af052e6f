"""A real IMAP server on loopback: Dovecot over Maildirs, with TLS or without. Needs root."""

import mailbox
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from imaplib import IMAP4
from pathlib import Path

from tests.components.available import program
from tests.components.clock import not_moved
from tests.components.smtp_relay import Certificate, make_certificate

PASSWORD = 'pass "word\\é'
ARRIVED = datetime(2026, 11, 21, 2, 4, tzinfo=UTC)
_START_TIMEOUT_S = 60


@dataclass(frozen=True)
class ImapHost:
    port: int
    """Plain text: this is loopback."""
    tls_port: int
    certificate: Certificate
    folder: Path

    def deliver(self, user: str, *messages: bytes, at: datetime = ARRIVED) -> None:
        """Have messages arrive at an instant."""
        box = mailbox.Maildir(self._path(user), create=True)
        for message in messages:
            box.add(message)
        for path in (self._path(user), *self._path(user).rglob("*")):
            shutil.chown(path, "nobody", "nogroup")
        for path in (self._path(user) / "new").iterdir():
            os.utime(path, (at.timestamp(), at.timestamp()))

    def flags(self, user: str) -> list[str]:
        return sorted(one.get_flags() for one in mailbox.Maildir(self._path(user), create=False))

    def _path(self, user: str) -> Path:
        return self.folder / "mail" / user


@contextmanager
def imap_host() -> Iterator[ImapHost]:
    """Run Dovecot; the user is ann."""
    with tempfile.TemporaryDirectory(prefix="statusgen-imap-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # the servers' own users look in
        for each in ("run", "mail"):
            (folder / each).mkdir(mode=0o755)
        shutil.chown(folder / "mail", "nobody", "nogroup")
        host = ImapHost(_free_port(), _free_port(), make_certificate(folder), folder)
        (folder / "dovecot.conf").write_text(_configuration(host))
        (folder / "users").write_text(f"ann:{{PLAIN}}{PASSWORD}::::::\n", encoding="utf-8")
        quiet = subprocess.DEVNULL
        command = [program("dovecot") or "dovecot", "-F", "-c", str(folder / "dovecot.conf")]
        # Dovecot's processes clear their environment: all of them keep the machine's time.
        server = subprocess.Popen(command, stdout=quiet, stderr=quiet, env=not_moved())
        try:
            _wait_for(host, server)
            yield host
        finally:
            server.terminate()
            server.wait(timeout=60)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_for(host: ImapHost, server: subprocess.Popen) -> None:
    deadline = time.monotonic() + _START_TIMEOUT_S
    while time.monotonic() < deadline and server.poll() is None:
        with suppress(OSError, IMAP4.error):
            IMAP4("127.0.0.1", host.port, timeout=60).logout()
            return
        time.sleep(0.05)
    log = host.folder / "dovecot.log"
    raise TimeoutError(log.read_text() if log.exists() else "dovecot did not start")


def _configuration(host: ImapHost) -> str:
    return f"""
base_dir = {host.folder}/run
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{host.certificate.path}
ssl_key = <{host.certificate.key_path}
disable_plaintext_auth = no
auth_mechanisms = plain login
log_path = {host.folder}/dovecot.log
mail_location = maildir:{host.folder}/mail/%u
first_valid_uid = 1
passdb {{
  driver = passwd-file
  args = {host.folder}/users
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={host.folder}/mail/%u
}}
service imap-login {{
  inet_listener imap {{
    port = {host.port}
  }}
  inet_listener imaps {{
    port = {host.tls_port}
  }}
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
"""
