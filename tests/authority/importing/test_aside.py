"""What is kept aside comes back as it was."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.authority.importing.decided import cases

from schoolgate.authority.importing import aside as module
from schoolgate.authority.importing.aside import Aside
from schoolgate.authority.importing.deciding import Incoming

incoming = cases().map(lambda case: case[1])


@pytest.mark.parametrize("in_memory", [1, 1024 * 1024])
@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(incoming, max_size=3))
def test_what_is_put_aside_comes_back_in_its_order(
    in_memory: int, monkeypatch: pytest.MonkeyPatch, told: list[Incoming]
) -> None:
    monkeypatch.setattr(module, "IN_MEMORY", in_memory)
    with Aside() as aside:
        for number, one in enumerate(told, start=1):
            aside.put(number, one)
        assert list(aside) == list(enumerate(told, start=1))
        assert list(aside) == list(enumerate(told, start=1))
