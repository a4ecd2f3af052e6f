from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from statusgen.config.component import Component
from statusgen.config.reader import find_root, parse_settings, read_settings
from statusgen.config.settings import FolderTarget, S3Target
from statusgen.config.severity import DEFAULT_SEVERITIES
from statusgen.errors import ContentError, UsageError
from tests.builders import write_tree

SMALLEST = '[page]\nname = "Acme Status"\nurl = "https://status.example.com"\n'
EVERYTHING = """\
[page]
name = "Acme Status"
service = "Acme"
url = "https://status.example.com/here/"
timezone = "Europe/Berlin"
language = "de"
support = "help@example.com"
history_days = 30

[[components]]
id = "checkout"
name = "Checkout"
group = "Shop"
description = "Cart and payment"
since = 2024-01-01
retired = "2026-05-01"

[[components]]
id = "no"
name = "2026"

[severities.SEV1]
cadence = "20m"

[severities."p 5"]
label = "Tiny"
impact = "none"
component_status = "operational"
first_update = "1h"
cadence = "none"
audiences = ["staff"]
postmortem = "none"
rank = 9

[[targets]]
url = "folder:public"
public_url = "https://status.example.com"

[[targets]]
url = "s3://acme-status/optional/prefix/"
region = "eu-west-1"
endpoint_url = "http://127.0.0.1:9000"
public_url = "https://status.example.com"
checksums = "when_required"
cloudfront = "E2EXAMPLE"

[mail]
from = "Acme Status <status@example.com>"
transport = "folder:outbox"
reply_to = "support@example.com"
max_connections = 4
helo = "mail.example.com"
max_per_second = 7
in_doubt = "hold"
subject = "incident"
unsubscribe_url = "https://subscribe.example.com"
unsubscribe_mailto = "unsubscribe@example.com"
footer = "Acme Ltd\\n1 Example Street"
return_path = "bounces@example.com"
idempotency_header = "X-Once"
canary = 50
without_page_after = "never"
verify_timeout = "10s"

[state]
database = "sqlite:///deep/state.db"

[brakes]
max_updates = 9
max_deletes = "50%"
"""


def read(tmp_path, text):
    write_tree(tmp_path, {"statusgen.toml": text})
    return read_settings(tmp_path)


def problems_of(tmp_path, text):
    with pytest.raises(ContentError) as caught:
        read(tmp_path, text)
    return [str(problem) for problem in caught.value.problems]


def test_the_smallest_configuration_has_every_default(tmp_path):
    found = read(tmp_path, SMALLEST)

    page = found.page
    assert (page.service, page.timezone, page.language) == ("Acme Status", "UTC", "en")
    assert (page.support, page.history_days) == (None, 90)
    assert tuple(found.severities.values()) == DEFAULT_SEVERITIES
    assert (found.components, found.targets, found.mail) == ((), (), None)
    assert found.database == "sqlite:///.statusgen/state.db"
    assert (found.brakes.max_updates, found.brakes.max_deletes) == (5, 0.2)
    assert found.root == tmp_path


def test_every_key_is_read(tmp_path):
    found = read(tmp_path, EVERYTHING)

    page = found.page
    assert (page.url, page.host) == ("https://status.example.com/here", "status.example.com")
    assert page.link("feed.xml") == "https://status.example.com/here/feed.xml"
    assert (page.zone.key, page.language, page.history_days) == ("Europe/Berlin", "de", 30)
    assert page.support == "mailto:help@example.com"
    assert found.components == (
        Component(
            "checkout",
            "Checkout",
            "Shop",
            "Cart and payment",
            date(2024, 1, 1),
            date(2026, 5, 1),
        ),
        Component("no", "2026"),
    )
    assert found.targets == (
        FolderTarget("folder:public", tmp_path / "public", "https://status.example.com"),
        S3Target(
            "s3://acme-status/optional/prefix/",
            "acme-status",
            "optional/prefix",
            "eu-west-1",
            "http://127.0.0.1:9000",
            "https://status.example.com",
            "when_required",
            "E2EXAMPLE",
        ),
    )
    assert found.database == "sqlite:///deep/state.db"
    assert (found.brakes.max_updates, found.brakes.max_deletes) == (9, 0.5)


def test_the_mail_table_is_read(tmp_path):
    mail = read(tmp_path, EVERYTHING).mail

    assert (mail.from_name, mail.from_address) == ("Acme Status", "status@example.com")
    assert (mail.transport, mail.reply_to) == (f"folder:{tmp_path}/outbox", "support@example.com")
    assert mail.helo == "mail.example.com"
    assert (mail.max_connections, mail.max_per_second, mail.canary) == (4, 7, 50)
    assert (mail.in_doubt, mail.subject) == ("hold", "incident")
    assert mail.unsubscribe_url == "https://subscribe.example.com"
    assert mail.unsubscribe_mailto is not None
    assert mail.footer == "Acme Ltd\n1 Example Street"
    assert (mail.return_path, mail.idempotency_header) == ("bounces@example.com", "X-Once")
    assert mail.without_page_after is None
    assert mail.verify_timeout == timedelta(seconds=10)


def test_the_severity_table_is_the_page_s_own_over_the_defaults(tmp_path):
    levels = read(tmp_path, EVERYTHING).severities

    assert list(levels) == ["SEV1", "SEV2", "SEV3", "SEV4", "P5"]
    assert levels["SEV1"].cadence == timedelta(minutes=20)
    assert levels["SEV1"].label == "Critical"
    assert (levels["P5"].cadence, levels["P5"].rank) == (None, 9)
    assert levels["P5"].audiences == ("staff",)


