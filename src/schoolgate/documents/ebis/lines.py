"""What stands on a line of an order or an invoice alike: goods, quantity, price, discounts, tax (reference 4)."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from schoolgate.documents.ebis.elements import element, value
from schoolgate.documents.ebis.money import money_text, number_text
from schoolgate.documents.ebis.nodes import Node

LineOf = Literal["Order", "Invoice"]

_UK_GOV_TAX = "UKGov-VAT"

# The UK Gov profile's word for BASDA's letter (reference 7.5). In memory a tax code is always BASDA's letter.
_UK_GOV_WORD = {"S": "standard", "L": "reduced", "Z": "zero-rated", "E": "exempt"}
_BASDA_LETTER = {word: letter for letter, word in _UK_GOV_WORD.items()}


@dataclass(frozen=True, slots=True)
class Tax:
    """A rate of tax: ``code`` is BASDA's letter (S, Z, E, L, H, N, X), ``rate`` the percentage.

    ``codelist`` is empty for codes of BASDA's and the UK Gov's lists; a code of another list stands as it came.
    """

    code: str = ""
    rate: Decimal | None = None
    codelist: str = ""


@dataclass(frozen=True, slots=True)
class Discount:
    """Taken off a line or a document, by ``percent`` or by ``amount``; ``terms`` and ``kind`` are codes (7.6, 7.10).

    Where either code is LPI it is no discount but what late payment costs (reference 9.3).
    """

    percent: Decimal | None = None
    amount: Decimal | None = None
    terms: str = ""
    kind: str = ""

    @property
    def is_late_payment_charge(self) -> bool:
        """Whether the percentage applies only to who pays late."""
        return "LPI" in (self.terms.upper(), self.kind.upper())


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an order or an invoice. Amounts are in the document's currency, None when absent.

    ``number`` is 0 when absent; ``net`` is without tax, ``gross`` with it; ``price_units``, where given, is how many
    units the price is for; ``cost_centre`` and ``ledger_code`` are the school's own, empty for most lines.
    ``action`` is Original, Add, Change or Delete (reference 3.1).
    """

    number: int
    product: str = ""
    description: str = ""
    quantity: Decimal | None = None
    unit: str = ""
    pack_size: str = ""
    unit_price: Decimal | None = None
    price_units: str = ""
    discounts: tuple[Discount, ...] = ()
    """Percentages before amounts, as they are written."""
    tax: Tax = Tax()
    tax_value: Decimal | None = None
    net: Decimal | None = None
    gross: Decimal | None = None
    buyers_product: str = ""
    action: str = "Original"
    cost_centre: str = ""
    ledger_code: str = ""
    buyers_line: str = ""
    """The school's own number for the line, where it differs (BuyersOrderLineReference)."""
    order_line: str = ""
    """Of an invoice: the order's line it is for. A line without one is postage and packing (reference 9.3)."""
    order_number: str = ""
    """Of an invoice: the school's order, where its lines are of several."""
    notes: tuple[str, ...] = ()


def read_line(node: Node, of: LineOf) -> Line:
    """Read an OrderLine or InvoiceLine.

    A LineTotal is the gross total of an order's line, as the UK Gov profile has it; of an invoice's nobody knows
    (reference 6), so it is not read.
    """
    references = node.child(f"{of}LineReferences")
    product, quantity, price = node.child("Product"), node.child("Quantity"), node.child("Price")
    tax = node.child("LineTax")
    gross = node.decimal("GrossLineTotal")
    if gross is None and of == "Order":
        gross = node.decimal("LineTotal")
    return Line(
        number=node.whole("LineNumber") or 0,
        product=product.text("SuppliersProductCode"),
        description=product.text("Description"),
        quantity=quantity.decimal("Amount"),
        unit=quantity.attribute("UOMCode"),
        pack_size=quantity.text("Packsize"),
        unit_price=price.decimal("UnitPrice"),
        price_units=price.text("Units"),
        discounts=read_discounts(node),
        tax=read_tax(tax),
        tax_value=tax.decimal("TaxValue"),
        net=node.decimal("NetLineTotal"),
        gross=gross,
        buyers_product=product.text("BuyersProductCode"),
        action=node.attribute("Action"),
        cost_centre=references.text("CostCentre"),
        ledger_code=references.text("GeneralLedgerCode"),
        buyers_line=references.text("BuyersOrderLineReference"),
        order_line=references.text("OrderLineNumber"),
        order_number=references.text("BuyersOrderNumber"),
        notes=node.texts("Narrative"),
    )


