import pytest

from tests.site.served import Host


@pytest.fixture
def host():
    made = Host()
    yield made
    made.close()
