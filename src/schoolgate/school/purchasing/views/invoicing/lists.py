"""*Invoices and credit notes*, and of them those that wait to be authorised for payment (SCREENS 5.2)."""

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http.response import HttpResponseBase
from django.urls import reverse

from schoolgate.commons.accounts.access import PersonRequest
from schoolgate.commons.web.tables import AllGood, Column, NotYet, Table
from schoolgate.school.purchasing.access import may, purchasing_view
from schoolgate.school.purchasing.invoicing.paying import who_can
from schoolgate.school.purchasing.models import FinancialYear, Invoice, InvoiceState
from schoolgate.school.purchasing.views.invoicing.one import invoice_address

AGREES, DIFFERS, ACCEPTED = "agrees", "differs", "accepted"
MATCH = ((AGREES, "Agrees"), (DIFFERS, "Differs"), (ACCEPTED, "Accepted"))
MINE, OTHERS = "mine", "others"


@purchasing_view()
def invoices(request: PersonRequest) -> HttpResponseBase:
    """Every invoice and credit note, the newest on top."""
    enters = may(request.user, "enters_invoices")
    steps = {
        True: ("Enter an invoice", reverse("enter-invoice")),
        False: ("Import", reverse("purchasing-import")),
    }
    table = Table(
        [
            Column("number", "Number", kind="code", search=True, link=invoice_address),
            Column("kind", "Type", choices=Invoice.Kind.choices, value=Invoice.get_kind_display),
            Column("supplier__name", "Supplier", search=True),
            Column("order__number", "Order", kind="code", search=True, value=_order_number, link=_order_address),
            Column("dated", "Date", kind="date", dates=True),
            Column("gross", "Gross", kind="money", value=lambda one: one.sign * one.gross),
            Column("match", "Match", sort="left", choices=MATCH, value=match_of, narrow=_by_match),
            Column("due", "Due", kind="date", dates=True),
            Column("state", "State", kind="state", choices=InvoiceState.choices, value=Invoice.get_state_display),
            Column(
                "year__name", "Year", kind="code", choices=[(one.name, one.name) for one in FinancialYear.objects.all()]
            ),
        ],
        _counted(request),
        request,
        name="invoices",
        noun=("invoice or credit note", "invoices and credit notes"),
        empty=NotYet("No invoices.", *steps[enters]),
    )
    return table.response("school_purchasing/invoices.html", {"may_enter": enters})


@purchasing_view()
def to_authorise(request: PersonRequest) -> HttpResponseBase:
    """What waits to be authorised for payment: first what this person may authorise, then the rest, with who can."""
    waiting = list(_counted(request).filter(state=InvoiceState.UNAUTHORISED).order_by("due", "entered_at", "pk"))
    able = who_can(waiting)

    def is_mine(invoice: Invoice) -> bool:
        return match_of(invoice) in ("agrees", "accepted") and request.user in able[invoice.pk]

    def who(invoice: Invoice) -> str:
        people = able[invoice.pk]
        return "you" if request.user in people else ", ".join(map(str, people)) or "nobody"

    def step_address(invoice: Invoice) -> str:
        return reverse("authorise-invoice", args=[invoice.pk]) if is_mine(invoice) else invoice_address(invoice)

    table = Table(
        [
            Column("number", "Number", kind="code", search=True, link=invoice_address),
            Column("supplier__name", "Supplier", search=True),
            Column("order__number", "Order", kind="code", search=True, sort="", value=_order_number),
            Column("gross", "Gross", kind="money", value=lambda one: one.sign * one.gross),
            Column("match", "Match", sort="", value=match_of),
            Column("due", "Due", kind="date"),
            Column(
                "able",
                "Who can",
                sort="",
                value=who,
                choices=[(MINE, "You"), (OTHERS, "Somebody else")],
                narrow=lambda rows, which: [row for row in rows if is_mine(row) == (which == MINE)],
            ),
            Column("step", "", sort="", value=lambda one: "Authorise" if is_mine(one) else "Open", link=step_address),
        ],
        sorted(waiting, key=lambda one: not is_mine(one)),
        request,
        name="invoices-to-authorise",
        noun=("invoice or credit note", "invoices and credit notes"),
        empty=AllGood("Nothing to authorise."),
    )
    return table.response("school_purchasing/invoices_to_authorise.html")


def match_of(invoice: Any) -> str:
    """Whether it agrees with its order and its own sums, of an invoice whose differences are counted."""
    if invoice.left:
        return f"differs: {invoice.left}"
    return "accepted" if invoice.all_differences else "agrees"


def _counted(request: PersonRequest) -> "QuerySet[Invoice]":
    """What this person may see, each with how much differs (`all_differences`) and is not accepted yet (`left`)."""
    found = Invoice.objects.visible_to(request.user).select_related(
        "supplier", "order", "credits", "year", "entered_by"
    )
    counted: QuerySet[Invoice] = found.annotate(
        all_differences=Count("differences"), left=Count("differences", filter=Q(differences__accepted_at=None))
    )
    return counted.order_by("-entered_at", "-pk")


def _by_match(rows: "QuerySet[Any]", which: str) -> "QuerySet[Any]":
    if which == DIFFERS:
        return rows.filter(left__gt=0)
    return rows.filter(left=0, all_differences=0) if which == AGREES else rows.filter(left=0, all_differences__gt=0)


def _order_number(invoice: Invoice) -> str:
    return invoice.order.number if invoice.order is not None else ""


def _order_address(invoice: Invoice) -> str:
    return reverse("purchase-order", args=[invoice.order_id]) if invoice.order_id is not None else ""
