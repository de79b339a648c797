"""Authorising invoices and credit notes for payment, taking that back, and discarding them (ADR 023).

Nobody does it alone: an invoice without an order, or with anything beside it, is authorised by somebody else than who
entered it, one with an order by somebody else than who raised that order. Nothing is paid by it: it goes into the next
export of postings.

An authorisation holds the invoice, its year and its codings until it is written, in this order; who discards holds the
order before the invoice.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from decimal import Decimal

from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.documents.ebis.money import NOTHING, number_text
from schoolgate.documents.problems import count_text
from schoolgate.school.purchasing import establishment
from schoolgate.school.purchasing.access import rights_of
from schoolgate.school.purchasing.authorising import MOST_OF_A_REASON, Code, Hindrance
from schoolgate.school.purchasing.budget import Room, hold_codings, rooms_of_invoice
from schoolgate.school.purchasing.invoicing import counting, three_way
from schoolgate.school.purchasing.invoicing.standing import InvoiceRefused, about, hold, take_step
from schoolgate.school.purchasing.models import BOOKED, Difference, Invoice, InvoiceState, PurchasingRights
from schoolgate.school.purchasing.own_orders import hands_of_each
from schoolgate.school.purchasing.years import YearRefused, require_open

STOPS_ANYBODY: frozenset[Code] = frozenset({"state", "year", "differences", "not-received"})
"""Hindrances of the invoice itself: to name who else can would send a person on for nothing."""


class NotAuthorised(InvoiceRefused):
    """The invoice stays unauthorised; the message tells of every hindrance."""

    def __init__(self, hindrances: list[Hindrance]) -> None:
        super().__init__(" ".join(hindrance.sentence for hindrance in hindrances))
        self.hindrances = hindrances


def hindrances_of(invoice: Invoice, by: User) -> list[Hindrance]:
    """What stands in the way of this person's authorising it, a reason for going over budget apart."""
    rights = rights_of(by)
    accepted = _accepted_by([invoice])[invoice.pk]
    return [*_of_the_person(invoice, rights, accepted), *_of_the_invoice(invoice), *_of_budgets(invoice, rights)]


def over_budget(invoice: Invoice) -> list[Room]:
    """The budgets that have no room for an invoice; none where it has an order: those goods are owed."""
    if invoice.order_id is not None or invoice.is_credit_note:
        return []
    return [room for room in rooms_of_invoice(invoice) if room.is_over]


def authorise(
    invoice: Invoice, *, by: User, seen_version: int, reason: str = "", request: HttpRequest | None = None
) -> None:
    """Authorise an invoice or credit note for payment. `reason`: why it may go over budget.

    Raises ChangedMeanwhile if it is not as the person saw it, NotAuthorised for what stands in the way.
    """
    with transaction.atomic():
        held = hold(invoice, seen_version)
        try:
            require_open(held.year)
        except YearRefused as refused:
            raise NotAuthorised([Hindrance("year", str(refused))]) from refused
        hold_codings(held)
        if hindrances := hindrances_of(held, by):
            raise NotAuthorised(hindrances)
        over = over_budget(held)
        reason = reason.strip()[:MOST_OF_A_REASON] if over else ""
        if over and not reason:
            raise NotAuthorised([Hindrance("reason", "Say why it may go over budget.")])
        take_step(held, "authorise", by=by, authorised_at=timezone.now(), authorised_by=by, over_budget=reason)
        details = f"£{held.gross:,.2f} gross, {'from' if held.is_credit_note else 'to'} {held.supplier}"
        if over:
            details += f"; over budget by {_told(over)}: {reason}"
        did = f"{held.get_kind_display().lower()} authorised for payment"
        record(did, by=by, target=str(held), details=details, request=request, about=about(held))


def take_back(invoice: Invoice, *, by: User, seen_version: int, request: HttpRequest | None = None) -> None:
    """Make an invoice unauthorised again that is in no export yet. Raises ChangedMeanwhile, InvoiceRefused by state."""
    with transaction.atomic():
        held = hold(invoice, seen_version)
        take_step(held, "take back", by=by, authorised_at=None, authorised_by=None, over_budget="")
        record("authorisation for payment taken back", by=by, target=str(held), request=request, about=about(held))


def discard(invoice: Invoice, *, by: User, seen_version: int, reason: str, request: HttpRequest | None = None) -> None:
    """It is wrong, or here twice: it counts no more, and stays on record as discarded. Its order is counted anew.

    Raises ChangedMeanwhile; InvoiceRefused by state, without a reason, or while a credit note is for it.
    """
    reason = reason.strip()[:MOST_OF_A_REASON]
    if not reason:
        raise InvoiceRefused("Say why it is discarded.")
    with transaction.atomic():
        order = counting.hold(invoice.order_id) if invoice.order_id is not None else None
        held = hold(invoice, seen_version)
        if credited := held.credit_notes.filter(state__in=BOOKED).first():
            raise InvoiceRefused(f"{credited.title} is for it: discard that first.")
        take_step(held, "discard", by=by, discarded_because=reason)
        if order is not None:
            counting.recount(order)
        did = f"{held.get_kind_display().lower()} discarded"
        record(did, by=by, target=str(held), details=reason, request=request, about=about(held))


