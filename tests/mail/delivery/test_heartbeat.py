import asyncio

import pytest

from statusgen.errors import DatabaseError
from statusgen.mail.delivery.heartbeat import Presence, SenderGone
from statusgen.mail.letter_states import Standing
from tests.fakes.virtual_time import run_virtually

BEAT_S = 15.0


class Beats:
    """A journal that answers beats in turn, the last one for ever; errors are raised."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.at_s = []

    def beat(self):
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def run(self, work):
        self.at_s.append(asyncio.get_running_loop().time())
        return work()


def alive(beats, for_s=0.0):
    """Join and stay; return when which share was taken, and what ended it."""
    heard, ended = [], []

    async def live(loop):
        presence = Presence(
            beats,
            BEAT_S,
            lambda one: heard.append((loop.time(), one)),
            lambda: ended.append("news"),
            loop.time,
        )
        heart = asyncio.create_task(presence.stay(ended.append))
        try:
            await presence.join()
            await asyncio.sleep(for_s)
        except SenderGone as error:
            ended.append(error)
        heart.cancel()
        await asyncio.wait([heart])

    run_virtually(live)
    return heard, ended


def test_a_lone_sender_begins_at_once():
    assert alive(Beats(Standing(0, 1))) == ([(0, Standing(0, 1))], [])


def test_who_joins_others_waits_until_they_have_heard_of_it():
    heard, _ = alive(Beats(Standing(1, 2)))

    [(at_s, standing)] = heard
    assert standing == Standing(1, 2)
    assert BEAT_S < at_s < 2 * BEAT_S


def test_every_beat_tells_the_share_again():
    beats = Beats(Standing(0, 1), Standing(0, 2), Standing(0, 3), Standing(0, 2))

    heard, _ = alive(beats, 50)

    assert [one.of for _, one in heard] == [1, 2, 3, 2]


@pytest.mark.parametrize("answers", [[None], [Standing(0, 1), None]], ids=["at once", "later"])
def test_who_is_settled_hears_of_it(answers):
    _, ended = alive(Beats(*answers), 100)

    assert "letters were given to another" in str(ended[0])


LOST = DatabaseError("the database lost the connection")


def test_a_beat_that_fails_is_tried_again():
    beats = Beats(Standing(0, 1), LOST, LOST, Standing(0, 2))

    heard, ended = alive(beats, 100)

    assert ended == []
    assert heard[1][1] == Standing(0, 2)


def test_when_no_beat_got_through_for_a_lease_it_is_over():
    beats = Beats(Standing(0, 1), LOST)

    _, ended = alive(beats, 200)

    assert isinstance(ended[0], SenderGone)
    assert beats.at_s[-1] == 12 * BEAT_S


def test_an_edition_is_news_only_to_those_who_began_before_it():
    old, new = (Standing(0, 2, edition) for edition in ("", "second"))

    assert alive(Beats(old, new, new), 40)[1] == []
    assert set(alive(Beats(old, old, old, new), 40)[1]) == {"news"}
