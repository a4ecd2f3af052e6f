import click
import pytest

from statusgen.cli.context import Context
from statusgen.cli.publishing_job import NO_REASON, Wishes, open_job, planning_options
from tests.fakes.repository import make_repository


@click.command()
@click.option("--yes", is_flag=True)
@planning_options
def command(yes, **options):
    click.echo(f"{yes} {Wishes(**options)}")


def parse(*arguments):
    return command.make_context("command", list(arguments)).params


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ([], None),
        (["--takeover"], NO_REASON),
        (["--takeover", "--yes"], NO_REASON),
        (["--yes", "--takeover"], NO_REASON),
        (["--takeover", "the laptop is lost", "--yes"], "the laptop is lost"),
        (["--takeover=the laptop is lost"], "the laptop is lost"),
    ],
)
def test_a_takeover_may_give_a_reason(arguments, reason):
    assert parse(*arguments)["takeover"] == reason


@pytest.mark.parametrize(
    ("wishes", "flags"),
    [
        (Wishes(), []),
        (Wishes(takeover=NO_REASON), ["--takeover"]),
        (Wishes(late=True, takeover="it is lost"), ["--late", "--takeover", "'it is lost'"]),
        (
            Wishes(no_mail=True, verify=True, keep_broken=True),
            ["--no-mail", "--verify", "--keep-broken"],
        ),
    ],
)
def test_wishes_can_be_typed_again(wishes, flags):
    assert wishes.flags() == flags


@pytest.mark.parametrize("no_mail", [False, True])
def test_a_job_has_a_ledger_only_where_letters_are_planned(tmp_path, no_mail):
    repository = make_repository(tmp_path)
    repository.subscribe("ann@example.com")

    with open_job(Context(repository.root, "2026-11-21T02:10:00Z"), Wishes(no_mail=no_mail)) as job:
        assert (job.state is None) is no_mail
        assert job.plan.mail.letters == (0 if no_mail else 1)
