"""Postfix's measuring pair, where it is installed and where it is not."""

import smtplib

import pytest

from tests.components import available
from tests.components.smtp_sink import letters_per_second_of_smtp_source, smtp_sink


def test_smtp_sink_takes_what_smtp_source_sends_and_counts_it():
    with smtp_sink(counts=True) as sink:
        rate = letters_per_second_of_smtp_source(sink.port, letters=500, sessions=10, length=1000)
        letters = sink.letters()

    assert rate > 0
    assert letters == 500


def test_smtp_sink_takes_options_of_its_own():
    with (
        smtp_sink("-f", "MAIL", "-B", "530 5.7.0 Authentication required") as sink,
        smtplib.SMTP("127.0.0.1", sink.port) as client,
    ):
        client.ehlo()
        answer = client.mail("status@example.com")

    assert answer == (530, b"5.7.0 Authentication required")


def test_where_smtp_sink_is_missing_a_test_fails_and_says_what_to_install(monkeypatch):
    monkeypatch.setitem(available.COMPONENTS, "smtp-sink", (lambda: None, "apt-get install it"))

    with pytest.raises(AssertionError, match="apt-get install it"), smtp_sink():
        pass
