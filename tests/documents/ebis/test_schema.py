import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from tests.documents.ebis.skeletons import (
    AUTHORISED_ORDER,
    CONTENT_ORDER,
    CREDIT_NOTE,
    INDEX,
    INVOICE,
    changed,
    is_valid,
)

from schoolgate.documents.ebis.checking import check_document
from schoolgate.documents.ebis.orders import write_order
from schoolgate.documents.ebis.schema import SCHEMAS, SchemaName, schema_of, schema_text
from schoolgate.documents.problems import DocumentError
from schoolgate.documents.samples.ebis import make_order

SKELETONS: list[tuple[str, SchemaName]] = [
    (CONTENT_ORDER, "order"),
    (AUTHORISED_ORDER, "order"),
    (INVOICE, "invoice"),
    (CREDIT_NOTE, "invoice"),
    (INDEX, "fetch-index"),
    ("<Documents/>", "fetch-index"),
]
ATTACHMENT = (
    "<Attachment><FileName>note.txt</FileName><Description>A note</Description>"
    "<AttachmentData>aGVsbG8=</AttachmentData></Attachment>"
)
OTHERS = '<x:Anything xmlns:x="urn:example:ours"><x:More/></x:Anything>'


@pytest.mark.parametrize(("document", "name"), SKELETONS)
def test_the_skeletons_of_the_reference_are_valid(document: str, name: SchemaName) -> None:
    assert is_valid(document, name)


@pytest.mark.parametrize("checksum", ["<Checksum></Checksum>", "<Checksum>-5</Checksum>", ""])
def test_a_checksum_may_be_any_integer_or_empty_or_as_in_version_3_10_absent(checksum: str) -> None:
    assert is_valid(changed(CONTENT_ORDER, "<Checksum>51927</Checksum>", checksum), "order")
    assert is_valid(changed(INVOICE, "<Checksum>51927</Checksum>", checksum), "invoice")


def test_a_checksum_is_no_word() -> None:
    assert not is_valid(changed(CONTENT_ORDER, "51927", "none"), "order")


def test_a_checksum_stands_last_in_the_head() -> None:
    moved = changed(CONTENT_ORDER, "<Checksum>51927</Checksum>", "")
    assert not is_valid(changed(moved, "<OrderCurrency>", "<Checksum>51927</Checksum><OrderCurrency>"), "order")


@pytest.mark.parametrize(
    ("document", "name", "before"),
    [
        (CONTENT_ORDER, "order", "</OrderLine>"),
        (INVOICE, "invoice", "</InvoiceLine>"),
        (INVOICE, "invoice", "</Invoice>"),
    ],
)
def test_the_attachments_of_version_3_10_are_taken(document: str, name: SchemaName, before: str) -> None:
    assert is_valid(changed(document, before, ATTACHMENT * 2 + before), name)


def test_an_order_itself_has_no_attachment() -> None:
    assert not is_valid(changed(CONTENT_ORDER, "</Order>", f"{ATTACHMENT}</Order>"), "order")


@pytest.mark.parametrize(
    ("document", "name", "after"),
    [
        (CONTENT_ORDER, "order", "</OrderReferences>"),
        (CONTENT_ORDER, "order", "<LineNumber>1</LineNumber>"),
        (INVOICE, "invoice", "</InvoiceReferences>"),
        (INVOICE, "invoice", "</InvoiceLineReferences>"),
    ],
)
@pytest.mark.parametrize("extra", [OTHERS * 3, f"<Extensions>{OTHERS}</Extensions>", "<Extensions/>"])
def test_a_wildcard_slot_takes_extensions_or_elements_of_others(
    document: str, name: SchemaName, after: str, extra: str
) -> None:
    assert is_valid(changed(document, after, after + extra), name)


@pytest.mark.parametrize("extra", ["<Unheard/>", '<Bare xmlns=""/>', f"<Extensions/>{OTHERS}"])
def test_a_wildcard_slot_takes_nothing_of_our_own_or_no_namespace_and_not_both(extra: str) -> None:
    assert not is_valid(changed(CONTENT_ORDER, "</OrderReferences>", f"</OrderReferences>{extra}"), "order")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<Language>en</Language>", "<Language>english</Language>"),
        ("<DecimalSeparator>.<", "<DecimalSeparator>;<"),
        ("<DUNS>123456789</DUNS>", "<DUNS>12345678</DUNS>"),
        ("<OrderDate>2026-11-21<", "<OrderDate>21/11/2026<"),
        ("<OrderDate>2026-11-21<", "<OrderDate><"),
        ("<LineNumber>1<", "<LineNumber>one<"),
        ('Action="Original"', 'Action="original"'),
        ("<GoodsValue>125.50<", "<GoodsValue><"),
        ("<UnitPrice>4.55<", "<UnitPrice>4,55<"),
        ("<UnitPrice>4.55<", "<UnitPrice>1e3<"),
        ('<TaxRate Code="S">20<', "<TaxRate>20<"),
        ("<Party>Inkwell and Sons</Party>", ""),
        ('<Order xmlns="urn:schemas-basda-org:2000:purchaseOrder:xdr:3.01"', '<Order xmlns="urn:example:other"'),
    ],
)
def test_what_the_types_forbid_is_not_valid(old: str, new: str) -> None:
    assert not is_valid(changed(CONTENT_ORDER, old, new), "order")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<Language>en</Language>", "<Language>en-GB</Language>"),
        ("<DUNS>123456789</DUNS>", "<DUNS>000000001</DUNS>"),
        ("<OrderDate>2026-11-21<", "<OrderDate>2026-11-21T10:00:00Z<"),
        ("<UnitPrice>4.55<", "<UnitPrice><"),
        ("<NetLineTotal>45.50<", "<NetLineTotal>  45.50  <"),
        ("<Party>Inkwell and Sons</Party>", "<Party>Inkwell</Party><Party>and Sons</Party>"),
    ],
)
def test_what_the_types_allow_is_valid(old: str, new: str) -> None:
    assert is_valid(changed(CONTENT_ORDER, old, new), "order")


