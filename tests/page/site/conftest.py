import pytest

from tests.page.site.served import Host


@pytest.fixture
def host():
    made = Host()
    yield made
    made.close()
