"""Where is my file? Orders and suppliers' documents, found by who works with orders."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone
from tests.school.purchasing.billing import an_invoice
from tests.school.purchasing.ordering import an_order

from schoolgate.commons.accounts.models import User
from schoolgate.school.purchasing.models import (
    Coding,
    DocumentState,
    FetchedDocument,
    OrderState,
    Supplier,
    VatCode,
    WebService,
)

pytestmark = pytest.mark.usefixtures("school_site")

SignedIn = Callable[[User], Client]


@pytest.fixture
def document(service: WebService) -> FetchedDocument:
    """A basket that was fetched."""
    made: FetchedDocument = FetchedDocument.objects.create(
        service=service,
        doc_id="doc-4711",
        kind="order",
        state=DocumentState.WAITING,
        reference="BASKET-7",
        sha256="abcdef" + "0" * 58,
        listed_at=timezone.now(),
    )
    return made


@pytest.mark.parametrize("text", ["4711", "basket-7", "ABCDEF"])
def test_a_document_is_found_by_its_id_its_reference_and_its_digest(
    looker: User, signed_in: SignedIn, document: FetchedDocument, text: str
) -> None:
    page = signed_in(looker).post("/find/", {"text": text}).content.decode()
    assert f"/purchasing/documents/{document.pk}/" in page
    assert "Waits for you" in page


def test_an_order_is_found_by_its_number(
    looker: User, signed_in: SignedIn, supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode]
) -> None:
    order = an_order(supplier, codings[0], vat["S"])
    page = signed_in(looker).post("/find/", {"text": order.number}).content.decode()
    assert f"/purchasing/orders/{order.pk}/" in page


@pytest.mark.parametrize("text", ["si-47", "po-1001"])
def test_an_invoice_is_found_by_its_number_and_its_orders(
    looker: User, signed_in: SignedIn, supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode], text: str
) -> None:
    order = an_order(supplier, codings[0], vat["S"], state=OrderState.SENT)
    invoice = an_invoice(order, {1: 1}, number="SI-47")
    page = signed_in(looker).post("/find/", {"text": text}).content.decode()
    assert f"/purchasing/invoices/{invoice.pk}/" in page


def test_who_does_not_work_with_orders_finds_neither(
    sender: User, signed_in: SignedIn, document: FetchedDocument
) -> None:
    assert "/purchasing/" not in signed_in(sender).post("/find/", {"text": "4711"}).content.decode()
