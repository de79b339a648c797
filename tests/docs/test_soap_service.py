"""The page on the supplier's web service names what the code knows."""

from pathlib import Path

import pytest

from schoolgate.wire.soap.contract import FAULT_KINDS, OPERATIONS
from schoolgate.wire.soap.rules import RULES

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "soap-service.md").read_text("utf-8")


@pytest.mark.parametrize("name", [*OPERATIONS, *FAULT_KINDS, *RULES])
def test_every_operation_fault_and_rule_of_the_service_is_explained(name: str) -> None:
    assert f"\n| `{name}` |" in PAGE
