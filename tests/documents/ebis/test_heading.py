"""What the head says, and what finance systems make of a document."""

import pytest
from tests.documents.ebis.skeletons import AUTHORISED_ORDER, CONTENT_ORDER, CREDIT_NOTE, INVOICE, changed

from schoolgate.documents.ebis.checking import check_document


@pytest.mark.parametrize(("old", "new"), [('Code="INV"', 'Code="PFI"'), ('Codelist="BASDA"', 'Codelist="OURS"')])
def test_an_invoice_of_another_type_or_list_is_refused(old: str, new: str) -> None:
    [problem] = check_document(changed(INVOICE, old, new), "invoice").refusals()
    assert (problem.code, problem.path) == ("invoice-type", "/Invoice/InvoiceHead/InvoiceType")


@pytest.mark.parametrize(("document", "code"), [(INVOICE, "inv"), (CREDIT_NOTE, "Crn")])
def test_the_type_is_taken_in_any_case(document: str, code: str) -> None:
    assert check_document(changed(document, f'Code="{code.upper()}"', f'Code="{code}"')).refusals() == []
    assert check_document(changed(document, ' Codelist="BASDA"', ' Codelist="basda"')).refusals() == []
    assert check_document(changed(document, ' Codelist="BASDA"', "")).refusals() == []


@pytest.mark.parametrize("mode", ["1", "true"])
def test_an_invoice_with_its_test_flag_set_is_refused_and_an_order_told(mode: str) -> None:
    flag = f'<TestFlag><Test Mode="{mode}"/></TestFlag>'
    [problem] = check_document(changed(INVOICE, "<InvoiceType", f"{flag}<InvoiceType")).refusals()
    assert (problem.code, problem.path) == ("test-flag", "/Invoice/InvoiceHead/TestFlag/Test")
    order = check_document(changed(AUTHORISED_ORDER, "<OrderType", f"{flag}<OrderType"))
    assert [one.code for one in order.notes()] == ["test-flag"]
    assert order.refusals() == []


@pytest.mark.parametrize("mode", ["0", "false"])
def test_a_test_flag_that_is_not_set_is_fine(mode: str) -> None:
    flag = f'<TestFlag><Test Mode="{mode}"/></TestFlag>'
    assert check_document(changed(INVOICE, "<InvoiceType", f"{flag}<InvoiceType")).refusals() == []


def test_an_invoice_names_the_order_in_its_references_or_at_a_line() -> None:
    number = "<BuyersOrderNumber>ORD00017</BuyersOrderNumber>"
    bare = changed(INVOICE, number, "")
    assert [problem.code for problem in check_document(bare).refusals()] == ["order-number-missing"]
    at_line = changed(bare, "<InvoiceLineReferences>", f"<InvoiceLineReferences>{number}")
    assert check_document(at_line).refusals() == []


def test_a_code_of_no_list_is_told() -> None:
    checked = check_document(changed(INVOICE, 'Code="FII"', 'Code="XXX"'))
    assert [(one.code, one.severity) for one in checked.profile] == [("code-unknown", "warning")]
    assert check_document(changed(INVOICE, 'Code="FII"', 'Code="XXX" Codelist="OURS"')).profile == []


def test_lines_that_a_finance_system_leaves_out_of_a_basket_are_told_once() -> None:
    added = CONTENT_ORDER.replace('Action="Original"', 'Action="Add"')
    [told] = [one for one in check_document(added).profile if one.code == "line-left-out"]
    assert told.message.startswith("2 lines are without the Action Original")
    assert "line-left-out" not in [one.code for one in check_document(changed(added, "CTO", "PUO")).profile]


def test_lines_of_an_invoice_without_an_order_line_are_told_as_postage() -> None:
    bare = changed(INVOICE, "<OrderLineNumber>2</OrderLineNumber>", "")
    [told] = check_document(bare).profile
    assert (told.code, told.path) == ("order-line-missing", "/Invoice/InvoiceLine[2]")
    other = changed(
        INVOICE, "<OrderLineNumber>2</OrderLineNumber>", "<BuyersOrderLineReference>2</BuyersOrderLineReference>"
    )
    assert check_document(other).profile == []


def test_a_line_of_an_invoice_without_its_net_total_is_told() -> None:
    [told] = check_document(changed(INVOICE, "<NetLineTotal>80.00</NetLineTotal>", "")).profile
    assert (told.code, told.path) == ("net-total-missing", "/Invoice/InvoiceLine[2]")
