"""An order that came by e-mail comes in by account number and XML reference number, or waits with its reason."""

from codecs import BOM_UTF8
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from tests.school.purchasing.conftest import SCHOOL_DUNS, SUPPLIER_DUNS, Basket
from tests.school.purchasing.letters import a_mail, a_message
from tests.school.purchasing.stall import Stall
from tests.school.purchasing.taking import edited

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.filestore import NoSpace, Stored
from schoolgate.commons.jobs.engine import work_off
from schoolgate.school.purchasing import store
from schoolgate.school.purchasing.documents import keep_out, take_back
from schoolgate.school.purchasing.fetching import fetch_from
from schoolgate.school.purchasing.importing import try_again
from schoolgate.school.purchasing.mailing import handshake, reading
from schoolgate.school.purchasing.mailing.taking import Taken, take_file
from schoolgate.school.purchasing.models import (
    Coding,
    CodingTemplate,
    DocumentState,
    FetchedDocument,
    FinancialYear,
    Order,
    Supplier,
    WebService,
)
from schoolgate.school.purchasing.templates import save_template

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("home", "ready_ledger")]

ACCOUNT = "Buyer/BuyerReferences/SuppliersCodeForBuyer"
REFERENCE = "Supplier/SupplierReferences/BuyersCodeForSupplier"
SUPPLIERS_DUNS = "Supplier/SupplierReferences/DUNS"
BUYERS_DUNS = "Buyer/BuyerReferences/DUNS"

Mailed = Callable[..., bytes]


@pytest.fixture(autouse=True)
def numbers(ready_ledger: None) -> Supplier:
    """Beacon's, with the two numbers that both sides know."""
    Supplier.objects.update(account_number="A-1001", xml_reference_number="REF-9")
    found: Supplier = Supplier.objects.get()
    return found


@pytest.fixture
def mailed(basket: Basket) -> Mailed:
    """An order as Beacon's mails it, with both numbers; and with these changes."""

    def do(*changes: tuple[str, str | None], **values: str) -> bytes:
        return edited(basket(**values), (ACCOUNT, "A-1001"), (REFERENCE, "REF-9"), *changes)

    return do


def given(raw: bytes, name: str = "order.xml") -> Taken:
    (taken,) = take_file(name, raw, by=None)
    return taken


def document_of(taken: Taken) -> FetchedDocument:
    assert taken.document is not None
    found: FetchedDocument = FetchedDocument.objects.get(pk=taken.document.pk)
    return found


def test_an_order_with_both_numbers_comes_in(mailed: Mailed, numbers: Supplier) -> None:
    taken = given(mailed())
    order = Order.objects.get()
    assert (taken.state, taken.said) == ("imported", f"It is order {order.number}.")
    assert (order.supplier, order.reference, order.came_by, order.lines.count()) == (numbers, "BASKET-1", None, 2)
    document = document_of(taken)
    assert (document.service, document.mailed, document.doc_id, document.supplier) == (None, True, "order.xml", numbers)


def test_the_message_and_the_order_are_kept_as_they_came(mailed: Mailed) -> None:
    raw = mailed()
    message = a_mail(raw)
    document = document_of(given(message, "basket.eml"))
    assert (store.read(document.sha256), document.size) == (raw, len(raw))
    assert store.read(document.message_sha256) == message


@pytest.mark.parametrize("cte", ["7bit", "quoted-printable", "base64"])
def test_an_order_without_a_number_is_one_from_its_message_and_from_the_file_saved_of_it(
    mailed: Mailed, cte: str
) -> None:
    lines = mailed(("OrderReferences/SuppliersOrderReference", None)).replace(b"><", b">\n<") + b"\n"
    saved = lines.replace(b"\n", b"\r\n")
    message = a_message()
    message.add_attachment(lines.decode(), subtype="xml", filename="order.xml", cte=cte)
    assert given(message.as_bytes(), "basket.eml").state == "imported"
    assert [given(form).state for form in (saved, BOM_UTF8 + saved, lines, lines.strip())] == ["known"] * 4
    assert Order.objects.count() == 1


def test_neither_is_swept_away(mailed: Mailed, monkeypatch: pytest.MonkeyPatch) -> None:
    document = document_of(given(a_mail(mailed())))
    monkeypatch.setattr(store, "KEPT_WITHOUT_A_ROW", timedelta(0))
    store.sweep()
    assert store.documents().has(document.sha256)
    assert store.documents().has(document.message_sha256)


