import pytest
from tests.documents.ebis.skeletons import (
    AUTHORISED_ORDER,
    BUYER_DUNS,
    CONTENT_ORDER,
    CREDIT_NOTE,
    INDEX,
    INVOICE,
    SUPPLIER_DUNS,
    changed,
)

from schoolgate.documents.ebis.checking import Checked, check_document
from schoolgate.documents.ebis.heading import Kind
from schoolgate.documents.problems import Problem


def codes(problems: list[Problem]) -> list[str]:
    return [problem.code for problem in problems]


def check(document: bytes | str, kind: Kind | None = None) -> Checked:
    return check_document(document, kind, supplier_duns=SUPPLIER_DUNS, buyer_duns=BUYER_DUNS)


@pytest.mark.parametrize(
    ("document", "kind"),
    [(CONTENT_ORDER, "order"), (AUTHORISED_ORDER, "order"), (INVOICE, "invoice"), (CREDIT_NOTE, "creditnote")],
)
def test_the_skeletons_of_the_reference_are_refused_for_nothing(document: str, kind: Kind) -> None:
    checked = check(document, kind)
    assert checked.refusals() == []
    assert checked.duns == []
    assert checked.kind == kind
    assert checked.checksum.matches


def test_an_order_as_a_finance_system_sends_it_keeps_the_uk_gov_profile_too() -> None:
    checked = check(AUTHORISED_ORDER, "order")
    assert checked.notes() == []
    assert (checked.version, checked.lines) == ("3.09-UKGov.20030911", 1)


def test_what_the_schema_refuses_is_told_with_line_column_and_path() -> None:
    [problem] = check(changed(CONTENT_ORDER, "<UnitPrice>4.55<", "<UnitPrice>4,55<")).schema
    assert (problem.line, problem.column) == (32, 12)
    assert problem.path == "/Order/OrderLine[1]/Price/UnitPrice"
    assert problem.message == "UnitPrice is “4,55”; allowed is a number like 4.55, or nothing."
    assert problem.rule == "type"


def test_a_date_that_the_schema_refuses_is_told_once() -> None:
    checked = check(CONTENT_ORDER.replace("<OrderDate>2026-11-21", "<OrderDate>21/11/2026"))
    assert (codes(checked.schema), codes(checked.invalid)) == (["schema"], [])


def test_places_are_told_apart_on_a_single_line() -> None:
    flat = changed(CONTENT_ORDER, "<Amount>5<", "<Amount>some<").replace("\n", "")
    [problem] = check(flat).schema
    assert problem.line == 1
    assert flat[problem.column - 1 :].startswith("<Amount>some<")


def test_prefixes_change_nothing() -> None:
    prefixed = CONTENT_ORDER.replace("xmlns=", "xmlns:o=").replace("</", "</o:").replace("<", "<o:")
    prefixed = prefixed.replace("<o:/", "</").replace("<o:?", "<?")
    assert check(prefixed, "order").refusals() == []
    [problem] = check(changed(prefixed, "4.55<", "dear<")).schema
    assert problem.path == "/Order/OrderLine[1]/Price/UnitPrice"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            'Action="Original"',
            'Action="original"',
            "OrderLine’s attribute Action is “original”; allowed is Original, Add, Change or Delete.",
        ),
        ('<TaxRate Code="S">', "<TaxRate>", "TaxRate lacks the attribute Code."),
        ("<DUNS>123456789", "<DUNS>1234", "DUNS is “1234”; allowed is nine digits."),
        ("<Party>Inkwell and Sons</Party>", "", "Supplier ends too early: it lacks Party."),
        ("<LineNumber>1", '<LineNumber Row="1">1', "LineNumber has an attribute “Row”, which does not belong there."),
        ("<OrderHead>", "<OrderHead>Hello", "OrderHead holds text beside its elements."),
        (
            "</Order>",
            "<Narrative/></Order>",
            "“Narrative” does not belong here, or not again; nothing more is expected.",
        ),
        (
            "<OrderDate>2026-11-21</OrderDate>",
            "",
            "“Supplier” does not belong here; expected is Extensions or OrderDate.",
        ),
    ],
)
def test_the_schemas_refusals_are_in_plain_words(old: str, new: str, message: str) -> None:
    assert message in [problem.message for problem in check(changed(CONTENT_ORDER, old, new)).schema]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ("", "empty"),
        ("<Order>", "not-well-formed"),
        ("<!DOCTYPE a><a/>", "doctype"),
        ("half \ud800 of one", "encoding-broken"),
        (CONTENT_ORDER.encode().replace(b"Inkwell", b"\xff"), "encoding-broken"),
        ("<Order/>", "wrong-document"),
        (CONTENT_ORDER.replace("xdr:3.01", "xdr:9.99"), "wrong-document"),
    ],
)
def test_what_is_no_document_is_refused_and_nothing_is_raised(data: bytes | str, code: str) -> None:
    checked = check(data, "order")
    assert codes(checked.refusals()) == [code]
    assert checked.kind == ""


@pytest.mark.parametrize("declared", ["utf-16", "utf-8", "windows-1252"])
def test_text_ignores_the_encoding_it_declares(declared: str) -> None:
    document = changed(CONTENT_ORDER, 'encoding="utf-8"', f'encoding="{declared}"').replace("Inkwell", "Inkwéll")
    assert check("\ufeff" + document, "order").refusals() == []


@pytest.mark.parametrize("codec", ["utf-16", "utf-8-sig", "utf-8"])
def test_bytes_are_read_as_they_declare_themselves(codec: str) -> None:
    declared = codec.removesuffix("-sig")
    document = changed(CONTENT_ORDER, 'encoding="utf-8"', f'encoding="{declared}"').replace("Inkwell", "Inkwéll")
    assert check(document.encode(codec), "order").refusals() == []


