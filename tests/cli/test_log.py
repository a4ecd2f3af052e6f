"""`-v` tells the steps of a command and `-vv` its questions and times, both without secrets."""

import logging
import re

import pytest

from tests.components.smtp_relay import Script, smtp_relay
from tests.fakes.repository import ID, make_repository


@pytest.fixture(autouse=True)
def quiet_again():
    yield
    logger = logging.getLogger("statusgen")
    logger.handlers, logger.propagate = [], True
    logger.setLevel(logging.NOTSET)


@pytest.fixture
def repository(tmp_path):
    with smtp_relay(Script()) as relay:
        repository = make_repository(tmp_path, mail=f'transport = "smtp://127.0.0.1:{relay.port}"')
        repository.subscribe("ann@example.com", "bob@example.com")
        yield repository


def test_a_step_is_a_line_on_stderr(repository):
    done = repository.run("-v", "publish", "--yes", "--json")

    lines = done.err.splitlines()
    assert "content.archive: 1 folders, 1 of them read and the others known" in lines
    assert "targets.looking: folder:public: nothing of ours is there" in lines
    assert "targets.upload: folder:public: release 1 is up" in lines
    assert f"mail.delivery.deliver: sending what is owed about {ID}/01-investigating" in lines
    assert "mail.delivery.deliver: 2 letters were taken" in lines
    assert any(
        re.fullmatch(r"mail\.transports\.smtp: connected to .*, in the open", one) for one in lines
    )
    assert any(one.startswith("mail.database.engine: ") for one in lines)
    assert "digest" in done.json


def test_twice_it_has_the_time_of_each(repository):
    done = repository.run("-vv", "check")

    assert re.search(r"^ +\d+ ms  content\.archive: 1 folders", done.err, re.MULTILINE)


def test_without_it_nothing_is_told(repository):
    assert "content.archive" not in repository.run("check").err


def test_no_address_is_told(repository):
    done = repository.run("-vv", "publish", "--yes")

    assert "@example.com" not in done.err
    assert "2 letters were taken" in done.err
