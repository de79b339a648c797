"""Rounds at services that behave and that do not: nothing lost, nothing twice, nothing that keeps others out."""

from datetime import date

import pytest
from tests.school.dying import DieAt, Killed
from tests.school.purchasing.conftest import Basket
from tests.school.purchasing.stall import Stall, the
from tests.wire.conftest import answer

from schoolgate.commons.filestore import NoSpace
from schoolgate.documents.samples.ebis import make_invoice
from schoolgate.school.purchasing import fetching, store
from schoolgate.school.purchasing.fetching import NOT_GIVEN, Count, fetch_from
from schoolgate.school.purchasing.importing import import_document
from schoolgate.school.purchasing.models import (
    DocumentState,
    FetchedDocument,
    Order,
    WebService,
)
from schoolgate.wire.soap.errors import NotUnderstood, ServiceFailed, Unreachable, WrongCredentials

INVOICE = make_invoice(7, lines=2, day=date(2026, 11, 26))

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("home", "ready_ledger")]


def test_a_basket_is_fetched_kept_imported_and_then_marked(stall: Stall, beacon: WebService, basket: Basket) -> None:
    plain = basket()
    stall.offer("B-1", plain)
    this = fetch_from(beacon)
    assert this.error is None
    assert this.count == Count(offered=1, found=1, imported=1)
    document, order = the("B-1"), Order.objects.get()
    assert (document.state, document.reference) == (DocumentState.IMPORTED, "BASKET-1")
    assert store.read(document.sha256) == plain
    assert document.size == len(plain)
    assert (order.document, order.came_by, order.state) == (document, beacon, "unauthorised")
    assert document.marked_at is not None
    assert document.ended_at is not None
    assert document.marked_at >= document.ended_at
    assert stall.calls == ["FetchIndex", "FetchDoc B-1", "UpdateDocumentStatus B-1"]
    assert stall.is_marked("B-1")


def test_a_second_round_finds_nothing_new(stall: Stall, beacon: WebService, basket: Basket) -> None:
    stall.offer("B-1", basket())
    fetch_from(beacon)
    stall.calls.clear()
    assert fetch_from(beacon).count.words == "nothing new"
    assert stall.calls == ["FetchIndex"]


@pytest.mark.parametrize("kind", ["quote", "statement"])
def test_a_quote_or_what_is_not_known_stays_listed_and_is_never_fetched(
    stall: Stall, beacon: WebService, kind: str
) -> None:
    stall.offer("Q-1", "<Order/>", kind)
    assert fetch_from(beacon).count == Count(offered=1, not_fetched=1)
    assert the("Q-1").state == DocumentState.LISTED
    assert stall.calls == ["FetchIndex"]


def test_a_document_whose_type_its_supplier_corrects_is_fetched_then(
    stall: Stall, beacon: WebService, basket: Basket
) -> None:
    stall.offer("B-1", basket(), "basket")
    fetch_from(beacon)
    assert the("B-1").kind == "other"
    stall.offer("B-1", basket())
    assert fetch_from(beacon).count.imported == 1
    # What was fetched as a basket stays one.
    stall.documents["B-1"] = ("quote", False)
    fetch_from(beacon)
    assert (the("B-1").kind, the("B-1").state) == ("order", DocumentState.IMPORTED)


def test_a_refused_document_waits_with_its_rule_and_is_not_marked(
    stall: Stall, beacon: WebService, basket: Basket
) -> None:
    stall.offer("B-1", basket(supplier_duns="999999999"))
    assert fetch_from(beacon).count == Count(offered=1, found=1, waiting=1)
    document = the("B-1")
    assert document.state == DocumentState.WAITING
    assert document.rule
    assert document.said
    assert not stall.is_marked("B-1")
    assert not Order.objects.exists()
    # It is not fetched again while it waits.
    stall.calls.clear()
    fetch_from(beacon)
    assert stall.calls == ["FetchIndex"]


def test_a_document_of_which_the_service_only_fails_keeps_no_other_out(
    stall: Stall, beacon: WebService, basket: Basket
) -> None:
    stall.offer("B-1", basket(reference="BASKET-1"))
    stall.offer("B-2", basket(reference="BASKET-2"))
    stall.broken.add("B-1")
    this = fetch_from(beacon)
    assert isinstance(this.error, ServiceFailed)
    assert this.count == Count(offered=2, found=1, imported=1, failed=1)
    assert the("B-1").state == DocumentState.LISTED
    assert "error of its own" in the("B-1").said
    stall.broken.clear()
    assert fetch_from(beacon).error is None
    assert Order.objects.count() == 2
    assert the("B-1").said == ""


def test_a_document_that_is_listed_and_not_given_is_noted(stall: Stall, beacon: WebService, basket: Basket) -> None:
    stall.offer("B-1", basket())
    listed = stall._index(processed=False)
    stall.change = lambda request, right: _index_answer(right, listed) if b"FetchIndex" in request.body else right
    del stall.documents["B-1"]
    this = fetch_from(beacon)
    assert this.error is not None
    assert the("B-1").notes == [NOT_GIVEN]
    fetch_from(beacon)
    assert the("B-1").notes == [NOT_GIVEN]
    # Once it is given that is over.
    stall.change = lambda _, right: right
    stall.offer("B-1", basket())
    fetch_from(beacon)
    assert the("B-1").notes == []


def _index_answer(right: bytes, listed: str) -> bytes:
    _head, _, body = right.partition(b"\r\n\r\n")
    escaped = listed.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    body = body.replace(b"&lt;Documents&gt;\n&lt;/Documents&gt;", escaped.encode())
    return answer(200, body.decode(), media="text/xml; charset=utf-8")


