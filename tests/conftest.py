"""People by name, for every room whose tests need them."""

from collections.abc import Callable

import pytest
from django.test import Client

from schoolgate.commons.accounts.creating import create_user
from schoolgate.commons.accounts.models import User

PASSWORD = "Plain-Lantern-42"

SignedIn = Callable[[User], Client]


@pytest.fixture
def password() -> str:
    """What everybody here signs in with."""
    return PASSWORD


@pytest.fixture
def administrator(db: None) -> User:
    return create_user("ada", "administrator", name="Ada Price", email="ada@site.example", password=PASSWORD)


@pytest.fixture
def officer(db: None) -> User:
    return create_user("omar", "officer", name="Omar Khan", password=PASSWORD)


@pytest.fixture
def sender(db: None) -> User:
    return create_user("sue", "sender", name="Sue Okafor", password=PASSWORD)


@pytest.fixture
def exchange_account(db: None) -> User:
    """A school's program: never at a screen."""
    return create_user("8204321", "exchange account", name="Green Abbey School", password=PASSWORD)


@pytest.fixture
def signed_in(db: None) -> SignedIn:
    """A browser in which this person is signed in."""

    def open_browser(user: User) -> Client:
        browser = Client()
        browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return browser

    return open_browser


@pytest.fixture
def stranger(db: None) -> Client:
    """The browser of somebody who is not signed in."""
    return Client()
