"""`mail hold`: what is given up is never sent."""

from tests.components.smtp_relay import Script, smtp_relay
from tests.fakes.repository import ID, NOW
from tests.fakes.terminal import on_terminal

UPDATE = f"{ID}/01-investigating"


def test_letters_are_given_up_on_a_terminal_only_after_a_yes(repository):
    repository.run("mail", "hold")
    repository.run("publish", "--yes")

    with on_terminal(repository.root, "mail", "hold", "investigating", now=NOW) as terminal:
        terminal.wait_for(f"Give up 2 letters about {UPDATE} for good? [y/N]:")
        terminal.press("n\n")
        code = terminal.wait_for_the_end()
    done = repository.run("mail", "hold", "investigating", "--json")

    assert (code, "nothing was given up" in terminal.shown) == (3, True)
    assert done.json == {"update": UPDATE, "held": 2}


def test_what_is_held_is_never_sent(repository):
    script = Script(at_rcpt={"bob": "451 4.3.0 busy"})
    with smtp_relay(script) as relay:
        repository.configure(mail=f'transport = "smtp://127.0.0.1:{relay.port}"')
        first = repository.run("publish", "--yes")
        held = repository.run("mail", "hold", "investigating")
        script.at_rcpt = {}
        second = repository.run("mail", "resume")

    assert first.code == 4
    assert held.out == f"1 letter about {UPDATE} will not be sent\n"
    assert (second.code, len(script.seen)) == (0, 1)
