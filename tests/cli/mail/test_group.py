"""The `mail` command."""

from click.testing import CliRunner

from statusgen.cli.mail.group import mail

COMMANDS = ["bounces", "hold", "preview", "resume", "retry", "status", "test", "work"]


def test_help_names_each_command_beside_what_it_does():
    shown = CliRunner().invoke(mail, ["--help"]).output

    lines = [line.split() for line in shown.partition("Commands:")[2].splitlines() if line.strip()]
    assert [words[0] for words in lines if len(words) > 1] == COMMANDS
