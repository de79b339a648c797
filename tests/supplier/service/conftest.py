"""The service's door with a log that is written when a test says so."""

from collections.abc import Iterator

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from tests.supplier.service.calling import Caller

from schoolgate.supplier.models import Buyer
from schoolgate.supplier.service import signing_in
from schoolgate.supplier.service.door import SoapDoor
from schoolgate.supplier.service.log import CallLog
from schoolgate.supplier.service.writing import write_lines


@pytest.fixture(autouse=True)
def _nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signing_in, "_until", {})


@pytest.fixture(autouse=True)
def _connection_of_the_test() -> Iterator[None]:
    """Django's own test client leaves it open likewise."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def door() -> SoapDoor:
    return SoapDoor(CallLog(write_lines, alone=False))


@pytest.fixture
def school(door: SoapDoor, green_abbey: Buyer) -> Caller:
    """Green Abbey's finance system."""
    return Caller(door)


@pytest.fixture
def other_school(door: SoapDoor, oakhanger: Buyer) -> Caller:
    """Oakhanger's, which is a stranger to Green Abbey's documents."""
    return Caller(door, user="oakhanger", address="198.51.100.9")
