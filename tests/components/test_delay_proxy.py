"""The long line takes its time, and loses and mixes up nothing."""

import socket
import threading
import time
from contextlib import contextmanager

from tests.components.delay_proxy import delay_proxy

ONE_WAY_S = 0.03


@contextmanager
def echo_server():
    def echo(connection):
        with connection:
            while data := connection.recv(65536):
                connection.sendall(data)

    def accept():
        with server.accept()[0] as connection:
            echo(connection)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=accept)
        thread.start()
        yield server.getsockname()[1]
        thread.join()


@contextmanager
def connected_over_the_long_line():
    with (
        echo_server() as port,
        delay_proxy(port, ONE_WAY_S) as line,
        socket.create_connection(("127.0.0.1", line), timeout=60) as near,
    ):
        yield near


def receive(connection, length):
    received = b""
    while len(received) < length and (data := connection.recv(65536)):
        received += data
    return received


def test_a_round_trip_over_the_long_line_takes_twice_its_delay():
    with connected_over_the_long_line() as near:
        for _ in range(3):
            begun_s = time.monotonic()
            near.sendall(b"ping")
            assert receive(near, 4) == b"ping"
            assert time.monotonic() - begun_s >= 2 * ONE_WAY_S


def test_the_long_line_keeps_the_order_and_the_end_of_what_is_sent():
    sent = b"".join(b"%08d" % number for number in range(200_000))
    with connected_over_the_long_line() as near:
        sender = threading.Thread(target=near.sendall, args=(sent,))
        sender.start()
        received = receive(near, len(sent))
        sender.join()
        near.shutdown(socket.SHUT_WR)
        rest = near.recv(1)

    assert len(received) == len(sent)
    assert (received == sent) is True  # a difference of so many bytes takes hours to show
    assert rest == b""


def test_the_long_line_hangs_up_where_nobody_listens():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with delay_proxy(port, 0) as line, socket.create_connection(("127.0.0.1", line)) as near:
        try:
            rest = near.recv(1)
        except ConnectionResetError:
            rest = b""

    assert rest == b""
