"""Rounds at services that behave and that do not: nothing lost, nothing twice, nothing that keeps others out."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.school.dying import DieAt, Killed
from tests.school.purchasing.conftest import Basket
from tests.school.purchasing.stall import Stall, serve_stall
from tests.wire.conftest import answer

from schoolgate.commons.filestore import NoSpace
from schoolgate.documents.samples.ebis import make_invoice
from schoolgate.school.purchasing import fetching, store
from schoolgate.school.purchasing.copies import SEEN_BEFORE
from schoolgate.school.purchasing.documents import keep_out, take_back
from schoolgate.school.purchasing.fetching import CHANGED, NOT_GIVEN, Count, fetch_from
from schoolgate.school.purchasing.importing import import_document, try_again
from schoolgate.school.purchasing.marking import GONE, PUT_BACK
from schoolgate.school.purchasing.models import (
    DocumentState,
    FetchedDocument,
    Order,
    Supplier,
    WebService,
)
from schoolgate.wire.soap.errors import NotUnderstood, ServiceFailed, Unreachable, WrongCredentials

INVOICE = make_invoice(7, lines=2, day=date(2026, 11, 26))

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("home", "ready_ledger")]


def the(doc_id: str) -> FetchedDocument:
    found: FetchedDocument = FetchedDocument.objects.get(doc_id=doc_id)
    return found


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


def test_marking_that_fails_is_done_again_and_nothing_is_imported_twice(
    stall: Stall, beacon: WebService, basket: Basket
) -> None:
    stall.offer("B-1", basket())
    stall.change = lambda request, right: b"" if b"<UpdateDocumentStatus" in request.body else right
    assert isinstance(fetch_from(beacon).error, Unreachable)
    assert the("B-1").state == DocumentState.IMPORTED
    assert the("B-1").marked_at is None
    stall.change = lambda _, right: right
    stall.put_back("B-1")
    stall.calls.clear()
    assert fetch_from(beacon).error is None
    assert stall.calls == ["FetchIndex", "UpdateDocumentStatus B-1"]
    assert Order.objects.count() == 1


def test_what_is_gone_before_it_was_marked_is_as_good_as_marked(
    stall: Stall, beacon: WebService, basket: Basket
) -> None:
    stall.offer("B-1", basket())
    stall.change = lambda request, right: b"" if b"<UpdateDocumentStatus" in request.body else right
    fetch_from(beacon)
    stall.change = lambda _, right: right
    del stall.documents["B-1"]
    assert fetch_from(beacon).error is None
    assert the("B-1").marked_at is not None
    assert the("B-1").notes == [GONE]


def test_a_document_that_was_marked_back_is_marked_again_and_never_imported_twice(
    stall: Stall, beacon: WebService, basket: Basket
) -> None:
    stall.offer("B-1", basket())
    fetch_from(beacon)
    stall.put_back("B-1")
    assert fetch_from(beacon).count == Count(offered=1, here=1)
    assert stall.is_marked("B-1")
    assert the("B-1").notes == [PUT_BACK]
    assert Order.objects.count() == 1


def test_a_document_that_was_marked_back_is_told_as_unmarked_until_the_service_took_it(
    stall: Stall, beacon: WebService, basket: Basket
) -> None:
    stall.offer("B-1", basket())
    fetch_from(beacon)
    stall.put_back("B-1")
    stall.change = lambda request, right: b"" if b"<UpdateDocumentStatus" in request.body else right
    fetch_from(beacon)
    assert the("B-1").marked_at is None


def test_a_service_that_forgets_every_mark_is_asked_for_no_content_again(
    stall: Stall, beacon: WebService, basket: Basket
) -> None:
    stall.offer("B-1", basket())
    stall.forgets = True
    for _ in range(3):
        fetch_from(beacon)
    # Once to have it, once to see whether it was put back with other content.
    assert stall.calls.count("FetchDoc B-1") == 2
    assert the("B-1").notes == [PUT_BACK]
    assert Order.objects.count() == 1


def test_a_document_that_changes_after_it_was_marked_is_noted_and_the_kept_one_stands(
    stall: Stall, beacon: WebService, basket: Basket
) -> None:
    plain = basket()
    stall.offer("B-1", plain)
    fetch_from(beacon)
    stall.offer("B-1", basket(reference="BASKET-9"))
    fetch_from(beacon)
    assert the("B-1").notes == [CHANGED, PUT_BACK]
    assert store.read(the("B-1").sha256) == plain
    assert Order.objects.get().reference == "BASKET-1"


def test_a_waiting_document_that_is_made_anew_is_noted_and_the_kept_one_stands(
    stall: Stall, beacon: WebService, basket: Basket
) -> None:
    plain = basket(supplier_duns="999999999")
    stall.offer("B-1", plain)
    fetch_from(beacon)
    FetchedDocument.objects.update(created=timezone.now() - timedelta(days=1))
    stall.offer("B-1", basket())
    fetch_from(beacon)
    assert the("B-1").notes[-1] == CHANGED
    assert the("B-1").state == DocumentState.WAITING
    # It is looked at once.
    fetch_from(beacon)
    assert stall.calls.count("FetchDoc B-1") == 2
    assert store.read(the("B-1").sha256) == plain


def test_the_same_content_under_another_id_waits_beside_the_first(
    stall: Stall, beacon: WebService, basket: Basket
) -> None:
    stall.offer("B-1", basket())
    stall.offer("B-2", basket())
    assert fetch_from(beacon).count == Count(offered=2, found=2, imported=1, waiting=1)
    second = the("B-2")
    assert (second.state, second.rule, second.first) == (DocumentState.WAITING, SEEN_BEFORE, the("B-1"))
    assert not stall.is_marked("B-2")


def test_the_same_reference_of_the_same_supplier_from_another_service_waits_beside_the_first(
    stall: Stall, beacon: WebService, basket: Basket
) -> None:
    stall.offer("B-1", basket())
    fetch_from(beacon)
    portal = Stall()
    portal.offer(
        "P-1",
        basket(
            {
                "product": "BX-100",
                "description": "Books",
                "quantity": 1,
                "unit_price": "2.00",
                "tax_code": "S",
                "tax_rate": "20",
            }
        ),
    )
    with serve_stall(portal, "The portal") as service:
        assert fetch_from(service).count.waiting == 1
    assert the("P-1").first == the("B-1")
    assert Order.objects.count() == 1


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


def test_a_copy_comes_in_only_when_a_person_keeps_the_first_out(
    stall: Stall, beacon: WebService, basket: Basket, clerk: Any
) -> None:
    stall.offer("B-1", basket(supplier_duns="999999999"))
    stall.offer("B-2", basket(supplier_duns="999999999"))
    fetch_from(beacon)
    Supplier.objects.update(duns="999999999")
    second = the("B-2")
    try_again(second, by=clerk)
    assert second.rule == SEEN_BEFORE
    keep_out(the("B-1"), by=clerk, reason="The second is right.")
    try_again(second, by=clerk)
    assert second.state == DocumentState.IMPORTED
    take_back(the("B-1"), by=clerk)
    first = the("B-1")
    try_again(first, by=clerk)
    assert (first.rule, first.first) == (SEEN_BEFORE, second)
    assert Order.objects.count() == 1


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


def test_what_was_marked_after_the_list_was_made_was_not_put_back(
    stall: Stall, beacon: WebService, basket: Basket
) -> None:
    stall.offer("B-1", basket())
    fetch_from(beacon)
    stall.put_back("B-1")
    FetchedDocument.objects.update(marked_at=timezone.now() + timedelta(minutes=1))
    stall.calls.clear()
    fetch_from(beacon)
    assert stall.calls == ["FetchIndex"]
    assert the("B-1").notes == []


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


def test_marks_alone_are_made_without_asking_what_there_is(
    stall: Stall, beacon: WebService, basket: Basket, clerk: Any
) -> None:
    stall.offer("B-1", basket(supplier_duns="999999999"))
    fetch_from(beacon)
    keep_out(the("B-1"), by=clerk, reason="Not ours.")
    stall.calls.clear()
    fetch_from(beacon, look=False)
    assert stall.calls == ["UpdateDocumentStatus B-1"]
    assert stall.is_marked("B-1")
