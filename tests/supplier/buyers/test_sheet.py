"""The connection sheet of a school."""

from schoolgate.supplier.buyers.sheet import ELSEWHERE, connection_sheet
from schoolgate.supplier.models import Buyer
from schoolgate.supplier.preferences import SERVICE_CONTACT

ADDRESS = "https://shop.example/Service.asmx"


def test_the_sheet_names_everything_that_the_finance_system_asks_for(green_abbey: Buyer) -> None:
    SERVICE_CONTACT.set("Riverside, 01234 567890, weekdays 9 to 5", by=None)
    text = connection_sheet(green_abbey, ADDRESS, password="Only-once-1").text
    for wanted in (ADDRESS, "greenabbey", "Only-once-1", "987654321", "123456789", "GA-4321", "01234 567890"):
        assert wanted in text


def test_the_web_service_comes_before_the_supplier_that_is_ordered_from_by_it(green_abbey: Buyer) -> None:
    text = connection_sheet(green_abbey, ADDRESS).text
    assert text.index("Add the web service") < text.index("Order method")


def test_without_its_password_the_sheet_says_where_that_was_told(green_abbey: Buyer) -> None:
    sheet = connection_sheet(green_abbey, ADDRESS)
    assert ELSEWHERE in sheet.text
    assert not sheet.has_password
