"""No address is ever shown: not where a relay repeats it, and not where a run dies of a fault."""

import logging
import mailbox
import os
import subprocess
import sys
from io import StringIO

import pytest

from tests.components.dns_server import dns_server
from tests.components.smtp_relay import DROP, Script, smtp_relay
from tests.fakes.repository import ID, NOW, ROOT, make_repository
from tests.mail.bounces import messages

BIRD = "nightingale"
"""In both halves of each address, and nowhere else."""
HOLDERS = ("outbox/", ".statusgen/state.db", "people.bad.csv", "exported.csv")
"""Where addresses have to be."""
FAULT = """
import sys
from statusgen.mail.transports.smtp_transfer import SmtpConnection
from statusgen.__main__ import main

async def fail(self, letter):
    raise RuntimeError("a fault of ours")

SmtpConnection.offer = fail
sys.argv[0] = "statusgen"
main()
"""


def address(name):
    return f"{BIRD}.{name}@{BIRD}.example.com"


def chatty(code, name):
    """A refusal that repeats the address, in two lines."""
    first, _, status = code.partition(" ")
    return f"{first}-{status} <{address(name)}>\r\n{code} {address(name)} is not welcome"


AT_RCPT = {"gone": "550 5.1.1", "full": "552 5.2.2", "grey": "451 4.7.1"}
AT_DOT = {"policy": "550 5.7.1", "busy": "451 4.3.0"}
READERS = ("well", "lost", *AT_RCPT, *AT_DOT)
WELL, GONE = address("well"), address("gone")


@pytest.fixture
def script():
    script = Script(
        at_rcpt={f"{BIRD}.{name}": chatty(code, name) for name, code in AT_RCPT.items()},
        at_dot={f"{BIRD}.{name}": chatty(code, name) for name, code in AT_DOT.items()}
        | {f"{BIRD}.lost": DROP},
    )
    with smtp_relay(script):
        yield script


@pytest.fixture
def repository(tmp_path, script):
    mail = f'transport = "smtp://127.0.0.1:{script.port}"\nmax_connections = 1'
    repository = make_repository(tmp_path / "page", mail=mail)
    repository.subscribe(*map(address, READERS))
    return repository


@pytest.fixture
def run(repository):
    """Run commands, and keep all that they say; `-v` shows what is logged, and so do we."""
    logged = StringIO()
    handler, root = logging.StreamHandler(logged), logging.getLogger()
    handler.addFilter(lambda record: record.name != "mail.log")  # the relay's own
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)

    def run(*words):
        logged.truncate(logged.seek(0))
        done = repository.run("-v", *words)
        run.said[words] = done.out + done.err + logged.getvalue()
        return done

    run.said = {}
    yield run
    root.removeHandler(handler)
    root.setLevel(level)


def tellers(said):
    """The commands that have said an address."""
    return [words for words, text in said.items() if BIRD in text.lower()]


def leaks(repository):
    """The files that hold an address, or are named after one, and have no business to."""
    found = []
    for path in repository.root.rglob("*"):
        name = path.relative_to(repository.root).as_posix()
        body = path.read_bytes() if path.is_file() else b""
        if not name.startswith(HOLDERS) and BIRD.encode() in (name.encode() + body).lower():
            found.append(name)
    return found


def account(repository):
    [row] = repository.run("mail", "status", "01-investigating", "--json").json["updates"]
    return {state: number for state, number in row.items() if isinstance(number, int) and number}


def test_no_command_that_sends_tells_what_a_relay_repeats(repository, run):
    update = f"{ID}/01-investigating"

    codes = [run("publish", "--yes").code]
    first = account(repository)
    codes += [run("mail", "test", address(name)).code for name in AT_RCPT | AT_DOT]
    codes += [run("mail", "resume", "--json").code, run("mail", "retry", update).code]
    repository.write_update("02-identified", "identified", "02:09")
    run("plan", "--json")
    run("plan")
    codes += [run("publish", "--yes", "--json").code]
    run("mail", "test", WELL)
    codes += [run("mail", "test", address("lost")).code, run("mail", "test", GONE, "--json").code]
    run("mail", "work", "--to", WELL)
    run("mail", "hold", "--json")
    run("mail", "resume", "--to", address("nobody"))
    run("mail", "hold", "02-identified", "--yes")

    assert set(codes) == {4}
    wanted = {"audience": 7, "accepted": 1, "in_doubt": 1, "deferred": 2, "failed": 3, "owed": 2}
    assert first == wanted
    assert tellers(run.said) == leaks(repository) == []


