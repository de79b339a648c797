"""Riverside sells to two schools; Hilltop is another supplier on the same service."""

from typing import Any

import pytest
from tests.conftest import PASSWORD

from schoolgate.commons.accounts.creating import create_user
from schoolgate.commons.accounts.models import User
from schoolgate.supplier.buyers.suppliers import add_member
from schoolgate.supplier.models import Buyer, Supplier

RIVERSIDE_DUNS, HILLTOP_DUNS = "123456789", "222333444"
GREEN_ABBEY_DUNS, OAKHANGER_DUNS = "987654321", "876543210"


@pytest.fixture(autouse=True)
def _addresses_of_the_site(settings: Any) -> None:
    settings.ROOT_URLCONF = "schoolgate.sites.urls_supplier"


@pytest.fixture
def riverside(db: None) -> Supplier:
    return Supplier.objects.create(name="Riverside School Supplies", duns=RIVERSIDE_DUNS)


@pytest.fixture
def hilltop(db: None) -> Supplier:
    return Supplier.objects.create(name="Hilltop Books", duns=HILLTOP_DUNS)


@pytest.fixture
def clerk(riverside: Supplier) -> User:
    """Works for Riverside."""
    user = create_user("cara", "staff", name="Cara Lund", password=PASSWORD)
    add_member(riverside, user, by=None)
    return user


@pytest.fixture
def hilltop_clerk(hilltop: Supplier) -> User:
    """Works for Hilltop, and is a stranger to Riverside's documents."""
    user = create_user("hugo", "staff", name="Hugo Brandt", password=PASSWORD)
    add_member(hilltop, user, by=None)
    return user


@pytest.fixture
def green_abbey(riverside: Supplier) -> Buyer:
    account = create_user("greenabbey", "buyer account", name="Green Abbey School", password=PASSWORD)
    return Buyer.objects.create(
        supplier=riverside, account=account, name="Green Abbey School", duns=GREEN_ABBEY_DUNS, account_number="GA-4321"
    )


@pytest.fixture
def oakhanger(riverside: Supplier) -> Buyer:
    account = create_user("oakhanger", "buyer account", name="Oakhanger Primary School", password=PASSWORD)
    return Buyer.objects.create(
        supplier=riverside, account=account, name="Oakhanger Primary School", duns=OAKHANGER_DUNS
    )