def test_a_rate_of_exchange_stands_with_an_alternate_currency_only() -> None:
    after = '<Currency Code="GBP">Pounds Sterling</Currency>'
    rate = '<Rate CalculationType="M">1.17</Rate>'
    both = changed(CONTENT_ORDER, after, f'{after}<AlternateCurrency Code="EUR"/>{rate}')
    assert is_valid(both, "order")
    assert not is_valid(changed(CONTENT_ORDER, after, after + rate), "order")


def test_an_invoice_needs_its_number() -> None:
    number = "<SuppliersInvoiceNumber>SI-9001</SuppliersInvoiceNumber>"
    assert not is_valid(changed(INVOICE, number, ""), "invoice")


def test_terms_of_settlement_may_be_empty_or_one_of_a_choice() -> None:
    def settled(terms: str) -> str:
        terms = f'<Settlement><SettlementTerms Code="30I">{terms}</SettlementTerms></Settlement><TaxSubTotal>'
        return changed(INVOICE, "<TaxSubTotal>", terms)

    assert is_valid(settled(""), "invoice")
    assert is_valid(settled("<DaysFromInvoice>30</DaysFromInvoice>"), "invoice")
    assert not is_valid(settled("<DaysFromInvoice>30</DaysFromInvoice><PayByDate>soon</PayByDate>"), "invoice")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("inv-1", "inv 1"),
        ("inv-1", ""),
        ("inv-1", "i" * 101),
        (">invoice<", ">Invoice<"),
        ("2026-11-21T09:00:00+00:00", "2026-11-21"),
    ],
)
def test_an_index_with_an_unfit_id_type_or_time_is_not_valid(old: str, new: str) -> None:
    assert not is_valid(changed(INDEX, old, new), "fetch-index")


def test_a_document_is_told_by_root_and_namespace() -> None:
    assert schema_of("{urn:schemas-basda-org:2000:purchaseOrder:xdr:3.01}Order") == "order"
    assert schema_of("{urn:schemas-basda-org:2000:salesInvoice:xdr:3.01}Invoice") == "invoice"
    assert schema_of("Documents") == "fetch-index"
    assert schema_of("Order") is None


def test_a_schema_is_printed_whole_without_includes() -> None:
    text = schema_text("CreditNote", "3.09")
    assert "xs:include" not in text
    assert 'name="DecimalOrEmpty"' in text
    assert 'name="Invoice"' in text


def test_an_unknown_kind_or_version_of_schema_is_named() -> None:
    with pytest.raises(DocumentError, match="order, invoice, fetch-index") as refused:
        schema_text("receipt")
    assert refused.value.code == "kind-unknown"
    with pytest.raises(DocumentError, match=r"Versions known: 3\.09") as refused:
        schema_text("order", "4.0")
    assert refused.value.code == "version-unknown"


def test_each_thread_has_its_own_compiled_schema() -> None:
    made: list[object] = []
    thread = threading.Thread(target=lambda: made.append(SCHEMAS["order"].validator()))
    thread.start()
    thread.join()
    ours = SCHEMAS["order"].validator()
    assert ours is SCHEMAS["order"].validator()
    assert made[0] is not ours


def test_a_schema_lent_to_one_thread_is_another_s_only_afterwards() -> None:
    """Sixteen threads check valid and broken orders in turn, and each is told its own faults."""
    right = write_order(make_order(1, 2, day=date(2026, 11, 26))).decode()
    wrong = right.replace("<OrderDate>", "<Order-Date>").replace("</OrderDate>", "</Order-Date>")

    def check(number: int) -> bool:
        return bool(check_document(wrong if number % 2 else right, "order").schema)

    with ThreadPoolExecutor(16) as threads:
        assert list(threads.map(check, range(200))) == [bool(number % 2) for number in range(200)]
    with SCHEMAS["order"].lent() as one, SCHEMAS["order"].lent() as other:
        assert one is not other
