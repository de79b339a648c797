"""A site with a mail server, and lines for its summary."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.smtp import Inbox, listening

from schoolgate.commons.accounts.models import User
from schoolgate.commons.alerts import summary


def use(settings: Any, inbox: Inbox) -> None:
    """Have the site send its mail there."""
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", inbox.port
    settings.EMAIL_USE_TLS = inbox.tls is not None and not inbox.from_the_start
    settings.EMAIL_USE_SSL = inbox.from_the_start
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = inbox.user, inbox.password
    settings.DEFAULT_FROM_EMAIL = "schoolgate@bedford.example"
    settings.SCHOOLGATE_URL = "https://exchange.bedford.example"


@pytest.fixture
def inbox(settings: Any) -> Iterator[Inbox]:
    """The mail server of this site; it takes everything."""
    with listening(Inbox()) as server:
        use(settings, server)
        yield server


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> list[summary.TellLine]:
    """The lines of the summary: none but what the test adds."""
    own: list[summary.TellLine] = []
    monkeypatch.setattr(summary, "LINES", own)
    return own


@pytest.fixture
def omar(officer: User) -> User:
    """The officer, with an address."""
    officer.email = "omar@bedford.example"
    officer.save()
    return officer
