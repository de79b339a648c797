"""The journal of a service is its people's, that of a portal its administrators'."""

from django.test import Client
from tests.conftest import SignedIn

from schoolgate.commons.accounts.models import User
from schoolgate.commons.journal.writing import write
from schoolgate.supplier.models import Supplier


def _page(browser: Client) -> str:
    return browser.get("/journal/").content.decode()


def test_the_only_suppliers_staff_reads_the_journal(clerk: User, signed_in: SignedIn) -> None:
    write("INFO", "Basket B-1001 queued.")
    assert "B-1001" in _page(signed_in(clerk))


def test_in_a_portal_administrators_alone_read_the_journal(
    clerk: User, hilltop: Supplier, administrator: User, signed_in: SignedIn
) -> None:
    write("INFO", "Basket B-1001 queued.")
    page = _page(signed_in(clerk))
    assert "B-1001" not in page
    assert "only administrators read it" in page
    assert "B-1001" in _page(signed_in(administrator))
