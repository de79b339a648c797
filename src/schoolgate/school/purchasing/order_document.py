"""An authorised order as its supplier gets it: eBIS-XML 3.09 by reference 9.2, core schema and UK Gov profile.

The same order makes the same bytes, whenever and however often it is written.
"""

from datetime import date, timedelta
from decimal import Decimal

from schoolgate.documents.ebis.checking import check_document
from schoolgate.documents.ebis.lines import Discount, Line, Tax
from schoolgate.documents.ebis.orders import PURCHASE, OrderTotals, write_order
from schoolgate.documents.ebis.orders import Order as Document
from schoolgate.documents.ebis.parties import Address, Delivery, Party
from schoolgate.documents.problems import DocumentError
from schoolgate.school.purchasing import establishment
from schoolgate.school.purchasing.models import Order, OrderLine, Supplier, VatCode

FIRM = "FIO"
"""The function of an order that is meant (reference 7.2)."""

EACH = "EA"
"""The UK Gov profile's unit of what has no other (reference 5)."""

DELIVERED_WITHIN = timedelta(days=28)
"""The profile demands a day that the goods are required by; an order that names none is taken to mean so long after its
own date. INFERRED: what FMS writes then is not known."""


def write(order: Order) -> bytes:
    """Write an order: UTF-8, with its checksum; what has no value is left out (reference 9.2).

    Raises DocumentError for what no supplier's service takes: `incomplete` without a name of the establishment or the
    supplier, `character-not-allowed`, or by the code of what the check of documents found.
    """
    lines = tuple(_line(line) for line in order.lines.filter(removed_at=None).select_related("vat_code"))
    xml = write_order(
        Document(
            date=order.dated,
            supplier=_supplier(order.supplier),
            buyer=_buyer(order.supplier),
            lines=lines,
            number=order.number,
            reference=order.reference,
            kind=PURCHASE,
            function=FIRM,
            currency=establishment.CURRENCY.get(),
            language=establishment.LANGUAGE.get(),
            delivery=_delivery(order),
            totals=OrderTotals(goods=order.net, tax=order.vat, gross=order.gross),
        )
    )
    for problem in check_document(xml, "order").refusals():
        raise DocumentError(problem.code, problem.message, remedy=problem.remedy)
    return xml


def required_by(order: Order) -> date:
    """The day that the goods are required by: the order's own, else `DELIVERED_WITHIN` after its date."""
    # A basket may be dated to the last day that there is.
    return order.required_by or min(order.dated, date.max - DELIVERED_WITHIN) + DELIVERED_WITHIN


def _supplier(supplier: Supplier) -> Party:
    return Party(
        name=supplier.name,
        duns=supplier.duns,
        code=supplier.xml_reference_number,
        address=Address(lines=_lines_of(supplier.address)),
    )


def _buyer(supplier: Supplier) -> Party:
    """The establishment, by the number that this supplier has for it."""
    _, *address = _lines_of(establishment.DELIVERY_ADDRESS.get()) or ("",)
    return Party(
        name=establishment.NAME.get(),
        duns=establishment.DUNS.get(),
        code=supplier.account_number,
        address=Address(lines=tuple(address)),
    )


def _delivery(order: Order) -> Delivery:
    """The establishment's name stands alone in the first line of a delivery address, all else below it (seed)."""
    name, *address = _lines_of(order.delivery_address or establishment.DELIVERY_ADDRESS.get()) or ("",)
    return Delivery(name=name, address=Address(lines=tuple(address)), preferred=required_by(order))


def _line(line: OrderLine) -> Line:
    return Line(
        number=line.number,
        product=line.part_number,
        description=line.description,
        quantity=Decimal(line.quantity),
        unit=line.unit or EACH,
        unit_price=line.unit_price,
        price_units=str(line.price_units) if line.price_units > 1 else "",
        discounts=(Discount(amount=line.taken_off),) if line.taken_off else (),
        tax=_tax(line.vat_code),
        tax_value=line.vat,
        net=line.net,
        gross=line.net + line.vat,
    )


def _tax(code: VatCode) -> Tax:
    """A rate of tax, by BASDA's letter: that of the VAT code, else zero-rated or standard by its rate."""
    return Tax(code.sent_as or ("S" if code.rate else "Z"), code.rate)


def _lines_of(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())
