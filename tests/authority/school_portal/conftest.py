"""The people of two schools, each with a browser: Green Abbey's Hana and her colleague Gita, and Oak Lane's Olga."""

from collections.abc import Callable

import pytest
from django.test import Client
from tests.conftest import PASSWORD

from schoolgate.authority.bases.models import SCHOOL_USER, Base
from schoolgate.authority.importing.base_rules import always_import_set, use_for_new_bases
from schoolgate.commons.accounts.creating import create_user
from schoolgate.commons.accounts.models import User


def school_person(username: str, name: str, base: Base) -> User:
    """Somebody who works for this school, and signs in with the password of everybody here."""
    made = create_user(username, SCHOOL_USER, name=name, email=f"{username}@school.example", password=PASSWORD)
    base.people.add(made)
    return made


@pytest.fixture
def hana(green_abbey: Base) -> User:
    """Keeps Green Abbey's office."""
    return school_person("hana", "Hana Reed", green_abbey)


@pytest.fixture
def gita(green_abbey: Base) -> User:
    """Hana's colleague at Green Abbey."""
    return school_person("gita", "Gita Shah", green_abbey)


@pytest.fixture
def olga(oak_lane: Base) -> User:
    """Keeps another school's office: the stranger."""
    return school_person("olga", "Olga Stone", oak_lane)


@pytest.fixture
def as_hana(hana: User, signed_in: Callable[[User], Client]) -> Client:
    return signed_in(hana)


@pytest.fixture
def as_gita(gita: User, signed_in: Callable[[User], Client]) -> Client:
    return signed_in(gita)


@pytest.fixture
def as_olga(olga: User, signed_in: Callable[[User], Client]) -> Client:
    return signed_in(olga)


@pytest.fixture
def whoever_is_new_is_added(db: None) -> None:
    """Every base takes all that its files say, and adds whom nobody knows."""
    use_for_new_bases(always_import_set(), add_unmatched=True, by=None)
