import pytest

from tests.site.served import Host, open_browser


@pytest.fixture(scope="module")
def browser():
    with open_browser() as opened:
        yield opened


@pytest.fixture
def host():
    made = Host()
    yield made
    made.close()