def line_element(line: Line, of: LineOf) -> str:
    """Write a line; without a rate there is no LineTax, since the schema wants one in it."""
    own_order = of == "Invoice"
    references = element(
        f"{of}LineReferences",
        value("CostCentre", line.cost_centre),
        value("GeneralLedgerCode", line.ledger_code),
        value("BuyersOrderNumber", line.order_number) if own_order else "",
        value("OrderLineNumber", line.order_line) if own_order else "",
        value("BuyersOrderLineReference", line.buyers_line),
    )
    product = element(
        "Product",
        value("SuppliersProductCode", line.product),
        value("BuyersProductCode", line.buyers_product),
        value("Description", line.description),
    )
    quantity = element(
        "Quantity",
        value("Packsize", line.pack_size),
        value("Amount", number_text(line.quantity)),
        UOMCode=line.unit,
    )
    price = element("Price", value("Units", line.price_units), value("UnitPrice", money_text(line.unit_price)))
    tax = element("LineTax", tax_element(line.tax, of), value("TaxValue", money_text(line.tax_value)))
    return element(
        f"{of}Line",
        value("LineNumber", str(line.number)),
        references,
        product,
        quantity if line.quantity is not None else "",
        price if line.unit_price is not None else "",
        *discount_elements(line.discounts),
        tax if line.tax.rate is not None else "",
        value("NetLineTotal", money_text(line.net)),
        value("GrossLineTotal", money_text(line.gross)),
        value("LineTotal", money_text(line.gross)) if of == "Order" else "",
        *(value("Narrative", note) for note in line.notes),
        Action=line.action,
    )


def read_tax(node: Node) -> Tax:
    """Read the TaxRate below ``node``."""
    rate = node.child("TaxRate")
    code, codelist = rate.attribute("Code"), rate.attribute("Codelist")
    if codelist.upper() == "BASDA":
        codelist = ""
    elif codelist.casefold() == _UK_GOV_TAX.casefold() and code.lower() in _BASDA_LETTER:
        code, codelist = _BASDA_LETTER[code.lower()], ""
    return Tax(code, node.decimal("TaxRate"), codelist)


def tax_element(tax: Tax, of: LineOf) -> str:
    """Write a TaxRate: in orders in the UK Gov profile's words where it has one, in invoices by BASDA's letters."""
    code, codelist = tax.code, tax.codelist
    if of == "Order" and not codelist and code in _UK_GOV_WORD:
        code, codelist = _UK_GOV_WORD[code], _UK_GOV_TAX
    return value("TaxRate", number_text(tax.rate), Code=code, Codelist=codelist)


def read_discounts(node: Node) -> tuple[Discount, ...]:
    """Read the PercentDiscount and AmountDiscount elements below ``node``."""
    return (
        *(_discount(found, percent=found.decimal("Percentage")) for found in node.every("PercentDiscount")),
        *(_discount(found, amount=found.decimal("Amount")) for found in node.every("AmountDiscount")),
    )


def discount_elements(discounts: Iterable[Discount]) -> list[str]:
    """Write discounts, percentages first as the schema wants them."""
    percents, amounts = [], []
    for discount in discounts:
        # The schema wants a PayByDate with every term, and takes an empty one.
        terms = element("QualifyingTerms", "<PayByDate/>", Code=discount.terms) if discount.terms else ""
        kind = value("Type", "", Code=discount.kind)
        if discount.percent is not None:
            percents.append(element("PercentDiscount", terms, kind, value("Percentage", number_text(discount.percent))))
        elif discount.amount is not None:
            amounts.append(element("AmountDiscount", terms, kind, value("Amount", money_text(discount.amount))))
    return percents + amounts


def _discount(node: Node, *, percent: Decimal | None = None, amount: Decimal | None = None) -> Discount:
    return Discount(
        percent, amount, node.child("QualifyingTerms").attribute("Code"), node.child("Type").attribute("Code")
    )