def test_no_command_about_letters_and_readers_tells_any(repository, run, tmp_path):
    box = mailbox.Maildir(tmp_path / "box", create=True)
    for raw in (messages.POSTFIX, messages.EXCHANGE, messages.QMAIL, messages.NOVEL):
        box.add(raw.replace(b"ann@example.org", WELL.encode()))
    people = repository.root / "people.csv"
    bad = f"{address('bad')} x,en\n{address('worse')},?{BIRD}\n"
    people.write_text(f"email,language\n{address('new')},en\n{bad}")
    run("publish", "--yes")

    for words in (
        ("mail", "status"),
        ("mail", "status", "--json"),
        ("mail", "status", "01-investigating"),
        ("mail", "test", f"{BIRD} {WELL}", "--json"),
        ("mail", "status", WELL, "--json"),
        ("mail", "hold", WELL, "--json"),
        ("mail", "preview", WELL, "--json"),
        ("mail", "preview", "--json"),
        ("mail", "bounces", f"maildir:{tmp_path}/box", "--json"),
        ("mail", "bounces", f"maildir:{tmp_path}/box"),
        ("mail", "bounces", f"maildir:{tmp_path}/none"),
        ("subscribers", "list"),
        ("subscribers", "list", "--json"),
        ("subscribers", "add", f"{BIRD} {BIRD}@example.com", "--json"),
        ("subscribers", "add", address("new"), "--audience", WELL, "--json"),
        ("subscribers", "import", people),
        ("subscribers", "import", people, "--skip-bad", "--json"),
        *(("subscribers", "show", address(name)) for name in (*READERS, "nobody")),
        ("subscribers", "show", WELL, "--json"),
        ("subscribers", "remove", WELL),
        ("subscribers", "remove", WELL, "--json"),
        ("subscribers", "remove", address("nobody"), "--json"),
        ("subscribers", "erase", GONE),
        ("subscribers", "erase", GONE, "--yes"),
        ("subscribers", "erase", address("lost"), "--yes", "--json"),
        ("subscribers", "erase", address("nobody"), "--yes"),
        ("subscribers", "export", "--out", repository.root / "exported.csv"),
        ("rollback", "--list"),
        ("check",),
        ("due",),
    ):
        run(*words)
    people.unlink()

    assert BIRD in (repository.root / "exported.csv").read_text()
    assert tellers(run.said) == leaks(repository) == []


def test_the_doctor_tells_none(repository, run):
    run("publish", "--yes")
    config = repository.root / "statusgen.toml"
    config.write_text(
        config.read_text().replace("https://status.example.com", "http://127.0.0.1:9")
    )

    with dns_server({}) as (host, port):
        run("doctor", "--resolver", f"{host}:{port}")
        done = run("doctor", "--resolver", f"{host}:{port}", "--json")

    assert done.code == 4
    assert tellers(run.said) == leaks(repository) == []


@pytest.mark.parametrize("verbose", [[], ["-v"]], ids=["", "-v"])
def test_a_run_that_dies_of_a_fault_of_ours_tells_none(repository, verbose):
    command = [sys.executable, "-c", FAULT, "-C", repository.root, "--now", NOW, *verbose]

    done = subprocess.run(
        [*map(str, command), "publish", "--yes"],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert "RuntimeError: a fault of ours" in done.stderr
    assert done.returncode == 1
    assert BIRD not in done.stdout + done.stderr
    assert leaks(repository) == []
    assert account(repository)["owed"] == len(READERS)
