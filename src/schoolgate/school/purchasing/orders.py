"""Working on orders until they are authorised: raising one here, changing its lines, taking lines off, discarding it.

What came as a supplier's basket keeps its lines, part numbers, descriptions and prices, as the supplier offered them
(seed); quantities, codings and VAT codes may change, and lines may go. What was raised here may change in all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.documents.ebis import baskets
from schoolgate.documents.ebis.money import tax_of
from schoolgate.documents.problems import count_text
from schoolgate.school.purchasing.models import Coding, Order, OrderLine, OrderState, Supplier, VatCode
from schoolgate.school.purchasing.numbering import next_order_number
from schoolgate.school.purchasing.years import YearRefused, current_year, require_open

MOST_QUANTITY = int(baskets.MOST_QUANTITY)
"""As in a supplier's basket, whose lines people work on."""
MOST_OF_A_LINE = Decimal(10_000_000)
"""Pounds net. Above it somebody mistyped."""


ORDER_CHANGED = "order changed"
"""In the audit: what is ordered, how it is coded or where it is delivered is other than before. Whoever did that counts
as one who raised the order (`own_orders`)."""


class OrderRefused(Exception):
    """It cannot be done to this order; the message is a sentence for the person who asked."""


class ChangedMeanwhile(OrderRefused):
    """Somebody changed the order since the person saw it."""

    def __init__(self, order: Order) -> None:
        super().__init__(f"Order {order.number} has changed since you saw it: see what it is now.")
        self.order = order


class NothingLeft(OrderRefused):
    """No line would be left: that is to discard the order, which is asked first."""

    def __init__(self) -> None:
        super().__init__("An order without lines is no order. Discard it if nothing of it is wanted.")


@dataclass(frozen=True, slots=True)
class Goods:
    """What a line is for. `unit_price` is in pounds, net, at most four places."""

    description: str
    unit_price: Decimal
    part_number: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class LineWanted:
    """What a line is to be. Without `number` it is a new one; without `goods` these stay; `off`: it is taken off."""

    quantity: int
    vat_code: VatCode
    coding: Coding
    goods: Goods | None = None
    number: int | None = None
    off: bool = False


@dataclass(frozen=True, slots=True)
class Head:
    """What a person may write on the head of an order."""

    delivery_address: str = ""
    required_by: date | None = None
    own_notes: str = ""


def about(order: Order) -> str:
    """By what the audit finds all that was done to an order."""
    return f"order {order.pk}"


def hold(order: Order, seen_version: int) -> Order:
    """Hold the row of an order until the transaction ends. Raises ChangedMeanwhile if it is not as it was seen."""
    held = (
        Order.objects.select_for_update(of=("self",))
        .select_related("supplier__web_service", "year", "came_by", "changed_by")
        .get(pk=order.pk)
    )
    if held.version != seen_version:
        raise ChangedMeanwhile(held)
    return held


def take_step(order: Order, step: str, *, by: User | None, **values: Any) -> None:
    """Take a step of an order that is held. Raises OrderRefused where its state does not allow it."""
    if not Order.objects.filter(pk=order.pk).take(step, changed_by=by, version=F("version") + 1, **values):
        raise OrderRefused(f"Order {order.number} is {order.get_state_display().lower()}: that cannot be done now.")


def raise_order(
    supplier: Supplier, head: Head, lines: Sequence[LineWanted], *, by: User, request: HttpRequest | None = None
) -> Order:
    """Make an order that no basket asks for; it gets the next number. Raises OrderRefused."""
    if not supplier.open:
        raise OrderRefused(f"{supplier} is closed: nothing new is ordered there.")
    if not lines:
        raise OrderRefused("Type at least one line: what, how many, and at what price.")
    with transaction.atomic():
        year = current_year()
        if year is None:
            raise OrderRefused("No financial year is open. Add one under Set-up first.")
        _require_open(year)
        order = Order.objects.create(
            number=next_order_number(),
            year=year,
            supplier=supplier,
            dated=timezone.localdate(),
            delivery_address=head.delivery_address,
            required_by=head.required_by,
            own_notes=head.own_notes,
            raised_by=by,
            changed_by=by,
        )
        for number, wanted in enumerate(lines, 1):
            _add_line(order, number, wanted, by)
        write_sums(order)
        details = f"{count_text(len(lines), 'line', 'lines')}, £{order.gross:,.2f} gross, from {supplier}"
        record("order raised", by=by, target=str(order), details=details, request=request, about=about(order))
    return order


