"""Suppliers: what is known of them, whose numbers are whose, and what e-procurement needs."""

from typing import Any

import pytest
from tests.school.purchasing.conftest import SUPPLIER_DUNS

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.csv_lists import CsvRefused
from schoolgate.school.purchasing.changing import ChangedMeanwhile, SetUpRefused
from schoolgate.school.purchasing.models import Supplier, WebService
from schoolgate.school.purchasing.suppliers import NO_ADDRESS, NO_NUMBER, close_supplier, reopen_supplier, save_supplier
from schoolgate.school.purchasing.suppliers_csv import take_suppliers

HILLTOP_DUNS = "222333444"


def save(supplier: Supplier | None = None, **values: Any) -> Supplier:
    row = supplier or Supplier()
    save_supplier(row, {"name": "Hilltop Books", **values} if supplier is None else values, by=None)
    return row


def refused(**values: Any) -> dict[str, str]:
    with pytest.raises(SetUpRefused) as error:
        save(**values)
    assert not Supplier.objects.filter(name="Hilltop Books").exists()
    return error.value.faults


pytestmark = pytest.mark.django_db


def test_the_xml_reference_number_is_the_duns_number_unless_another_is_entered() -> None:
    assert save(duns=HILLTOP_DUNS).xml_reference_number == HILLTOP_DUNS
    assert save(name="Riverside", duns="123456789", xml_reference_number="R-7").xml_reference_number == "R-7"


def test_a_duns_number_may_be_typed_as_it_is_printed() -> None:
    assert save(duns="22-233 3444").duns == HILLTOP_DUNS


@pytest.mark.parametrize("duns", ["12345678", "1234567890", "12345678X", "١٢٣٤٥٦٧٨٩"])
def test_a_duns_number_is_nine_digits(duns: str) -> None:
    assert refused(duns=duns)["duns"] == "A DUNS number is nine digits."


def test_a_duns_number_of_another_supplier_names_that_supplier(supplier: Supplier) -> None:
    assert refused(duns=SUPPLIER_DUNS) == {"duns": "This DUNS number is another supplier’s: Beacon Supplies."}


def test_an_xml_reference_number_of_another_supplier_names_it_and_that_it_is_closed(supplier: Supplier) -> None:
    close_supplier(supplier, by=None)
    faults = refused(duns=HILLTOP_DUNS, xml_reference_number=SUPPLIER_DUNS)
    said = "This XML reference number is another supplier’s: Beacon Supplies, which is closed."
    assert faults == {"xml_reference_number": said}


def test_ordering_by_e_mail_needs_an_address_and_both_numbers() -> None:
    assert refused(order_method="e-mail") == {
        "email": NO_ADDRESS,
        "account_number": NO_NUMBER,
        "xml_reference_number": NO_NUMBER,
    }
    made = save(order_method="e-mail", email="orders@hilltop.example", account_number="HB 77", duns=HILLTOP_DUNS)
    assert (made.order_method, made.xml_reference_number) == ("e-mail", HILLTOP_DUNS)


@pytest.mark.parametrize("method", ["e-mail", "E-mail", "e-mail (not recommended)"])
def test_the_order_method_of_a_list_may_be_as_the_page_has_it(method: str) -> None:
    cells = f"Hilltop Books,HB 77,{HILLTOP_DUNS},{method},orders@hilltop.example"
    take_suppliers(f"Name,Account no.,DUNS,Order method,E-mail\n{cells}\n".encode(), by=None)
    assert Supplier.objects.get().order_method == "e-mail"


def test_suppliers_without_numbers_do_not_stand_in_each_others_way() -> None:
    assert save(name="One").pk != save(name="Two").pk


def test_e_procurement_needs_a_web_service_and_a_duns_number(service: WebService) -> None:
    faults = refused(order_method="e-procurement")
    assert "add it under eProcurement set-up, then choose it here" in faults["web_service"]
    assert "enter the supplier’s DUNS number" in faults["duns"]
    assert save(order_method="e-procurement", web_service=service, duns=HILLTOP_DUNS).pk


def test_a_supplier_that_is_ordered_from_by_e_procurement_keeps_its_service(supplier: Supplier) -> None:
    with pytest.raises(SetUpRefused):
        save(supplier, web_service=None)
    save(supplier, web_service=None, order_method="print")
    supplier.refresh_from_db()
    assert supplier.web_service is None


