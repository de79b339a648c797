"""A person who uploads files in the portal, and what comes of it."""

import re
from collections.abc import Iterable
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from tests.authority.importing.importing_files import header_of
from tests.documents.students.files import a_file

from schoolgate.authority.bases.models import Base

NAME = "8204321_CES_820LLLL_001.xml"


def text(answer: Any) -> str:
    return str(answer.content, "utf-8")


def pupil_file(base: Base, records: Iterable[dict[str, Any]] | None = None, **header: Any) -> bytes:
    """A file of this school; one small pupil when no records are given."""
    return a_file(records, header_of(base, **header))


def choose(browser: Client, base: Base, data: bytes, name: str = NAME) -> Any:
    """Choose a file: the page that says what was found."""
    chosen = {"file": SimpleUploadedFile(name, data, "text/xml")}
    return browser.post(reverse("portal-upload", args=[base.pk]), chosen)


def ticket_of(page: Any) -> str:
    found = re.search(r'name="ticket" value="([^"]+)"', text(page))
    return found.group(1) if found else ""


def send(browser: Client, base: Base, ticket: str) -> Any:
    return browser.post(reverse("portal-send-upload", args=[base.pk]), {"ticket": ticket}, follow=True)


def upload(browser: Client, base: Base, data: bytes, name: str = NAME) -> Any:
    """Choose a file and send it: the page that one gets to."""
    page = choose(browser, base, data, name)
    assert ticket_of(page), text(page)
    return send(browser, base, ticket_of(page))