def change_order(
    order: Order,
    head: Head,
    lines: Sequence[LineWanted],
    *,
    by: User,
    seen_version: int,
    request: HttpRequest | None = None,
) -> list[str]:
    """Make head and lines what is wanted; lines that are not named stay. What changed, in words; nothing: no change.

    Raises ChangedMeanwhile, NothingLeft, and OrderRefused for what may not change, by state or because it is the
    supplier's.
    """
    with transaction.atomic():
        held = hold(order, seen_version)
        _require_unauthorised(held)
        _require_open(held.year)
        delivered_to = held.delivery_address
        of_the_head, of_lines = _change_head(held, head), _change_lines(held, lines, by)
        told = [*of_the_head, *of_lines]
        if not told:
            return []
        did = ORDER_CHANGED if of_lines or held.delivery_address != delivered_to else "order's date or notes changed"
        write_sums(held)
        held.changed_by, held.changed_at = by, timezone.now()
        held.version += 1
        held.save()
        details = "; ".join([*told, f"now £{held.gross:,.2f} gross"])
        record(did, by=by, target=str(held), details=details, request=request, about=about(held))
    return told


def discard(
    order: Order, *, by: User | None, seen_version: int, reason: str = "", request: HttpRequest | None = None
) -> None:
    """Nothing of it is wanted: it stays on record as discarded. Raises ChangedMeanwhile, and OrderRefused by state."""
    with transaction.atomic():
        held = hold(order, seen_version)
        take_step(held, "discard", by=by)
        record("order discarded", by=by, target=str(held), details=reason, request=request, about=about(held))


def write_sums(order: Order) -> None:
    """Make an order's net, VAT and gross the sums of its lines, those taken off left out."""
    amounts = list(order.lines.filter(removed_at=None).values_list("net", "vat"))
    order.net = sum((net for net, _ in amounts), Decimal(0))
    order.vat = sum((vat for _, vat in amounts), Decimal(0))
    order.gross = order.net + order.vat
    order.save(update_fields=["net", "vat", "gross"])


def _require_unauthorised(order: Order) -> None:
    if order.state != OrderState.UNAUTHORISED:
        state = order.get_state_display().lower()
        raise OrderRefused(f"Order {order.number} is {state}: only unauthorised orders can be changed.")


def _require_open(year: Any) -> None:
    try:
        require_open(year)
    except YearRefused as refused:
        raise OrderRefused(str(refused)) from refused


_ON_THE_HEAD = {"delivery_address": "delivery address", "required_by": "required by", "own_notes": "notes"}


def _change_head(order: Order, head: Head) -> list[str]:
    told = []
    for name, label in _ON_THE_HEAD.items():
        wanted = getattr(head, name)
        if getattr(order, name) != wanted:
            # Goods may be led astray by an address; a person's own notes are nothing for the audit.
            before = _in_words(getattr(order, name))
            told.append(f"{label} changed" if name == "own_notes" else f"{label} {before} → {_in_words(wanted)}")
            setattr(order, name, wanted)
    return told


def _in_words(value: str | date | None) -> str:
    if isinstance(value, date):
        return f"{value.day} {value:%b %Y}"
    return f"“{', '.join(value.splitlines())}”" if value else "(none)"


