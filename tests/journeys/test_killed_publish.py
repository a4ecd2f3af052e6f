"""A publish to two thousand that is killed again and again: nobody missed, few told twice."""

import re
from collections import Counter, defaultdict
from random import Random

from tests.components.killing import kill_after, kill_at
from tests.components.smtp_relay import Script, smtp_relay
from tests.components.soak import part
from tests.fakes.repository import make_repository, parse_letters

SUBSCRIBERS = 2000
KILLS = part(10, 60)
EARLY_KILLS = KILLS * 3 // 5
MOST_LETTERS = SUBSCRIBERS * 6 // (5 * (KILLS - EARLY_KILLS))
"""Of the other kills each lets up to so many leave; on average half, so there are enough."""
CONNECTIONS = 10
SEED = 20261121
EARLY_S = 0.55
"""Up to so long after its start a publish is killed while it reads, uploads, or enters letters."""


def test_nobody_is_missed_and_few_are_told_twice_however_often_it_is_killed(tmp_path):
    """Where a copy was cut off as well the letter stays in doubt, which the last publish says."""
    random = Random(SEED)
    early_s = [EARLY_S * (number + random.random()) / EARLY_KILLS for number in range(EARLY_KILLS)]
    letters = [random.randint(1, MOST_LETTERS) for _ in range(KILLS - EARLY_KILLS)]
    script = Script()
    addresses = [f"reader{number}@example.com" for number in range(SUBSCRIBERS)]
    with smtp_relay(script) as relay:
        mail = f'transport = "smtp://127.0.0.1:{relay.port}"\nmax_connections = {CONNECTIONS}'
        repository = make_repository(tmp_path, mail=mail)
        repository.subscribe(*addresses)

        killed = [
            kill_after(repository.start_apart("publish", "--yes"), seconds) for seconds in early_s
        ]
        killed += [
            kill_at(publishing, lambda enough=enough: len(script.seen) >= enough)
            for number in letters
            for enough in [len(script.seen) + number]
            for publishing in [repository.start_apart("publish", "--yes")]
        ]
        last = repository.run_apart("publish", "--yes")
        after = len(script.seen)
        again = repository.run_apart("publish", "--yes")

    assert sum(one.was_killed for one in killed) == KILLS
    assert [one.err for one in killed if "Traceback" in one.err] == []
    doubted = set(re.findall(r"sub_\w+", "".join(re.findall(r"in doubt: (.*)", last.err))))
    assert (last.code, again.code) == (4 if doubted else 0, 0), last.err + again.err
    assert len(script.seen) == after
    got = Counter(address for address, _ in script.seen)
    tokens = tokens_of(repository)
    assert {tokens[one] for one in set(addresses) - set(got)} <= doubted
    twice = {address for address, number in got.items() if number > 1}
    assert twice
    assert max(got.values()) == 2
    assert sum(got.values()) - SUBSCRIBERS <= KILLS * CONNECTIONS
    ids = defaultdict(set)
    for address, letter in zip(
        (address for address, _ in script.seen),
        parse_letters(body.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" for _, body in script.seen),
        strict=True,
    ):
        ids[address].add(letter["Message-ID"])
    assert all(len(one) == 1 for one in ids.values())
    named = set(re.findall(r"sub_\w+", last.err))
    assert named >= {tokens[one] for one in twice}
    assert len(named) <= KILLS * CONNECTIONS


def tokens_of(repository):
    """Return token by address, as the Message-IDs can't tell."""
    from statusgen.cli.composition import open_state  # noqa: PLC0415
    from statusgen.config.reader import read_settings  # noqa: PLC0415

    with open_state(read_settings(repository.root)) as state:
        return {one.address: one.token for one in state.address_book.subscribers()}
