"""A basket becomes an order of the ledger: what the order has of it, what it costs, and what becomes of what waits."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine
from tests.school.purchasing.conftest import Basket
from tests.school.purchasing.taking import a_document, edited, order_of, refusal_of, taken

from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.jobs.models import Job
from schoolgate.documents.ebis.checking import check_document
from schoolgate.school.purchasing import establishment
from schoolgate.school.purchasing.baskets import MOST_NOTES
from schoolgate.school.purchasing.models import (
    Coding,
    CodingTemplate,
    DocumentState,
    FetchedDocument,
    FinancialYear,
    Order,
    OrderLine,
    OrderState,
    Supplier,
    VatCode,
    WebService,
)
from schoolgate.school.purchasing.order_document import write
from schoolgate.school.purchasing.rules import NO_CODING
from schoolgate.school.purchasing.templates import save_template

pytestmark = pytest.mark.usefixtures("vat", "supplier")

FIRST = "OrderLine[1]"
"""Three exercise books at 4.50, with standard VAT."""


@pytest.fixture
def default(codings: list[Coding]) -> CodingTemplate:
    """Codes whatever comes to the first three."""
    return CodingTemplate.objects.create(year=codings[0].year, coding=codings[0])


def first_line(raw: bytes) -> OrderLine:
    line: OrderLine = order_of(raw).lines.get(number=1)
    return line


@pytest.mark.usefixtures("default")
class TestTheOrder:
    def test_it_is_unauthorised_and_has_the_next_number_in_the_current_year(
        self, basket: Basket, service: WebService, supplier: Supplier, year: FinancialYear
    ) -> None:
        establishment.ORDER_PREFIX.set("PO-", by=None)
        order = order_of(basket(date="2026-11-20"), service)
        assert (order.state, order.number, order.year) == (OrderState.UNAUTHORISED, "PO-1", year)
        assert (order.supplier, order.came_by) == (supplier, service)
        assert (order.dated, order.required_by) == (date(2026, 11, 20), date(2026, 12, 18))
        assert order.is_content_order

    def test_its_sums_are_those_of_its_lines(self, basket: Basket) -> None:
        order = order_of(basket())
        assert (order.net, order.vat, order.gross) == (Decimal("26.00"), Decimal("5.20"), Decimal("31.20"))
        assert [line.net for line in order.lines.all()] == [Decimal("13.50"), Decimal("12.50")]

    def test_vat_is_rounded_half_up_line_by_line(self, basket: Basket) -> None:
        goods = {"description": "Pin", "quantity": 1, "unit_price": "0.125", "tax_code": "S", "tax_rate": "20"}
        order = order_of(basket(*({**goods, "product": f"P{number}"} for number in range(3))))
        assert [(line.net, line.vat) for line in order.lines.all()] == [(Decimal("0.13"), Decimal("0.03"))] * 3
        assert (order.net, order.vat) == (Decimal("0.39"), Decimal("0.09"))

    def test_each_line_says_how_it_was_coded_and_what_the_suppliers_site_had(
        self, basket: Basket, codings: list[Coding]
    ) -> None:
        goods = {"product": "P", "description": "Pin", "quantity": 1, "unit_price": "1"}
        raw = basket({**goods, "tax_code": "S", "tax_rate": "20", "cost_centre": "LAB", "ledger_code": "X9"})
        line = first_line(raw)
        assert line.coding == codings[0]
        assert "default template" in line.why
        assert (line.cost_centre_sent, line.ledger_code_sent, line.quantity_sent) == ("LAB", "X9", 1)

    def test_it_stands_in_the_audit_with_its_value(self, basket: Basket) -> None:
        order = order_of(basket())
        entry = AuditEntry.objects.get(did="order made of a basket")
        assert entry.target == f"order {order.number}"
        assert entry.details == "2 lines, £26.00 net, £31.20 gross, from Beacon Supplies"

    def test_notes_of_lines_and_instructions_are_the_suppliers_notes(self, basket: Basket) -> None:
        raw = edited(
            basket(note="Open until six"),
            ("Delivery/SpecialInstructions", "Ring twice"),
            ("OrderLine[2]/Narrative", "Blue ones"),
        )
        assert order_of(raw).suppliers_notes == "Open until six\nRing twice\nLine 2: Blue ones"

    def test_notes_that_are_too_long_for_the_ledger_end_with_dots(self, basket: Basket) -> None:
        told = order_of(edited(basket(), ("Narrative", "n" * 2001))).suppliers_notes
        assert len(told) == 2000
        assert told.endswith("n…")

    def test_a_line_that_is_text_is_no_line_but_a_note(self, basket: Basket) -> None:
        text = [(f"OrderLine[2]/{name}", None) for name in ("Quantity", "Price", "LineTax", "NetLineTotal")]
        outcome, notes = taken(edited(basket(), ("OrderLine[2]/@TypeCode", "DES"), *text))
        assert isinstance(outcome, Order)
        assert [line.number for line in outcome.lines.all()] == [1]
        assert outcome.suppliers_notes == "Pens"
        assert "1 line orders nothing: what it says is among the notes." in notes

    def test_an_address_without_a_name_gets_the_establishments(self, basket: Basket) -> None:
        raw = edited(basket(), ("Delivery/DeliverTo/Address/AddressLine", "The hall"))
        assert order_of(raw).delivery_address == "Green Abbey Primary School\nThe hall"

    def test_lines_without_a_number_get_their_place_or_the_next_free_one(self, basket: Basket) -> None:
        raw = edited(basket(), ("OrderLine[1]/LineNumber", "2"), ("OrderLine[2]/LineNumber", "0"))
        assert [(line.number, line.part_number) for line in order_of(raw).lines.all()] == [(1, "PN-7"), (2, "BX-100")]

    @time_machine.travel("2026-11-26T12:00:00Z", tick=False)
    def test_a_document_without_date_or_checksum_is_dated_today(self, basket: Basket) -> None:
        raw = edited(basket(), ("OrderHead/Schema/Version", "3.10"), ("OrderHead/Checksum", None), ("OrderDate", None))
        assert order_of(raw).dated == date(2026, 11, 26)

    def test_one_that_came_by_another_suppliers_service_is_taken_and_says_so(self, basket: Basket) -> None:
        other = WebService.objects.create(name="Portal", url="https://portal.example/Service.asmx", username="u")
        outcome, notes = taken(basket(), other)
        assert isinstance(outcome, Order)
        assert notes == ["It came from Portal; Beacon Supplies is set up with Beacon Supplies."]

    def test_it_goes_back_as_it_came(self, basket: Basket, service: WebService) -> None:
        raw = edited(
            basket(reference="B-77"),
            (f"{FIRST}/Price/Units", "100"),
            (f"{FIRST}/Quantity/Amount", "250"),
            (f"{FIRST}/PercentDiscount/Percentage", "10"),
            (f"{FIRST}/NetLineTotal", "10.13"),
        )
        order = order_of(raw, service)
        Order.objects.filter(pk=order.pk).update(state=OrderState.AUTHORISED)
        checked = check_document(write(order), "order")
        assert checked.refusals() == []
        assert checked.checksum.matches


@pytest.mark.usefixtures("default")
class TestWhatALineCosts:
    def test_it_costs_what_the_supplier_says_to_the_penny(self, basket: Basket) -> None:
        line = first_line(edited(basket(), (f"{FIRST}/NetLineTotal", "13.49")))
        assert (line.net, line.net_for(3)) == (Decimal("13.49"), Decimal("13.49"))
        assert line.taken_off == 0

    @pytest.mark.parametrize(("price", "net"), [("4.50", "13.50"), ("4.505", "13.52"), ("4.5049", "13.51")])
    def test_without_a_net_it_costs_quantity_times_price_half_up(self, basket: Basket, price: str, net: str) -> None:
        raw = edited(basket(), (f"{FIRST}/NetLineTotal", None), (f"{FIRST}/Price/UnitPrice", price))
        assert first_line(raw).net == Decimal(net)

    @pytest.mark.parametrize(
        ("percents", "amount", "net"),
        [
            (["10"], "0", "12.15"),
            (["10", "10"], "0", "10.80"),
            (["10", "10"], "0", "10.94"),
            (["10", "10"], "1", "9.80"),
            (["10", "10"], "1", "9.94"),
            (["10", "10"], "1", "10.13"),
        ],
        ids=[
            "one percentage",
            "two that add up",
            "two that follow one another",
            "added, then an amount",
            "one after another, then an amount",
            "an amount, then one after another",
        ],
    )
    def test_discounts_are_taken_as_the_net_has_them(
        self, basket: Basket, percents: list[str], amount: str, net: str
    ) -> None:
        raw = edited(basket(), (f"{FIRST}/NetLineTotal", net), (f"{FIRST}/AmountDiscount/Amount", amount))
        off = "".join(f"<PercentDiscount><Percentage>{percent}</Percentage></PercentDiscount>" for percent in percents)
        line = first_line(edited(raw.replace(b"<LineTax>", f"{off}<LineTax>".encode(), 1)))
        assert line.net == Decimal(net)
        assert line.taken_off == Decimal("13.50") - Decimal(net)

    def test_a_discount_goes_with_the_quantity(self, basket: Basket) -> None:
        raw = edited(basket(), (f"{FIRST}/AmountDiscount/Amount", "1.50"), (f"{FIRST}/NetLineTotal", "12.00"))
        line = first_line(raw)
        assert [line.net_for(quantity) for quantity in (1, 2, 3, 6)] == [4, 8, 12, 24]

    def test_what_late_payment_costs_is_no_discount(self, basket: Basket) -> None:
        raw = edited(
            basket(), (f"{FIRST}/PercentDiscount/Percentage", "8"), (f"{FIRST}/PercentDiscount/Type/@Code", "LPI")
        )
        assert first_line(raw).net == Decimal("13.50")

    def test_a_discount_that_the_net_knows_nothing_of_waits(self, basket: Basket) -> None:
        refused = refusal_of(edited(basket(), (f"{FIRST}/PercentDiscount/Percentage", "10")))
        assert (refused.rule, refused.found, refused.expected) == ("net-total", "13.50", "12.15")

    def test_a_price_may_be_for_a_hundred(self, basket: Basket) -> None:
        raw = edited(
            basket(),
            (f"{FIRST}/Price/Units", "100"),
            (f"{FIRST}/Quantity/Amount", "250"),
            (f"{FIRST}/NetLineTotal", "11.25"),
        )
        line = first_line(raw)
        assert (line.unit_price, line.price_units, line.net) == (Decimal("4.50"), 100, Decimal("11.25"))
        assert line.net_for(50) == Decimal("2.25")

    def test_a_net_of_more_places_is_rounded_and_said(self, basket: Basket) -> None:
        outcome, notes = taken(edited(basket(), (f"{FIRST}/NetLineTotal", "13.4951")))
        assert isinstance(outcome, Order)
        assert outcome.lines.get(number=1).net == Decimal("13.50")
        assert "Line 1 costs 13.4951 by its NetLineTotal: the order has 13.50." in notes

    def test_more_than_any_school_orders_waits(self, basket: Basket) -> None:
        goods = {"description": "Gold", "quantity": 900, "unit_price": "900000", "tax_code": "S", "tax_rate": "20"}
        raw = basket({**goods, "product": "G"})
        refused = refusal_of(edited(raw, (f"{FIRST}/Quantity/Amount", "900000"), (f"{FIRST}/NetLineTotal", None)))
        assert (refused.rule, refused.path) == ("net-total", "/Order/OrderTotal")

    @pytest.mark.parametrize("net", ["-6.50", None], ids=["stated", "reckoned"])
    def test_a_line_that_costs_less_than_nothing_waits_whatever_the_others_cost(
        self, basket: Basket, net: str | None
    ) -> None:
        refused = refusal_of(edited(basket(), (f"{FIRST}/AmountDiscount/Amount", "20"), (f"{FIRST}/NetLineTotal", net)))
        assert (refused.rule, refused.found) == ("net-total", "-6.50")
        assert refused.said == "Line 1 costs -6.50, which is less than nothing."

    def test_what_is_to_be_told_of_each_of_many_lines_is_told_of_some_and_counted(self, basket: Basket) -> None:
        goods = {"product": "P", "description": "Pens", "quantity": 1, "unit_price": "1", "tax_code": "S"}
        raw = basket(*[{**goods, "tax_rate": "20"}] * 25)
        outcome, notes = taken(raw.replace(b"<TaxValue>0.20<", b"<TaxValue>0.30<"))
        assert isinstance(outcome, Order)
        assert len(notes) == MOST_NOTES + 1
        assert notes[-2:] == [
            "Line 20: VAT is 0.30 in the document; the rate makes 0.20.",
            "5 more notes like this one are left out.",
        ]


class TestWaiting:
    def test_without_a_template_it_waits_and_no_number_is_used(self, basket: Basket, year: FinancialYear) -> None:
        refused = refusal_of(basket(user="j.smith"))
        assert (refused.rule, refused.found) == (NO_CODING, "j.smith")
        assert refused.said.startswith("Line 1: No coding template fits")
        assert establishment.NEXT_ORDER.get() == 1

    def test_one_line_that_nothing_codes_keeps_the_whole_basket_out(
        self, basket: Basket, codings: list[Coding]
    ) -> None:
        CodingTemplate.objects.create(year=codings[0].year, coding=codings[0], cost_centre="ENG")
        goods = {
            "product": "P",
            "description": "Pin",
            "quantity": 1,
            "unit_price": "1",
            "tax_code": "S",
            "tax_rate": 20,
        }
        refused = refusal_of(basket({**goods, "cost_centre": "ENG"}, {**goods, "cost_centre": "ART"}))
        assert (refused.rule, refused.found) == (NO_CODING, "ART")
        assert refused.path.startswith("/Order/OrderLine[2]")

    def test_without_an_open_year_it_waits(self, basket: Basket, default: CodingTemplate, year: FinancialYear) -> None:
        year.closed_at = "2026-11-26T12:00:00Z"
        year.save()
        assert refusal_of(basket()).rule == "no-year"

    def test_a_refusal_fits_the_columns_of_its_document(self, basket: Basket, default: CodingTemplate) -> None:
        refused = refusal_of(edited(basket(), (f"{FIRST}/Product/Description", "x" * 3000)))
        kept = refused.as_fields()
        assert (kept["rule"], kept["found"]) == ("too-long", "x" * 200)
        for name, value in kept.items():
            FetchedDocument._meta.get_field(name).run_validators(value)  # type: ignore[union-attr]  # columns

    def test_what_waits_for_coding_is_tried_again_once_a_template_is_made(
        self, codings: list[Coding], service: WebService
    ) -> None:
        FetchedDocument.objects.filter(pk=a_document(service).pk).update(state=DocumentState.WAITING, rule=NO_CODING)
        values = {"login": "", "cost_centre": "", "coding": codings[0]}
        save_template(CodingTemplate(year=codings[0].year), values, by=None)
        assert Job.objects.get().args == {"rule": NO_CODING}

    @pytest.mark.parametrize(
        ("state", "rule"), [(DocumentState.WAITING, "checksum"), (DocumentState.KEPT_OUT, NO_CODING)]
    )
    def test_where_nothing_waits_for_coding_no_job_is_made(
        self, codings: list[Coding], service: WebService, state: str, rule: str
    ) -> None:
        FetchedDocument.objects.filter(pk=a_document(service).pk).update(state=state, rule=rule)
        values = {"login": "", "cost_centre": "", "coding": codings[0]}
        save_template(CodingTemplate(year=codings[0].year), values, by=None)
        assert not Job.objects.exists()


def test_vat_codes_of_the_establishment_decide_not_what_the_document_calls_them(
    basket: Basket, default: CodingTemplate, vat: dict[str, VatCode]
) -> None:
    VatCode.objects.filter(code="S").update(code="1", sent_as="")
    assert first_line(basket()).vat_code.code == "1"