@pytest.mark.parametrize(
    ("index", "doc_id"),
    [
        ('<ArrayOfDoc xmlns="urn:x"><Doc id="B-1" type="Order" created="2026-11-26T09:00:00"/></ArrayOfDoc>', "B-1"),
        (
            "<List><Item><NAME>B-1</NAME><DocumentType>order</DocumentType><DateCreated>soon</DateCreated></Item></List>",
            "B-1",
        ),
    ],
)
def test_an_index_in_another_shape_is_read(
    stall: Stall, beacon: WebService, basket: Basket, monkeypatch: pytest.MonkeyPatch, index: str, doc_id: str
) -> None:
    stall.offer(doc_id, basket())
    monkeypatch.setattr(stall, "_index", lambda **_: index)
    assert fetch_from(beacon).count.imported == 1


def test_an_id_that_no_row_can_hold_keeps_no_other_out(stall: Stall, beacon: WebService, basket: Basket) -> None:
    stall.offer("B" * 201, basket())
    stall.offer("B-2", basket())
    assert fetch_from(beacon).count == Count(offered=1, found=1, imported=1, failed=1)


def test_a_wrong_password_ends_the_round_and_is_noted_at_the_service(stall: Stall, beacon: WebService) -> None:
    stall.password = "changed on their web site"
    this = fetch_from(beacon)
    assert isinstance(this.error, WrongCredentials)
    beacon.refresh_from_db()
    assert beacon.trouble == "wrong-credentials"


def test_a_line_that_is_cut_at_every_document_is_given_up_after_the_second(
    stall: Stall, beacon: WebService, basket: Basket
) -> None:
    for number in range(4):
        stall.offer(f"B-{number}", basket(reference=f"BASKET-{number}"))
    stall.change = lambda request, right: right[:60] if b"<FetchDoc" in request.body else right
    this = fetch_from(beacon)
    assert isinstance(this.error, Unreachable)
    assert this.count.failed == 2
    stall.change = lambda _, right: right
    assert fetch_from(beacon).count.imported == 4


def test_a_page_of_a_filter_instead_of_the_index_is_told(stall: Stall, beacon: WebService) -> None:
    stall.change = lambda *_: answer(200, "<html>Blocked</html>", media="text/html")
    assert isinstance(fetch_from(beacon).error, NotUnderstood)


def test_what_may_pass_is_tried_again_although_another_document_fails_for_good(
    stall: Stall, beacon: WebService, basket: Basket
) -> None:
    stall.offer("B-1", basket(reference="BASKET-1"))
    stall.offer("B-2", basket(reference="BASKET-2"))
    stall.broken.add("B-1")
    junk = answer(200, "<html>Blocked</html>", media="text/html")
    stall.change = lambda request, right: junk if b"B-2</" in request.body else right
    assert isinstance(fetch_from(beacon).error, ServiceFailed)
    assert "not as the service should" in the("B-2").said


@pytest.mark.parametrize("point", ["fetch.listed", "fetch.stored", "fetch.committed", "fetch.imported", "fetch.marked"])
def test_a_round_that_died_anywhere_is_ended_by_the_next(
    stall: Stall, beacon: WebService, basket: Basket, die_at: DieAt, point: str
) -> None:
    stall.offer("B-1", basket())
    die_at(fetching, point)
    with pytest.raises(Killed):
        fetch_from(beacon)
    assert fetch_from(beacon).error is None
    assert Order.objects.count() == 1
    assert stall.is_marked("B-1")
    assert the("B-1").marked_at is not None


def test_what_a_dead_round_kept_comes_in_although_the_service_offers_it_no_more(
    stall: Stall, beacon: WebService, basket: Basket, die_at: DieAt
) -> None:
    stall.offer("B-1", basket())
    die_at(fetching, "fetch.committed")
    with pytest.raises(Killed):
        fetch_from(beacon)
    del stall.documents["B-1"]
    assert fetch_from(beacon).count == Count(imported=1)


def test_without_room_on_the_disk_nothing_is_imported_nor_marked(
    stall: Stall, beacon: WebService, basket: Basket, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: bytes) -> None:
        raise NoSpace

    stall.offer("B-1", basket())
    monkeypatch.setattr(fetching, "keep", full)
    assert isinstance(fetch_from(beacon).error, NoSpace)
    assert the("B-1").state == DocumentState.LISTED
    assert not stall.is_marked("B-1")


def test_whatever_goes_wrong_with_one_document_the_others_come_in(
    stall: Stall, beacon: WebService, basket: Basket, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(document: FetchedDocument) -> None:
        if document.doc_id == "B-1":
            raise ZeroDivisionError
        import_document(document)

    monkeypatch.setattr(fetching, "import_document", fails)
    stall.offer("B-1", basket(reference="BASKET-1"))
    stall.offer("B-2", basket(reference="BASKET-2"))
    this = fetch_from(beacon)
    assert isinstance(this.error, ZeroDivisionError)
    assert the("B-2").state == DocumentState.IMPORTED


def test_a_document_that_declares_an_encoding_of_its_own_is_read_as_the_text_it_came_as(
    stall: Stall, beacon: WebService, basket: Basket
) -> None:
    text = (
        basket()
        .decode()
        .replace('encoding="UTF-8"', 'encoding="utf-16"')
        .replace('encoding="utf-8"', 'encoding="utf-16"')
    )
    assert "utf-16" in text
    stall.offer("B-1", text)
    assert fetch_from(beacon).count.imported == 1
