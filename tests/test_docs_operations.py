"""The examples of docs/operations.md that no server here can try; tests/journeys has the others."""

import asyncio
import json
import re
import shlex
from pathlib import Path

import pytest
import yaml

from statusgen.config.ses import Ses, parse_ses
from statusgen.content.starter import write_starter
from statusgen.mail.transports.ses import SesTransport
from tests.builders import instant
from tests.components.ses_server import ses_server  # noqa: F401 - a fixture
from tests.test_docs import unknown_words

PAGE = Path(__file__).parents[1] / "docs" / "operations.md"
EXAMPLES = PAGE.parent / "examples"
GITHUB, GITLAB = "token.actions.githubusercontent.com", "gitlab.com"


def example(name):
    return json.loads((EXAMPLES / name).read_text(encoding="utf-8"))


@pytest.fixture
def github_workflow(tmp_path):
    write_starter(tmp_path, instant("02:10"))
    return (tmp_path / ".github" / "workflows" / "status.yml").read_text(encoding="utf-8")


@pytest.fixture
def gitlab_workflow():
    return (EXAMPLES / "gitlab-ci.yml").read_text(encoding="utf-8")


def commands_in(workflow):
    """Return the lines of a workflow that run statusgen, as words."""
    lines = re.findall(r"^ *- (?:run: )?(statusgen .*)$", workflow, re.MULTILINE)
    return [shlex.split(line) for line in lines]


def test_every_example_is_linked_from_the_page():
    text = PAGE.read_text(encoding="utf-8")

    assert [one.name for one in EXAMPLES.iterdir() if f"(examples/{one.name})" not in text] == []


def test_every_example_speaks_of_the_same_bucket_account_and_distribution():
    text = "".join(one.read_text(encoding="utf-8") for one in EXAMPLES.glob("*.json"))

    assert {one.split("/")[0] for one in re.findall(r'"arn:aws:s3:::([^"]*)"', text)} == {
        "acme-status"
    }
    assert set(re.findall(r"\b\d{12}\b", text)) == {"111122223333"}
    assert set(re.findall(r"distribution/(\w+)", text)) == {"E2EXAMPLE"}


@pytest.mark.parametrize(
    ("name", "provider"), [("github-trust.json", GITHUB), ("gitlab-trust.json", GITLAB)]
)
def test_a_role_trusts_one_branch_of_one_repository_word_for_word(name, provider):
    [statement] = example(name)["Statement"]

    assert statement["Principal"]["Federated"].endswith(f":oidc-provider/{provider}")
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert list(statement["Condition"]) == ["StringEquals"]
    trusted = statement["Condition"]["StringEquals"]
    assert trusted[f"{provider}:aud"] == "sts.amazonaws.com"
    assert trusted[f"{provider}:sub"].endswith("main")
    assert "*" not in str(trusted)


def test_a_sender_may_send_from_one_address_and_ask_about_it_and_its_limits():
    letters, limits, sender = example("sender-policy.json")["Statement"]

    assert letters["Action"] == ["ses:SendEmail", "ses:SendRawEmail"]
    assert letters["Condition"] == {"StringEquals": {"ses:FromAddress": "status@example.com"}}
    assert "*" not in str(letters["Resource"])
    assert limits["Action"] == "ses:GetAccount"
    assert sender["Action"] == "ses:GetEmailIdentity"
    assert "*" not in str(sender["Resource"])


def test_a_sender_may_ask_about_each_identity_that_may_cover_the_address(ses_server):  # noqa: F811
    letters, _, sender = example("sender-policy.json")["Statement"]
    address = letters["Condition"]["StringEquals"]["ses:FromAddress"]
    ses_server.identities = {}

    asyncio.run(SesTransport(Ses("eu-west-1"), address).try_out())

    allowed = [one.partition(":identity/")[2] for one in sender["Resource"]]
    assert sorted(ses_server.identities_asked) == sorted(allowed)


def test_the_ses_of_the_page_is_the_one_that_the_policy_names():
    [url] = re.findall(r'"(ses://.*)"', PAGE.read_text(encoding="utf-8"))
    ses = parse_ses(url)

    letters = example("sender-policy.json")["Statement"][0]

    assert {one.split(":")[3] for one in letters["Resource"]} == {ses.region}
    assert any(one.endswith(f"/{ses.configuration_set}") for one in letters["Resource"])


def test_a_page_that_is_missing_is_our_own_404():
    errors = example("cloudfront-errors.json")

    assert errors["Quantity"] == len(errors["Items"])
    assert {one["ErrorCode"]: one["ResponseCode"] for one in errors["Items"]} == {
        403: "404",
        404: "404",
    }
    assert {one["ResponsePagePath"] for one in errors["Items"]} == {"/404.html"}


def test_a_job_of_gitlab_publishes_the_default_branch_one_at_a_time(gitlab_workflow):
    publish = yaml.safe_load(gitlab_workflow)["publish"]

    assert publish["resource_group"] == "status-page"
    assert "$CI_DEFAULT_BRANCH" in publish["rules"][0]["if"]
    [(token, settings)] = publish["id_tokens"].items()
    assert (
        settings["aud"]
        == example("gitlab-trust.json")["Statement"][0]["Condition"]["StringEquals"][
            f"{GITLAB}:aud"
        ]
    )
    assert any(f'"${token}" > "$AWS_WEB_IDENTITY_TOKEN_FILE"' in one for one in publish["script"])


@pytest.mark.parametrize("forge", ["github_workflow", "gitlab_workflow"])
def test_the_workflows_run_commands_that_exist_and_ask_and_mail_nobody(forge, request):
    commands = commands_in(request.getfixturevalue(forge))

    assert [unknown_words(words) for words in commands if unknown_words(words)] == []
    assert commands[-1] == ["statusgen", "publish", "--yes", "--no-mail"]
