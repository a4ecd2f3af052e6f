import pytest

from tests.components.chromium import open_browser
from tests.site.served import Host


@pytest.fixture(scope="module")
def browser():
    with open_browser() as opened:
        yield opened


@pytest.fixture
def host():
    made = Host()
    yield made
    made.close()