def who_can(invoices: Iterable[Invoice]) -> dict[int, list[User]]:
    """For each of these, by its number in the database: who may authorise it once nothing in it is left to accept.

    Who may go over budget needs a reason then.
    """
    able = list(
        PurchasingRights.objects.filter(~Q(pays_to=None), user__is_active=True)
        .select_related("user")
        .order_by("user__name", "user__username")
    )
    asked = list(invoices)
    accepted = _accepted_by(asked)
    found = {}
    for invoice in asked:
        over = bool(over_budget(invoice))
        found[invoice.pk] = [
            rights.user
            for rights in able
            if not _of_the_person(invoice, rights, accepted[invoice.pk]) and (rights.over_budget or not over)
        ]
    return found


def _of_the_person(invoice: Invoice, rights: PurchasingRights, accepted: Collection[int]) -> list[Hindrance]:
    by, limit = rights.user, rights.pays_to
    if limit is None:
        return [Hindrance("no-right", "You may not authorise invoices for payment.")]
    found = []
    if invoice.gross > limit:
        sentence = f"It is £{invoice.gross:,.2f}; you authorise invoices up to £{limit:,.2f}."
        found.append(Hindrance("above-limit", sentence))
    entered_it = invoice.entered_by_id == by.pk
    if invoice.order is None and entered_it:
        sentence = "You entered it yourself, and it has no order: somebody else must authorise it."
        found.append(Hindrance("own-entry", sentence))
    elif entered_it and (beside := _not_ordered(invoice)):
        sentence = (
            f"You entered it yourself, and £{beside:,.2f} net of it were not ordered: somebody else must authorise it."
        )
        found.append(Hindrance("own-entry", sentence))
    order = None if establishment.OWN_ORDERS_TOO.get() else invoice.order
    if order is not None and (part := hands_of_each([order])[order.pk].part_of(by)):
        sentence = f"Order {order.number} is your own, for you {part}: somebody else must authorise its invoice."
        found.append(Hindrance("own-order", sentence))
    if entered_it and by.pk in accepted:
        sentence = "You entered it and accepted what differs in it: somebody else must authorise it."
        found.append(Hindrance("own-acceptance", sentence))
    return found


def _not_ordered(invoice: Invoice) -> Decimal:
    """What an invoice has beside its order, net: post and packing, or what is called so; no order stands behind it."""
    if invoice.is_credit_note:
        return NOTHING
    return sum((line.net for line in invoice.lines.filter(order_line=None)), NOTHING)


def _of_the_invoice(invoice: Invoice) -> list[Hindrance]:
    found = []
    if invoice.state != InvoiceState.UNAUTHORISED:
        state = invoice.get_state_display().lower()
        found.append(Hindrance("state", f"{invoice.title} is “{state}” already."))
    if invoice.year.closed_at is not None:
        found.append(Hindrance("year", f"The financial year {invoice.year} is closed."))
    if number := invoice.differences.filter(accepted_at=None).count():
        differs = count_text(number, "thing in it differs", "things in it differ")
        found.append(Hindrance("differences", f"{differs}: accept each with a reason first, or discard it."))
    if establishment.GOODS_FIRST.get() and not invoice.is_credit_note:
        found += [
            Hindrance(
                "not-received",
                f"Of {row.description}, {number_text(row.after)} are invoiced and {row.received:,} received: "
                "record the delivery first.",
            )
            for row in three_way.rows_of(invoice)
            if row.is_more_than_received
        ]
    return found


def _of_budgets(invoice: Invoice, rights: PurchasingRights) -> list[Hindrance]:
    over = over_budget(invoice)
    if not over or rights.over_budget:
        return []
    sentence = f"There is no room for it: over budget by {_told(over)}. It takes somebody who may go over budget."
    return [Hindrance("over-budget", sentence)]


def _accepted_by(invoices: Collection[Invoice]) -> dict[int, set[int]]:
    """Who accepted what differs in each of these."""
    people: defaultdict[int, set[int]] = defaultdict(set)
    accepted = Difference.objects.filter(invoice__in=invoices).exclude(accepted_by=None).order_by()
    for invoice, person in accepted.values_list("invoice", "accepted_by"):
        people[invoice].add(person)
    return people


def _told(over: Iterable[Room]) -> str:
    return ", ".join(f"£{room.missing:,.2f} on {room.coding}" for room in over)
