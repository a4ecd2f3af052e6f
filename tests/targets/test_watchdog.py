import http.client
import threading
import time

import pytest

from statusgen.targets.watchdog import Guarded, Watchdog
from tests.components.dripping import BODY, HEAD, dripping


class Connection(Guarded, http.client.HTTPConnection):
    """As any client would use it."""

    def __init__(self, port, watchdog):
        super().__init__("127.0.0.1", port, timeout=10)
        self.watchdog = watchdog


def fetch(port, watchdog):
    connection = Connection(port, watchdog)
    try:
        connection.request("GET", "/")
        return connection.getresponse().read()
    finally:
        connection.close()


@pytest.mark.parametrize("first", [HEAD, BODY, b""], ids=["headers", "a body", "a status line"])
def test_what_trickles_in_ends_when_its_time_is_over(first):
    watchdog = Watchdog()

    with dripping(first) as port, pytest.raises(TimeoutError), watchdog.ending(0.3):
        fetch(port, watchdog)


def test_what_goes_on_has_a_new_end():
    now = [0.0]
    watchdog = Watchdog(lambda: now[0])

    with watchdog.ending(5):
        now[0] = 4
        watchdog.go_on(5)
        now[0] = 8
        time.sleep(0.3)  # it has looked meanwhile
        watchdog.check()


def ask_again_and_again(watchdog, now):
    with watchdog.ending(5):
        now[0] = 6
        while True:
            time.sleep(0.05)
            watchdog.check()


def test_whoever_asks_again_after_the_end_is_refused():
    now = [0.0]

    with pytest.raises(TimeoutError):
        ask_again_and_again(Watchdog(lambda: now[0]), now)


def test_all_waits_can_be_ended_from_outside():
    watchdog, ends = Watchdog(), []

    def wait(port):
        try:
            with watchdog.ending(60):
                fetch(port, watchdog)
        except TimeoutError as error:
            ends.append(error)

    with dripping(HEAD) as port:
        threads = [threading.Thread(target=wait, args=(port,)) for _ in range(3)]
        for one in threads:
            one.start()
        while len(ends) < len(threads):
            watchdog.end_all()
            time.sleep(0.05)
        for one in threads:
            one.join()

    assert len(ends) == 3


def test_other_errors_stay_what_they_are():
    with pytest.raises(ConnectionRefusedError), Watchdog().ending(60):
        raise ConnectionRefusedError


def test_no_thread_is_left_once_nobody_waits():
    watchdog = Watchdog()
    before = set(threading.enumerate())
    with watchdog.ending(60):
        [looking] = set(threading.enumerate()) - before

    looking.join(10)

    assert not looking.is_alive()
