"""What a document that waits is told with, when it is tried again."""

import pytest
from tests.school.purchasing.conftest import Basket
from tests.school.purchasing.stall import Stall, the
from tests.school.purchasing.taking import edited

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.school.purchasing import store
from schoolgate.school.purchasing.documents import CHANGED, DocumentRefused, about, note
from schoolgate.school.purchasing.establishment import BUYER_DUNS_MAY_LACK
from schoolgate.school.purchasing.fetching import fetch_from
from schoolgate.school.purchasing.importing import try_again
from schoolgate.school.purchasing.models import CodingTemplate, DocumentState, FetchedDocument, Supplier, WebService

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("home", "ready_ledger")]

NOT_SAID_FOR_WHOM = "does not say for which school"


@pytest.fixture
def waiting(stall: Stall, beacon: WebService, basket: Basket) -> FetchedDocument:
    """A basket that waits for a coding, and does not say for which school it is, which is taken with a note."""
    BUYER_DUNS_MAY_LACK.set(True, by=None)
    CodingTemplate.objects.all().delete()
    stall.offer("B-1", edited(basket(), ("Buyer/BuyerReferences/DUNS", None)))
    fetch_from(beacon)
    assert the("B-1").rule == "no-coding"
    assert NOT_SAID_FOR_WHOM in " ".join(the("B-1").notes)
    return the("B-1")


def test_a_try_has_its_own_notes_and_none_of_the_try_before(waiting: FetchedDocument, clerk: User) -> None:
    BUYER_DUNS_MAY_LACK.set(False, by=None)
    try_again(waiting, by=clerk)
    assert (waiting.rule, waiting.notes) == ("buyer-duns-missing", [])


def test_what_is_still_so_is_noted_once(waiting: FetchedDocument, clerk: User) -> None:
    before = waiting.notes
    try_again(waiting, by=clerk)
    assert waiting.notes == before


def test_what_its_service_did_stays_noted(waiting: FetchedDocument, clerk: User) -> None:
    note(waiting, CHANGED)
    Supplier.objects.update(open=False)
    try_again(waiting, by=clerk)
    assert (waiting.rule, waiting.notes) == ("supplier-closed", [CHANGED])


def test_what_people_decided_stays_in_the_audit(waiting: FetchedDocument, clerk: User, bursar: User) -> None:
    try_again(waiting, by=clerk)
    try_again(waiting, by=bursar)
    entries = AuditEntry.objects.about(about(waiting)).filter(did="document tried again").order_by("pk")
    assert [entry.user for entry in entries] == [clerk, bursar]
    assert waiting.state == DocumentState.WAITING


def test_one_whose_bytes_are_gone_is_told_by_whatever_way_it_is_tried(waiting: FetchedDocument, clerk: User) -> None:
    store.documents().remove(waiting.sha256)
    with pytest.raises(DocumentRefused, match="cannot be read from this site's files"):
        try_again(waiting, by=clerk)
    assert the("B-1").rule == "no-coding"
    assert not AuditEntry.objects.filter(did="document tried again").exists()
