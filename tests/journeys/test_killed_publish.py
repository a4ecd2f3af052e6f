"""A publish to two thousand that is killed again and again: nobody missed, few told twice."""

import re
from collections import Counter, defaultdict
from random import Random

from tests.components.killing import kill_after, kill_at
from tests.components.smtp_relay import Script, smtp_relay
from tests.fakes.repository import make_repository, parse_letters

SUBSCRIBERS = 2000
KILLS = 4
CONNECTIONS = 10
SEED = 20261121
EARLY_S = (0.05, 0.15, 0.25, 0.35, 0.45, 0.55)
"""After so long a publish is killed while it reads, uploads, or enters letters."""


def test_nobody_is_missed_and_few_are_told_twice_however_often_it_is_killed(tmp_path):
    random = Random(SEED)
    moments = sorted(random.sample(range(50, SUBSCRIBERS - 100), KILLS))
    script = Script()
    addresses = [f"reader{number}@example.com" for number in range(SUBSCRIBERS)]
    with smtp_relay(script) as relay:
        mail = f'transport = "smtp://127.0.0.1:{relay.port}"\nmax_connections = {CONNECTIONS}'
        repository = make_repository(tmp_path, mail=mail)
        repository.subscribe(*addresses)

        said = [
            kill_after(repository.start_apart("publish", "--yes"), seconds).err
            for seconds in EARLY_S
        ]
        said += [
            kill_at(publishing, lambda moment=moment: len(script.seen) >= moment).err
            for moment in moments
            for publishing in [repository.start_apart("publish", "--yes")]
        ]
        last = repository.run_apart("publish", "--yes")
        after = len(script.seen)
        again = repository.run_apart("publish", "--yes")

    assert [one for one in said if "Traceback" in one] == []
    assert (last.code, again.code) == (0, 0), last.err + again.err
    assert len(script.seen) == after
    got = Counter(address for address, _ in script.seen)
    assert set(got) == set(addresses)
    twice = {address for address, number in got.items() if number > 1}
    assert sum(got.values()) - SUBSCRIBERS <= len(said) * CONNECTIONS
    ids = defaultdict(set)
    for address, letter in zip(
        (address for address, _ in script.seen),
        parse_letters(body.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" for _, body in script.seen),
        strict=True,
    ):
        ids[address].add(letter["Message-ID"])
    assert all(len(one) == 1 for one in ids.values())
    named = set(re.findall(r"sub_\w+", last.err))
    assert named >= {tokens_of(repository)[one] for one in twice}
    assert len(named) <= len(said) * CONNECTIONS


def tokens_of(repository):
    """Return token by address, as the Message-IDs can't tell."""
    from statusgen.composition import open_state  # noqa: PLC0415
    from statusgen.config.reader import read_settings  # noqa: PLC0415

    with open_state(read_settings(repository.root)) as state:
        return {one.address: one.token for one in state.address_book.subscribers()}