def test_duns_numbers_may_lack(mailed: Mailed) -> None:
    assert given(mailed((SUPPLIERS_DUNS, None), (BUYERS_DUNS, None))).state == "imported"


@pytest.mark.parametrize(
    ("changes", "rule", "found", "expected"),
    [
        (((REFERENCE, None),), "mail-reference-missing", "", "the XML reference number of one of your suppliers"),
        (((REFERENCE, "X-1"),), "mail-reference-unknown", "X-1", "the XML reference number of one of your suppliers"),
        (((ACCOUNT, None),), "mail-account-missing", "", "A-1001"),
        (((ACCOUNT, "A-1002"),), "mail-account-number", "A-1002", "A-1001"),
        (((SUPPLIERS_DUNS, "217654321"),), "mail-supplier-duns", "217654321", SUPPLIER_DUNS),
        (((BUYERS_DUNS, SUPPLIER_DUNS),), "buyer-duns", SUPPLIER_DUNS, SCHOOL_DUNS),
        ((("OrderHead/Parameters/Language", "fr"),), "language", "fr", "en"),
    ],
)
def test_what_breaks_a_rule_waits_with_what_was_found_and_expected(
    mailed: Mailed, changes: tuple[tuple[str, str | None], ...], rule: str, found: str, expected: str
) -> None:
    taken = given(mailed(*changes))
    document = document_of(taken)
    assert (taken.state, document.state, document.rule) == ("waiting", DocumentState.WAITING, rule)
    assert (document.found, document.expected) == (found, expected)
    assert document.path.startswith("/Order/")
    assert document.line
    assert not Order.objects.exists()
    told = handshake.rule_of(rule)
    assert told is not None
    assert told.next


def test_both_numbers_are_compared_capitals_or_not(mailed: Mailed) -> None:
    assert given(mailed((ACCOUNT, "a-1001"), (REFERENCE, "ref-9"))).state == "imported"


def test_a_supplier_that_has_no_account_number_here_is_not_taken_for_right(mailed: Mailed) -> None:
    Supplier.objects.update(account_number="")
    document = document_of(given(mailed()))
    assert (document.rule, document.found) == ("mail-account-number", "A-1001")
    assert "has none" in document.said


def test_a_closed_supplier_s_order_waits(mailed: Mailed) -> None:
    Supplier.objects.update(open=False)
    assert document_of(given(mailed())).rule == "supplier-closed"


def test_a_wrong_checksum_waits_as_by_any_way(basket: Basket) -> None:
    raw = edited(basket(), (ACCOUNT, "A-1001"), (REFERENCE, "REF-9"), ("OrderHead/Checksum", "1"), right_checksum=False)
    assert document_of(given(raw)).rule == "checksum"


def test_what_waited_comes_in_when_its_numbers_are_mended(mailed: Mailed, clerk: User) -> None:
    document = document_of(given(mailed((ACCOUNT, "A-7"))))
    Supplier.objects.update(account_number="A-7")
    try_again(document, by=clerk)
    assert document.state == DocumentState.IMPORTED
    assert Order.objects.get().document == document


def test_what_waits_for_a_coding_template_comes_in_by_itself(
    mailed: Mailed, year: FinancialYear, codings: list[Coding]
) -> None:
    CodingTemplate.objects.all().delete()
    document = document_of(given(mailed()))
    assert document.rule == "no-coding"
    save_template(CodingTemplate(year=year), {"login": "", "cost_centre": "", "coding": codings[0]}, by=None)
    work_off("tests")
    document.refresh_from_db()
    assert document.state == DocumentState.IMPORTED


def test_an_order_in_utf_16_can_wait_and_come_in_later(mailed: Mailed, clerk: User) -> None:
    text = mailed((ACCOUNT, "A-7")).decode()
    raw = f'<?xml version="1.0" encoding="utf-16"?>{text.partition("?>")[2]}'.encode("utf-16")
    document = document_of(given(a_mail(raw)))
    assert (document.rule, store.read(document.sha256)) == ("mail-account-number", raw)
    Supplier.objects.update(account_number="A-7")
    try_again(document, by=clerk)
    assert document.state == DocumentState.IMPORTED


def test_the_same_file_given_again_is_one_document_and_told(mailed: Mailed) -> None:
    raw = a_mail(mailed())
    first, again, alone = given(raw), given(raw), given(mailed(), "saved.xml")
    assert (again.state, alone.state) == ("known", "known")
    assert "was here before, and is imported" in again.said
    assert first.document == again.document == alone.document
    assert (FetchedDocument.objects.count(), Order.objects.count()) == (1, 1)


