"""A real mail host on loopback: Postfix takes letters (STARTTLS, AUTH by Dovecot) into Maildirs.

At example.com, `temp…` gets 451, `perm…` 550, and `grey…` 451 once; everybody else has a Maildir,
also for `name+anything`. Letters to `late…` are taken and handed on to another server. Needs root.
"""

import mailbox
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from pwd import getpwnam

from tests.components.greylist import greylist
from tests.components.smtp_relay import Certificate, make_certificate

USER, PASSWORD = "status@example.com", "secret"
_SBIN = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))
_START_TIMEOUT_S = 60


def missing_for_mailhost() -> str | None:
    """Say what this machine lacks; None when a mail host can run."""
    for program in ("postfix", "dovecot", "openssl"):
        if shutil.which(program, path=_SBIN) is None:
            return f"{program} is not installed here: apt-get install postfix dovecot-core"
    return None if os.geteuid() == 0 else "the mail host runs as root only"


@dataclass(frozen=True)
class MailHost:
    port: int
    """STARTTLS is required, and a login."""
    certificate: Certificate
    folder: Path

    def letters_of(self, local_part: str) -> list[Message]:
        path = self.folder / "mail" / local_part
        is_made = all((path / one).exists() for one in ("tmp", "new", "cur"))
        return list(mailbox.Maildir(path, create=False)) if is_made else []

    def wait_for(self, local_part: str, count: int = 1) -> list[Message]:
        deadline = time.monotonic() + 60
        while len(letters := self.letters_of(local_part)) < count:
            if time.monotonic() > deadline:
                raise TimeoutError((self.folder / "maillog").read_text()[-2000:])
            time.sleep(0.05)
        return letters


@contextmanager
def mailhost(mailboxes: tuple[str, ...], port_beyond: int | None = None) -> Iterator[MailHost]:
    """Run Postfix and Dovecot with these mailboxes at example.com."""
    with ExitStack() as stack:
        name = stack.enter_context(tempfile.TemporaryDirectory(prefix="statusgen-mail-"))
        folder = Path(name)
        folder.chmod(0o755)  # the servers' own users look in
        host = MailHost(_free_port(), make_certificate(folder), folder)
        _write_dovecot(host)
        _write_postfix(host, mailboxes, port_beyond, stack.enter_context(greylist()))
        dovecot = ["dovecot", "-F", "-c", str(folder / "dovecot.conf")]
        postfix = ["postfix", "-c", str(folder / "etc"), "start-fg"]
        servers = [_start(dovecot), _start(postfix)]
        try:
            _wait_for_port(host)
            yield host
        finally:
            _run("postfix", "-c", str(folder / "etc"), "stop")
            servers[0].terminate()
            for server in servers:
                server.wait(timeout=60)


def _start(command: list[str]) -> subprocess.Popen[bytes]:
    quiet = subprocess.DEVNULL
    environment = {**os.environ, "PATH": _SBIN}
    return subprocess.Popen(command, stdout=quiet, stderr=quiet, env=environment)


def _run(*command: str) -> None:
    environment = {**os.environ, "PATH": _SBIN}
    subprocess.run(command, capture_output=True, check=False, env=environment)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_for_port(host: MailHost) -> None:
    deadline = time.monotonic() + _START_TIMEOUT_S
    while True:
        with suppress(OSError), socket.create_connection(("127.0.0.1", host.port), 5) as probe:
            if probe.recv(3) == b"220" and (host.folder / "run" / "auth-client").exists():
                return
        if time.monotonic() > deadline:
            logs = [host.folder / name for name in ("maillog", "dovecot.log")]
            raise TimeoutError("\n".join(log.read_text() for log in logs if log.exists()))
        time.sleep(0.1)


def _write_dovecot(host: MailHost) -> None:
    (host.folder / "run").mkdir(mode=0o755)
    (host.folder / "dovecot.conf").write_text(f"""
base_dir = {host.folder}/run
protocols =
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
log_path = {host.folder}/dovecot.log
passdb {{
  driver = static
  args = password={PASSWORD}
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={host.folder}
}}
service auth {{
  unix_listener auth-client {{
    mode = 0666
  }}
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
""")


def _write_postfix(
    host: MailHost, mailboxes: tuple[str, ...], port_beyond: int | None, port_greylist: int
) -> None:
    folder = host.folder
    for name in ("etc", "queue", "data", "mail"):
        (folder / name).mkdir(mode=0o755)
    shutil.chown(folder / "data", "postfix")
    shutil.chown(folder / "mail", "nobody")
    for name in ("postfix-files", "dynamicmaps.cf"):
        if (source := Path("/etc/postfix") / name).exists():
            shutil.copy(source, folder / "etc")
    boxes = "".join(f"{name}@example.com {name}/\n" for name in (*mailboxes, "late"))
    (folder / "etc" / "boxes").write_text(boxes)
    (folder / "etc" / "rcpt").write_text(
        "/^temp/ 451 4.3.0 mailbox busy\n/^perm/ 550 5.1.1 no such user\n"
    )
    beyond = f"/^late/ smtp:[127.0.0.1]:{port_beyond}\n" if port_beyond else ""
    (folder / "etc" / "transport").write_text(beyond)
    (folder / "etc" / "master.cf").write_text(_master(host.port))
    (folder / "etc" / "main.cf").write_text(_main(host, port_greylist))


def _master(port: int) -> str:
    stock = Path("/etc/postfix/master.cf.proto").read_text()
    # Debian puts parts into a chroot; the sockets and certificates here are outside of it.
    stock = re.sub(r"^(\S+\s+\S+\s+\S\s+\S\s+)y(\s)", r"\1n\2", stock, flags=re.MULTILINE)
    return re.sub(r"^smtp(\s+inet\s)", rf"127.0.0.1:{port}\1", stock, flags=re.MULTILINE)


def _main(host: MailHost, port_greylist: int) -> str:
    folder, nobody = host.folder, getpwnam("nobody")
    return f"""
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/maillog
maillog_file_prefixes = /
inet_interfaces = loopback-only
inet_protocols = ipv4
myhostname = mx.example.com
mydestination =
local_recipient_maps =
mynetworks =
alias_maps =
alias_database =
recipient_delimiter = +
transport_maps = regexp:{folder}/etc/transport
virtual_mailbox_domains = example.com
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = texthash:{folder}/etc/boxes
virtual_uid_maps = static:{nobody.pw_uid}
virtual_gid_maps = static:{nobody.pw_gid}
virtual_minimum_uid = 1
default_transport = error:5.1.2 no mail leaves this machine
relay_transport = error:5.1.2 no mail leaves this machine
smtpd_tls_cert_file = {host.certificate.path}
smtpd_tls_key_file = {host.certificate.key_path}
smtpd_tls_security_level = encrypt
smtpd_tls_auth_only = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = {folder}/run/auth-client
smtpd_sasl_auth_enable = yes
smtputf8_enable = yes
smtpd_helo_required = yes
smtpd_helo_restrictions = reject_invalid_helo_hostname, reject_non_fqdn_helo_hostname
smtpd_recipient_restrictions =
  check_recipient_access regexp:{folder}/etc/rcpt
  check_policy_service inet:127.0.0.1:{port_greylist}
smtpd_relay_restrictions = permit_sasl_authenticated, reject
"""
