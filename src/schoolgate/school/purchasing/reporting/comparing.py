"""Prices of the same product at each supplier, over the orders and invoices of the last year.

What is the same product nobody says, so it is INFERRED: the same part number by its letters and digits, or the same
words of the description, in the same unit. What a page shows says by what it was found.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from schoolgate.commons.money import PENCE, PLACES
from schoolgate.school.purchasing.models import (
    BOOKED,
    COMMITTED,
    Invoice,
    InvoiceLine,
    Order,
    OrderLine,
    OrderState,
)
from schoolgate.school.purchasing.order_document import EACH

LOOKED_BACK = timedelta(days=365)

SHORTEST_PART_NUMBER = 4
"""Letters and digits of a part number that can be told from another supplier's, one of them a digit: `MISC` and `12`
are in every catalogue."""

CHEAPEST = "cheapest"

MOST_NAMED = 500
"""So many descriptions a query names; with more it is the quicker to look at every line."""

_NAMES = ("part_number", "description", "unit")
_NAMES_ON_INVOICES = ("_part_number", "_description", "_unit")
_SIGNS = re.compile(r"[\W_]+")


class Product(NamedTuple):
    """What a supplier calls a product."""

    part_number: str
    description: str
    unit: str

    @property
    def keys(self) -> Iterator[tuple[str, ...]]:
        """By what it is the same as another one that has any of these."""
        unit = self.unit.upper() or EACH
        part = _SIGNS.sub("", self.part_number.upper())
        if len(part) >= SHORTEST_PART_NUMBER and any(sign.isdigit() for sign in part):
            yield unit, "part", part
        if words := sorted(set(_SIGNS.sub(" ", self.description.casefold()).split())):
            yield unit, "words", *words


class Bought(NamedTuple):
    """A line of an order or of an invoice. `price` is for one unit, net. `times` is 0 for what an order counts."""

    product: Product
    supplier_pk: int
    supplier: str
    price: Decimal
    when: date
    where: str
    pk: int
    is_invoice: bool
    times: int


@dataclass(frozen=True, slots=True)
class Offer:
    """The last price of a product at one supplier, how often it was bought there, and where that stands."""

    product: str
    part_number: str
    unit: str
    supplier: str
    price: Decimal
    last: date
    times: int
    where: str
    pk: int
    is_invoice: bool
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Cheaper:
    """A line of an order whose product was cheaper elsewhere: by how much for one, net, and what it is called there."""

    line: OrderLine
    price: Decimal
    less: Decimal
    offer: Offer


def together(products: Iterable[Product]) -> dict[Product, int]:
    """Put the same products together: those that share a key, directly or by others between them, get one number."""
    leads: dict[tuple[str, ...], int] = {}
    parents: list[int] = []

    def first_of(one: int) -> int:
        while parents[one] != one:
            parents[one] = parents[parents[one]]
            one = parents[one]
        return one

    places = {}
    for product in products:
        if product in places:
            continue
        place = places[product] = len(parents)
        parents.append(place)
        for key in product.keys:
            parents[first_of(place)] = first_of(leads.setdefault(key, place))
    return {product: first_of(place) for product, place in places.items()}


def offers(*, of_one_supplier_too: bool = False) -> list[Offer]:
    """The last price of every product at every supplier, the cheapest of several marked, by product and price."""
    groups: defaultdict[int, list[Bought]] = defaultdict(list)
    bought = list(_bought())
    groups_of = together(one.product for one in bought)
    for one in bought:
        groups[groups_of[one.product]].append(one)
    found = [_marked(_by_supplier(group)) for group in groups.values()]
    shown = [group for group in found if of_one_supplier_too or len(group) > 1]
    return [offer for group in sorted(shown, key=lambda group: group[0].product.casefold()) for offer in group]


def cheaper_elsewhere(order: Order) -> list[Cheaper]:
    """The lines of an order whose product had a lower last price at another supplier, each with the lowest."""
    lines = list(order.lines.filter(removed_at=None))
    groups_of = together([*map(_product_of, lines), *sorted(_products_bought())])
    wanted = {groups_of[_product_of(line)] for line in lines}
    same = {product for product, group in groups_of.items() if group in wanted}
    offers_of: defaultdict[int, list[Bought]] = defaultdict(list)
    for one in _bought(same):
        if one.supplier_pk != order.supplier_id:
            offers_of[groups_of[one.product]].append(one)
    best = {group: _by_supplier(bought)[0] for group, bought in offers_of.items()}
    found = []
    for line in lines:
        offer, price = best.get(groups_of[_product_of(line)]), _price_on_order(line)
        if offer is not None and offer.price < price:
            found.append(Cheaper(line, price, price - offer.price, offer))
    return found


def _bought(of: set[Product] | None = None) -> Iterator[Bought]:
    """What orders and invoices of the last year have of these products, or of all."""
    for one in (*_ordered(of), *_invoiced(of)):
        # What costs nothing is a gift beside something else, and no price.
        if one.price > 0 and (of is None or one.product in of):
            yield one


def _ordered(of: set[Product] | None) -> Iterator[Bought]:
    lines = _order_lines()
    if (described := _descriptions(of)) is not None:
        lines = lines.filter(description__in=described)
    columns = ("unit_price", "price_units", "discount", "quantity_sent", "quantity")
    head = ("order__supplier", "order__supplier__name", "order__dated", "order__number", "order")
    for part, description, unit, price, units, discount, sent, quantity, *of_order in lines.values_list(
        *_NAMES, *columns, *head
    ):
        supplier_pk, supplier, when, number, pk = of_order
        cost = _for_one(price / units - _off(discount) / (sent or quantity))
        product = Product(part, description, unit)
        yield Bought(product, supplier_pk, supplier, cost, when, number, pk, is_invoice=False, times=1)


def _invoiced(of: set[Product] | None) -> Iterator[Bought]:
    lines = _invoice_lines()
    if (described := _descriptions(of)) is not None:
        lines = lines.filter(Q(_description__in=described))
    columns = ("unit_price", "price_units", "discount_percent", "order_line")
    head = ("invoice__supplier", "invoice__supplier__name", "invoice__dated", "invoice__number", "invoice")
    for part, description, unit, price, units, percent, order_line, *of_invoice in lines.values_list(
        *_NAMES_ON_INVOICES, *columns, *head
    ):
        supplier_pk, supplier, when, number, pk = of_invoice
        cost = _for_one(price / units * (100 - percent) / 100)
        product = Product(part, description, unit)
        # Its order counts it already.
        times = 0 if order_line else 1
        yield Bought(product, supplier_pk, supplier, cost, when, number, pk, is_invoice=True, times=times)


def _descriptions(of: set[Product] | None) -> set[str] | None:
    """How products are described, by which the database narrows lines; None for more than a query may name."""
    described = {product.description for product in of or ()}
    return described if of is not None and len(described) <= MOST_NAMED else None


def _order_lines() -> QuerySet[OrderLine]:
    """Lines of orders of the last year that were authorised and not called off."""
    states = (*COMMITTED, OrderState.COMPLETE)
    return OrderLine.objects.filter(removed_at=None, order__state__in=states, order__dated__gte=_since()).order_by()


def _invoice_lines() -> QuerySet[InvoiceLine]:
    """Lines for goods of invoices of the last year. One for an order's line is called as that is."""
    lines = InvoiceLine.objects.filter(
        kind=InvoiceLine.Kind.GOODS,
        invoice__kind=Invoice.Kind.INVOICE,
        invoice__state__in=BOOKED,
        invoice__dated__gte=_since(),
    )
    names = {f"_{name}": Coalesce(f"order_line__{name}", name) for name in _NAMES}
    return lines.annotate(**names).order_by()