def test_what_is_too_long_or_no_address_is_told_at_its_field() -> None:
    assert set(refused(email="nowhere", account_number="9" * 36)) == {"email", "account_number"}


def test_a_supplier_has_a_name() -> None:
    assert refused(name="  ") == {"name": "Enter the supplier’s name."}


def test_who_changes_what_a_colleague_has_changed_is_told(supplier: Supplier, bursar: User) -> None:
    Supplier.objects.update(account_number="A-2")
    with pytest.raises(ChangedMeanwhile):
        save_supplier(supplier, {"account_number": "A-3"}, seen={"account_number": "A-1001"}, by=bursar)
    supplier.refresh_from_db()
    assert supplier.account_number == "A-2"


def test_the_audit_says_who_changed_what_from_what_to_what(supplier: Supplier, bursar: User) -> None:
    save_supplier(supplier, {"account_number": "A-3"}, by=bursar)
    entry = AuditEntry.objects.get(did="supplier changed")
    assert (entry.who, entry.target, entry.details) == ("bursar", "Beacon Supplies", "account number A-1001 → A-3")
    supplier.refresh_from_db()
    assert supplier.changed_by == bursar


def test_the_same_again_changes_nothing(supplier: Supplier) -> None:
    assert not save_supplier(supplier, {"name": "Beacon Supplies "}, by=None)
    assert not AuditEntry.objects.exists()


def test_a_closed_supplier_can_be_reopened(supplier: Supplier) -> None:
    close_supplier(supplier, by=None)
    assert not Supplier.objects.get().open
    reopen_supplier(supplier, by=None)
    assert Supplier.objects.get().open


LIST = """Name,Account no.,DUNS,Order method,Web service,E-mail
Beacon Supplies,A-2002,211234567,,,
Hilltop Books,="HB 77",222333444,print,,books@hilltop.example
Nobody's,,12345,,,
"""


def test_a_list_adds_changes_and_tells_what_is_wrong_by_line(supplier: Supplier) -> None:
    lines = take_suppliers(LIST.encode(), by=None).lines
    assert [(line.number, line.state) for line in lines] == [(2, "changed"), (3, "new"), (4, "wrong")]
    assert lines[0].why == "account number A-1001 → A-2002"
    assert lines[2].why == "A DUNS number is nine digits."
    supplier.refresh_from_db()
    assert (supplier.account_number, supplier.order_method) == ("A-2002", "e-procurement")
    hilltop = Supplier.objects.get(name="Hilltop Books")
    assert (hilltop.account_number, hilltop.xml_reference_number) == ("HB 77", HILLTOP_DUNS)


def test_the_same_list_again_changes_nothing(supplier: Supplier) -> None:
    take_suppliers(LIST.encode(), by=None)
    assert [line.state for line in take_suppliers(LIST.encode(), by=None).lines] == ["known", "known", "wrong"]


def test_a_list_can_be_looked_at_first(supplier: Supplier) -> None:
    looked = take_suppliers(LIST.encode(), by=None, only_look=True)
    assert [line.state for line in looked.lines] == ["changed", "new", "wrong"]
    assert Supplier.objects.count() == 1
    supplier.refresh_from_db()
    assert supplier.account_number == "A-1001"


def test_one_of_another_duns_number_is_another_supplier_though_it_has_the_name(supplier: Supplier) -> None:
    take_suppliers(b"Name,DUNS\nBeacon Supplies,222333444\n", by=None)
    assert Supplier.objects.filter(name="Beacon Supplies").count() == 2


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ("X,,Nobody's service", "There is no web service “Nobody's service”. Add it under eProcurement set-up first."),
        ("X,fax,", "The order method is “fax”. It is print, e-procurement or e-mail."),
        ('X,"open,', "A quotation mark is open, or the line is far too long."),
    ],
)
def test_a_cell_that_cannot_be_taken_is_told(cells: str, why: str) -> None:
    (line,) = take_suppliers(f"Name,Order method,Web service\n{cells}\n".encode(), by=None).lines
    assert (line.state, line.why) == ("wrong", why)


def test_a_list_without_names_is_refused() -> None:
    with pytest.raises(CsvRefused):
        take_suppliers(b"DUNS\n222333444\n", by=None)