def test_of_several_orders_in_a_message_each_comes_in_or_waits_for_itself(mailed: Mailed) -> None:
    raw = a_mail(mailed(), mailed((ACCOUNT, "A-7"), reference="BASKET-2"), mailed(reference="BASKET-3"), b"<Invoice/>")
    taken = take_file("baskets.eml", raw, by=None)
    assert {one.file for one in taken} == {"baskets.eml"}
    assert [(one.name, one.state) for one in taken] == [
        ("order.xml", "imported"),
        ("order-2.xml", "waiting"),
        ("order-3.xml", "imported"),
        ("baskets.eml", "refused"),
    ]
    assert taken[-1].said == reading.INVOICE


def test_an_order_that_came_by_web_service_waits_beside_it_when_it_comes_by_mail_too(
    basket: Basket, mailed: Mailed, beacon: WebService, stall: Stall
) -> None:
    raw = mailed()
    stall.offer("doc-1", raw)
    fetch_from(beacon)
    first = Order.objects.get().document
    # Its numbers show whose it is, where it has no DUNS.
    again = document_of(given(a_mail(mailed((SUPPLIERS_DUNS, None)))))
    assert (again.rule, again.first, Order.objects.count()) == ("seen-before", first, 1)


def test_an_order_that_came_by_mail_first_is_imported_once(mailed: Mailed, beacon: WebService, stall: Stall) -> None:
    raw = mailed()
    first = given(raw).document
    stall.offer("doc-1", raw)
    fetch_from(beacon)
    fetched = FetchedDocument.objects.get(service=beacon, doc_id="doc-1")
    assert (fetched.rule, fetched.first) == ("seen-before", first)
    assert "by e-mail" in fetched.said
    assert Order.objects.count() == 1


def test_one_that_is_kept_out_can_be_taken_back(mailed: Mailed, clerk: User) -> None:
    document = document_of(given(mailed((ACCOUNT, "A-7"))))
    keep_out(document, by=clerk, reason="Not ours.")
    take_back(document, by=clerk)
    assert document.state == DocumentState.WAITING


def test_who_took_it_stands_in_the_audit(mailed: Mailed, clerk: User) -> None:
    take_file("order.xml", mailed(), by=clerk)
    entry = AuditEntry.objects.get(did="order taken from e-mail")
    document = FetchedDocument.objects.get()
    assert (entry.about, entry.target) == (f"document {document.pk}", "order.xml")


@pytest.mark.parametrize(("raw", "said"), [(b"%PDF-1.7", "PDF"), (b"<Invoice/>", "web service only")])
def test_what_cannot_be_taken_leaves_no_document(raw: bytes, said: str) -> None:
    taken = given(raw, "mail.eml")
    assert (taken.file, taken.state, taken.document) == ("mail.eml", "refused", None)
    assert said in taken.said
    assert not FetchedDocument.objects.exists()


def test_a_full_disk_is_told_and_nothing_is_half_there(mailed: Mailed, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: bytes) -> None:
        raise NoSpace

    monkeypatch.setattr("schoolgate.school.purchasing.mailing.taking.keep", full)
    assert "no space left" in given(mailed()).said
    assert not FetchedDocument.objects.exists()


def test_where_the_disk_is_full_midway_what_came_in_is_told(mailed: Mailed, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = mailed(), mailed(reference="BASKET-2")

    def full_then(raw: bytes) -> Stored:
        if raw == second:
            raise NoSpace
        return store.keep(raw)

    monkeypatch.setattr("schoolgate.school.purchasing.mailing.taking.keep", full_then)
    taken = take_file("basket.eml", a_mail(first, second), by=None)
    assert [(one.name, one.state) for one in taken] == [("order.xml", "imported"), ("order-2.xml", "refused")]


def test_an_order_that_is_cut_off_is_kept_and_waits(mailed: Mailed) -> None:
    document = document_of(given(mailed()[:-30]))
    assert (document.rule, document.state) == ("unreadable", DocumentState.WAITING)


def test_its_time_is_that_of_its_coming(mailed: Mailed) -> None:
    document = document_of(given(mailed()))
    assert document.fetched_at == document.listed_at
    assert timezone.now() - document.listed_at < timedelta(minutes=1)