def test_an_index_is_held_to_its_schema() -> None:
    assert (check(INDEX).kind, check(INDEX).lines, check(INDEX).refusals()) == ("fetch-index", 1, [])
    [problem] = check(changed(INDEX, ">invoice<", ">bill<")).schema
    assert problem.message == "DocType is “bill”; allowed is order, invoice, creditnote or quote."


@pytest.mark.parametrize(
    ("document", "kind"),
    [(CONTENT_ORDER, "invoice"), (INVOICE, "order"), (INDEX, "order"), (INVOICE, "quote")],
)
def test_another_root_than_that_of_the_kind_is_another_document(document: str, kind: Kind) -> None:
    assert codes(check(document, kind).refusals()) == ["wrong-document"]


@pytest.mark.parametrize(("document", "kind"), [(INVOICE, "creditnote"), (CREDIT_NOTE, "invoice")])
def test_an_invoice_is_no_credit_note(document: str, kind: Kind) -> None:
    assert codes(check(document, kind).refusals()) == ["kind-differs"]


def test_a_quote_is_an_order_of_type_qtn() -> None:
    quote = changed(CONTENT_ORDER, 'Code="CTO"', 'Code="QTN"')
    assert check(quote).kind == "quote"
    assert check(quote, "quote").refusals() == []
    assert codes(check(quote, "order").refusals()) == ["kind-differs"]
    assert codes(check(CONTENT_ORDER, "quote").invalid) == ["kind-differs"]
    assert check(CONTENT_ORDER, "quote").refusals() == []


def test_a_checksum_that_is_not_the_orders_refuses_it_with_the_right_one() -> None:
    checked = check(changed(CONTENT_ORDER, "51927", "51999"), "order")
    [problem] = checked.refusals()
    assert (problem.code, problem.sent, problem.allowed) == ("checksum-differs", "51999", "51927")
    assert problem.path == "/Order/OrderHead/Checksum"
    assert (checked.checksum.stated, checked.checksum.reckoned, checked.checksum.matches) == (51999, 51927, False)


def test_a_checksum_that_rounding_made_one_lower_is_taken() -> None:
    checked = check(changed(CONTENT_ORDER, "51927", "51926"), "order")
    assert checked.refusals() == []
    assert checked.checksum.matches


@pytest.mark.parametrize(("document", "kind"), [(INVOICE, "invoice"), (CREDIT_NOTE, "creditnote")])
def test_an_invoices_checksum_is_told_of_only(document: str, kind: Kind) -> None:
    checked = check(changed(document, "51927", "0"), kind)
    assert checked.refusals() == []
    assert codes(checked.notes()) == ["checksum-differs"]


@pytest.mark.parametrize("checksum", ["", "<Checksum/>"])
def test_an_order_without_its_checksum_is_refused_but_for_version_3_10(checksum: str) -> None:
    lacking = changed(CONTENT_ORDER, "<Checksum>51927</Checksum>", checksum)
    [problem] = check(lacking, "order").refusals()
    assert (problem.code, problem.message) == ("checksum-missing", "The order has no checksum; 51927 is right.")
    newer = changed(lacking, "3.09-UKGov.20030911", "3.10")
    assert check(newer, "order").refusals() == []
    assert "checksum-missing" in codes(check(newer, "order").notes())


def test_without_an_order_total_the_net_lines_stand_for_the_goods_value() -> None:
    start, end = CONTENT_ORDER.index("<OrderTotal>"), CONTENT_ORDER.index("</OrderTotal>") + len("</OrderTotal>")
    checked = check(CONTENT_ORDER[:start] + CONTENT_ORDER[end:], "order")
    assert checked.checksum.matches
    assert checked.refusals() == []


def test_a_checksum_without_anything_to_reckon_with_is_told_of_only() -> None:
    start, end = CONTENT_ORDER.index("<OrderTotal>"), CONTENT_ORDER.index("</OrderTotal>") + len("</OrderTotal>")
    bare = CONTENT_ORDER[:start] + CONTENT_ORDER[end:]
    bare = changed(bare, "<NetLineTotal>45.50</NetLineTotal>", "")
    assert "checksum-unverified" in codes(check(bare, "order").notes())
    assert check(bare, "order").refusals() == []


@pytest.mark.parametrize("who", ["supplier", "buyer"])
def test_a_duns_that_is_another_or_missing_is_a_warning(who: str) -> None:
    number = {"supplier": SUPPLIER_DUNS, "buyer": BUYER_DUNS}[who]
    [differs] = check(changed(CONTENT_ORDER, f"<DUNS>{number}<", "<DUNS>111111111<"), "order").duns
    assert (differs.code, differs.severity, differs.allowed) == (f"{who}-duns-differs", "warning", number)
    [lack] = check(changed(CONTENT_ORDER, f"<DUNS>{number}</DUNS>", ""), "order").duns
    assert (lack.code, lack.severity) == (f"{who}-duns-missing", "warning")
    assert lack.path == f"/Order/{who.capitalize()}"


def test_a_duns_that_nobody_gave_is_not_compared() -> None:
    assert check_document(changed(CONTENT_ORDER, SUPPLIER_DUNS, "111111111", 9), "order").duns == []


def test_all_wrong_lines_are_told_up_to_a_thousand() -> None:
    start, end = CONTENT_ORDER.index("  <OrderLine"), CONTENT_ORDER.index("  <OrderTotal>")
    line = CONTENT_ORDER[start:end].replace("4.55", "4,55")
    checked = check(CONTENT_ORDER[:start] + line * 1_100 + CONTENT_ORDER[end:], "order")
    assert len(checked.schema) == 1_000
    assert checked.schema[-1].path == "/Order/OrderLine[1999]/Price/UnitPrice"
