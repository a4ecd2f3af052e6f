import pytest

from tests.fakes.repository import make_repository


@pytest.fixture
def repository(tmp_path):
    """A page with an open incident, and two subscribers."""
    repository = make_repository(tmp_path)
    repository.subscribe("ann@example.com", "bob@example.com")
    return repository