def _products_bought() -> set[Product]:
    rows = {
        *_order_lines().values_list(*_NAMES).distinct(),
        *_invoice_lines().values_list(*_NAMES_ON_INVOICES).distinct(),
    }
    return {Product(*row) for row in rows}


def _since() -> date:
    return timezone.localdate() - LOOKED_BACK


def _product_of(line: OrderLine) -> Product:
    return Product(line.part_number, line.description, line.unit)


def _price_on_order(line: OrderLine) -> Decimal:
    return _for_one(line.unit_price / line.price_units - _off(line.discount) / (line.quantity_sent or line.quantity))


def _off(discount: Decimal) -> Decimal:
    """The discount on a line; a penny is none, but rounding."""
    return discount if abs(discount) > PENCE else Decimal(0)


def _for_one(price: Decimal) -> Decimal:
    """As money is written: more than pence only where there is more."""
    exact = price.quantize(PLACES, ROUND_HALF_UP)
    return exact if exact % PENCE else exact.quantize(PENCE)


def _by_supplier(bought: Sequence[Bought]) -> list[Offer]:
    """The last of each supplier's, the cheapest first."""
    last: dict[int, Bought] = {}
    times: defaultdict[int, int] = defaultdict(int)
    for one in bought:
        times[one.supplier_pk] += one.times
        known = last.get(one.supplier_pk)
        if known is None or _order_of(known) < _order_of(one):
            last[one.supplier_pk] = one
    found = [
        Offer(
            one.product.description,
            one.product.part_number,
            one.product.unit or EACH,
            one.supplier,
            one.price,
            one.when,
            times[pk],
            one.where,
            one.pk,
            one.is_invoice,
        )
        for pk, one in last.items()
    ]
    return sorted(found, key=lambda offer: (offer.price, offer.supplier))


def _order_of(one: Bought) -> tuple[date, bool, int]:
    return one.when, one.is_invoice, one.pk


def _marked(offers: list[Offer]) -> list[Offer]:
    """With the cheapest marked, unless all cost the same."""
    lowest = offers[0].price
    if lowest == offers[-1].price:
        return offers
    return [replace(offer, mark=CHEAPEST) if offer.price == lowest else offer for offer in offers]
