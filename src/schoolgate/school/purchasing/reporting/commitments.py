"""What is ordered and not invoiced yet: what the school will owe."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.urls import reverse
from django.utils.safestring import SafeString

from schoolgate.commons.web.charts import Stack, stacks
from schoolgate.commons.web.tables import Column
from schoolgate.school.purchasing.budget import committed_by_order
from schoolgate.school.purchasing.models import COMMITTED, Coding, Order, OrderState
from schoolgate.school.purchasing.reporting.report import Report, Scope, number_of, report

MOST_BARS = 12


@dataclass(frozen=True)
class Commitment:
    """What one order has committed of one coding, net."""

    order: Order
    coding: Coding
    amount: Decimal


@report
class Commitments(Report):
    """What authorised orders take of their budgets, as far as it is not invoiced, by order and coding."""

    name = "commitments"
    title = "Commitments"
    question = "What have we ordered that is not invoiced yet?"
    noun = ("commitment", "commitments")
    of_supplier = of_cost_centre = True

    def columns(self, scope: Scope) -> list[Column]:
        return [
            Column("order__number", "Order no.", kind="code", search=True, link=_order_page),
            Column("order__supplier__name", "Supplier", search=True),
            Column("order__dated", "Date", kind="date"),
            Column(
                "order__state",
                "State",
                kind="state",
                choices=OrderState.choices,
                value=lambda row: row.order.get_state_display(),
            ),
            Column(
                "coding", "Fund / Ledger code / Cost centre", kind="code", sort="", value=lambda row: str(row.coding)
            ),
            Column("coding__cost_centre__name", "Cost centre"),
            Column("coding__ledger_code__name", "Ledger code"),
            Column("amount", "Committed, net", kind="money"),
        ]

    def rows(self, scope: Scope) -> list[Commitment]:
        wanted = scope.narrowed(year="order__year", supplier="order__supplier", cost_centre="coding__cost_centre")
        amounts = committed_by_order(**wanted)
        committed = Order.objects.filter(year=scope.year, state__in=COMMITTED).select_related("supplier")
        committed = committed.only("number", "dated", "state", "supplier__name")
        codings = Coding.objects.filter(year=scope.year).select_related("fund", "ledger_code", "cost_centre")
        order_of = {order.pk: order for order in committed}
        coding_of = {coding.pk: coding for coding in codings}
        # Codings stand in the order of the chart of accounts.
        place_of = {pk: place for place, pk in enumerate(coding_of)}
        found = [(order_of[order], coding, amount) for (order, coding), amount in amounts.items() if amount]
        found.sort(key=lambda one: (one[0].dated, one[0].pk, place_of[one[1]]))
        return [Commitment(order, coding_of[coding], amount) for order, coding, amount in found]

    def answer(self, scope: Scope, rows: list[Commitment]) -> str:
        total = sum((one.amount for one in rows), Decimal(0))
        orders = number_of(len({one.order.pk for one in rows}), ("order", "orders"))
        return f"£{total:,.2f} net is ordered and not invoiced yet, by {orders}."

    def picture(self, scope: Scope, rows: list[Commitment]) -> SafeString:
        by_coding: defaultdict[Coding, Decimal] = defaultdict(Decimal)
        for one in rows:
            by_coding[one.coding] += one.amount
        most = sorted(by_coding.items(), key=lambda one: -one[1])[:MOST_BARS]
        title = "Committed by fund, ledger code and cost centre"
        if len(by_coding) > MOST_BARS:
            title += f", the {MOST_BARS} with most"
        drawn = [Stack(str(coding), [amount], Decimal(0), f"£{amount:,.2f}") for coding, amount in most]
        series = [("committed", "waiting")]
        return stacks(title, drawn, series, of="Coding", told="Committed, net") if drawn else SafeString("")


def _order_page(row: Commitment) -> str:
    return reverse("purchase-order", args=[row.order.pk])
