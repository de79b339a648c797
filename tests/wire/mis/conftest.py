import pytest
from tests.ports import free_port as any_free_port


@pytest.fixture
def free_port() -> int:
    """A port at which nobody listens."""
    return any_free_port()