def test_audiences_are_those_that_severities_name(tmp_path):
    assert read(tmp_path, EVERYTHING).audiences == {"subscribers", "stakeholders", "staff"}


def test_the_fingerprint_follows_the_text(tmp_path):
    one = read(tmp_path, SMALLEST).fingerprint

    assert read(tmp_path, SMALLEST).fingerprint == one
    assert read(tmp_path, SMALLEST + "# note\n").fingerprint != one


def test_a_byte_order_mark_and_crlf_are_fine(tmp_path):
    assert read(tmp_path, "\ufeff" + SMALLEST.replace("\n", "\r\n")).page.name == "Acme Status"


def test_the_configuration_is_found_from_below(tmp_path):
    write_tree(tmp_path, {"statusgen.toml": SMALLEST, "incidents/a/01.md": ""})

    assert find_root(tmp_path / "incidents" / "a") == tmp_path


def test_no_configuration_anywhere_names_the_next_step(tmp_path):
    with pytest.raises(UsageError, match="statusgen init DIR"):
        find_root(tmp_path)


def test_bytes_that_are_not_utf8_are_a_problem(tmp_path):
    (tmp_path / "statusgen.toml").write_bytes(b'[page]\nname = "caf\xe9"\n')

    with pytest.raises(ContentError, match=r"statusgen\.toml: is not UTF-8 text"):
        read_settings(tmp_path)


def test_an_unreadable_file_is_a_problem(tmp_path):
    (tmp_path / "statusgen.toml").mkdir()

    with pytest.raises(ContentError, match="not a plain file"):
        read_settings(tmp_path)


@pytest.mark.parametrize(
    "text", ["a = " + "[" * 5000, "a = " + "9" * 5000, "a = 1\na = 2", "[page", "a = 2026-13-01"]
)
def test_what_is_no_toml_is_one_problem(tmp_path, text):
    (problem,) = problems_of(tmp_path, text)

    assert "not valid TOML" in problem


@pytest.mark.parametrize(
    "transport",
    [
        "smtp://relay.example",
        "smtp://user@relay.example:587",
        "smtps://relay.example:465",
        "ses://eu-west-1",
        "ses://eu-west-1?configuration-set=status-mail",
    ],
)
def test_transports_that_are_understood(tmp_path, transport):
    text = f'{SMALLEST}[mail]\nfrom = "status@example.com"\ntransport = "{transport}"\n'

    assert read(tmp_path, text).mail.transport == transport


@pytest.mark.parametrize(
    "transport",
    [
        *("smtp://", "smtp://host:99999", "smtp://host/path", "http://host", "folder:", ""),
        *("ses://", "ses:eu-west-1", "ses://somewhere", "ses://eu-west-1?rate=14"),
    ],
)
def test_transports_that_are_not_understood(tmp_path, transport):
    text = f'{SMALLEST}[mail]\nfrom = "status@example.com"\ntransport = "{transport}"\n'

    (problem,) = problems_of(tmp_path, text)

    assert problem.startswith("statusgen.toml:6: transport: ")


def test_credentials_in_the_url_of_ses_are_not_shown(tmp_path):
    text = f'{SMALLEST}[mail]\nfrom = "a@example.com"\ntransport = "ses://AKIA:hunter2@eu-west-1"\n'

    (problem,) = problems_of(tmp_path, text)

    assert "no credentials; write it like" in problem
    assert "hunter2" not in problem


@pytest.mark.parametrize("url", ["user:hunter2@db/name", "user@db/name?password=hunter2"])
def test_no_message_shows_a_password(tmp_path, url):
    text = (
        f'{SMALLEST}[mail]\nfrom = "status@example.com"\n'
        'transport = "smtp://user:hunter2@relay.example"\n'
        f'[state]\ndatabase = "postgresql+psycopg://{url}"\n'
    )

    problems = problems_of(tmp_path, text)

    assert len(problems) == 2
    assert "hunter2" not in "".join(problems)


@pytest.mark.parametrize(
    "line",
    [
        'endpoint_url = "http://key:hunter2@127.0.0.1:9000"',
        'endpoint_url = "http://key:hun#ter2@127.0.0.1:9000"',
        'endpoint_url = "http://key:hunter2@127.0.0.1:none"',
        'public_url = "https://key:hunter2@status.example.com"',
        'url = "s3://key:hunter2@bucket"',
        'url = "https://key:hun/ter2@bucket.example.com"',
    ],
)
def test_no_message_about_a_target_shows_a_password(tmp_path, line):
    first = "" if line.startswith("url") else 'url = "s3://acme"\n'
    text = f"{SMALLEST}[[targets]]\n{first}{line}\n"

    problems = "".join(problems_of(tmp_path, text))

    assert "hun" not in problems
    assert "ter2" not in problems


RAW = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)
NAMES = st.sampled_from(["page", "components", "severities", "targets", "mail", "state", "brakes"])
KEYS = st.sampled_from(
    [
        "name",
        "url",
        "id",
        "timezone",
        "support",
        "history_days",
        "SEV1",
        "rank",
        "audiences",
        "from",
        "transport",
        "footer",
        "database",
        "max_deletes",
        "since",
        "language",
        "region",
    ]
)


@settings(deadline=None)
@given(st.dictionaries(NAMES, RAW | st.dictionaries(KEYS, RAW, max_size=4), max_size=4))
def test_whatever_toml_may_hold_is_settings_or_problems(tmp_path_factory, raw):
    root = tmp_path_factory.getbasetemp()

    try:
        found = parse_settings("", raw, root)
    except ContentError:
        return

    assert found.page.name
