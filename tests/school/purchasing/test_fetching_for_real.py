"""Fetching from the supplier site's real service, over real HTTP."""

from collections.abc import Iterator

import pytest
from tests.school.purchasing.conftest import SCHOOL_DUNS, SUPPLIER_DUNS, Basket
from tests.school.purchasing.real_supplier import RealSupplier, serve_supplier

from schoolgate.school.purchasing import store
from schoolgate.school.purchasing.documents import PUT_BACK
from schoolgate.school.purchasing.fetching import Count, fetch_from
from schoolgate.school.purchasing.models import (
    CodingTemplate,
    DocumentState,
    FetchedDocument,
    Order,
    WebService,
)
from schoolgate.supplier.models import Document, DocumentContent, State
from schoolgate.supplier.queue.putting import put_document
from schoolgate.supplier.queue.steps import put_back, withdraw

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("home", "ready_ledger")]


@pytest.fixture
def site() -> Iterator[RealSupplier]:
    with serve_supplier(SCHOOL_DUNS, SUPPLIER_DUNS) as served:
        yield served


@pytest.fixture
def riverside(site: RealSupplier) -> WebService:
    return site.entry()


@pytest.fixture
def queued(site: RealSupplier, basket: Basket) -> Document:
    """A basket in the supplier's queue."""
    document, _ = put_document(site.buyer, "order", basket(), by=None)
    return document


def test_a_basket_comes_from_the_suppliers_queue_and_is_processed_there(
    queued: Document, riverside: WebService
) -> None:
    this = fetch_from(riverside)
    assert this.error is None
    assert this.count == Count(offered=1, found=1, imported=1)
    document = FetchedDocument.objects.get()
    assert (document.doc_id, document.created) == (queued.doc_id, queued.created_at)
    assert store.read(document.sha256).decode() == DocumentContent.objects.get(document=queued).xml
    assert Order.objects.get().came_by == riverside
    queued.refresh_from_db()
    assert queued.state == State.PROCESSED
    assert fetch_from(riverside).count == Count()


def test_what_the_supplier_puts_back_is_marked_again_and_imported_once(queued: Document, riverside: WebService) -> None:
    fetch_from(riverside)
    queued.refresh_from_db()
    put_back(queued, by=None, seen=State.PROCESSED)
    assert fetch_from(riverside).count.here == 1
    queued.refresh_from_db()
    assert queued.state == State.PROCESSED
    assert FetchedDocument.objects.get().notes == [PUT_BACK]
    assert Order.objects.count() == 1


def test_what_the_supplier_withdraws_after_we_kept_it_stays_here(queued: Document, riverside: WebService) -> None:
    CodingTemplate.objects.all().delete()
    fetch_from(riverside)
    withdraw(queued, by=None, seen=State.WAITING)
    assert fetch_from(riverside).error is None
    assert FetchedDocument.objects.get().state == DocumentState.WAITING