def _change_lines(order: Order, lines: Sequence[LineWanted], by: User) -> list[str]:
    known = {
        line.number: line
        for line in order.lines.select_related("vat_code", "coding__fund", "coding__ledger_code", "coding__cost_centre")
    }
    told: list[str] = []
    last = max(known, default=0)
    for wanted in lines:
        if wanted.number is None:
            if order.is_content_order:
                raise OrderRefused("No line is added to a supplier’s basket: ask the supplier for a new basket.")
            last += 1
            _add_line(order, last, wanted, by)
            told.append(f"line {last} added")
        elif wanted.number not in known:
            raise OrderRefused(f"Order {order.number} has no line {wanted.number}.")
        else:
            changes = _change_line(known[wanted.number], wanted, by)
            if changes:
                known[wanted.number].save()
                told.append(f"line {wanted.number}: {', '.join(changes)}")
    if not order.lines.filter(removed_at=None).exists():
        raise NothingLeft
    return told


def _change_line(line: OrderLine, wanted: LineWanted, by: User) -> list[str]:
    changes = []
    if wanted.off != (line.removed_at is not None):
        line.removed_at, line.removed_by = (timezone.now(), by) if wanted.off else (None, None)
        changes.append("taken off" if wanted.off else "brought back")
    if wanted.off:
        return changes
    amounts_were = (line.quantity, line.unit_price, line.vat_code_id)
    changes += _change_goods(line, wanted.goods) if wanted.goods is not None else []
    if wanted.quantity != line.quantity:
        changes.append(f"quantity {line.quantity} → {wanted.quantity}")
        line.quantity = wanted.quantity
    if wanted.vat_code != line.vat_code:
        changes.append(f"VAT {line.vat_code.code} → {wanted.vat_code.code}")
        line.vat_code = wanted.vat_code
    # Where nobody touched these, the amounts stay as the supplier reckoned them.
    if (line.quantity, line.unit_price, line.vat_code_id) != amounts_were:
        _reckon(line)
    if wanted.coding != line.coding:
        changes.append(f"coding {line.coding} → {wanted.coding}")
        _code_by_hand(line, wanted.coding, line.order, by)
    return changes


def _change_goods(line: OrderLine, goods: Goods) -> list[str]:
    told = []
    for name in ("part_number", "description", "unit", "unit_price"):
        before, after = getattr(line, name), getattr(goods, name)
        if before == after:
            continue
        if line.order.is_content_order:
            raise OrderRefused(
                "Part number, description and price are the supplier’s: if they are wrong, ask it for a new basket."
            )
        setattr(line, name, after)
        told.append(f"{name.replace('_', ' ')} {before} → {after}")
    return told


def _add_line(order: Order, number: int, wanted: LineWanted, by: User) -> None:
    if wanted.goods is None:
        raise OrderRefused(f"Line {number} says neither what it is for nor at what price.")
    line = OrderLine(
        order=order,
        number=number,
        part_number=wanted.goods.part_number,
        description=wanted.goods.description,
        quantity=wanted.quantity,
        unit=wanted.goods.unit,
        unit_price=wanted.goods.unit_price,
        vat_code=wanted.vat_code,
    )
    _reckon(line)
    _code_by_hand(line, wanted.coding, order, by)
    line.save()


def _reckon(line: OrderLine) -> None:
    """Work out what a line costs and its VAT, each in whole pence (reference 6)."""
    if not 1 <= line.quantity <= MOST_QUANTITY:
        raise OrderRefused(f"The quantity of line {line.number} must be a whole number from 1 to {MOST_QUANTITY:,}.")
    line.net = line.net_for(line.quantity)
    if not 0 <= line.net <= MOST_OF_A_LINE:
        raise OrderRefused(f"Line {line.number} comes to £{line.net:,.2f}. Check its quantity and price.")
    line.vat = tax_of(line.net, line.vat_code.rate)


def _code_by_hand(line: OrderLine, coding: Coding, order: Order, by: User) -> None:
    if coding.year_id != order.year_id or not coding.is_open:
        raise OrderRefused(f"{coding} is not open in the financial year {order.year}. Choose another coding.")
    line.coding, line.why = coding, f"chosen by {by}"
