"""What each cost centre has spent and committed of its budget, and of each of its links once one is asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.safestring import SafeString

from schoolgate.commons.web.charts import Stack, stacks
from schoolgate.commons.web.tables import Column
from schoolgate.school.purchasing.budget import Room, rooms_of_year
from schoolgate.school.purchasing.reporting.report import Report, Scope, number_of, report

NOTHING = Decimal(0)


@dataclass(frozen=True)
class Spending:
    """Some codings together, net: a cost centre's, or one alone. `codings_over` is how many of them are over budget."""

    code: str
    name: str
    budget: Decimal
    spent: Decimal
    committed: Decimal
    codings_over: int
    address: str = ""

    @property
    def left(self) -> Decimal:
        return self.budget - self.spent - self.committed

    @property
    def state(self) -> str:
        """Whether it is over its budget, or a part of it is."""
        if self.left < NOTHING:
            return "over budget"
        return "over in part" if self.codings_over else "within budget"


@report
class SpendingAgainstBudget(Report):
    """Budgets, what invoices took of them and what orders will take, by cost centre, then by ledger code."""

    name = "spending"
    title = "Spending against budget"
    question = "How much of its budget has each cost centre spent and committed, and what is left?"
    noun = ("row", "rows")
    of_cost_centre = True

    def columns(self, scope: Scope) -> list[Column]:
        of_one = bool(scope.cost_centre)
        return [
            Column(
                "code",
                "Fund / Ledger code / Cost centre" if of_one else "Cost centre",
                kind="code",
                search=True,
                link=None if of_one else lambda row: row.address,
            ),
            Column("name", "Ledger code" if of_one else "Name", search=True),
            Column("budget", "Budget", kind="money"),
            Column("spent", "Spent", kind="money"),
            Column("committed", "Committed", kind="money"),
            Column("left", "Left", kind="money"),
            Column("state", "State", kind="state"),
            *([] if of_one else [Column("codings_over", "Links over budget", kind="number")]),
        ]

    def rows(self, scope: Scope) -> list[Spending]:
        used = [room for room in rooms_of_year(scope.year) if room.budget or room.spent or room.committed]
        if scope.cost_centre:
            of_it = [room for room in used if room.coding.cost_centre.code == scope.cost_centre]
            return [_sum(str(room.coding), room.coding.ledger_code.name, [room]) for room in of_it]
        centres: dict[str, list[Room]] = {}
        for room in used:
            centres.setdefault(room.coding.cost_centre.code, []).append(room)
        return [
            _sum(code, rooms[0].coding.cost_centre.name, rooms, _address(scope, code))
            for code, rooms in sorted(centres.items())
        ]

    def answer(self, scope: Scope, rows: list[Spending]) -> str:
        budget, spent = sum((one.budget for one in rows), NOTHING), sum((one.spent for one in rows), NOTHING)
        committed = sum((one.committed for one in rows), NOTHING)
        over = sum(one.codings_over for one in rows)
        left = budget - spent - committed
        of = f" by {scope.cost_centre}" if scope.cost_centre else ""
        what = f"£{left:,.2f} is left" if left >= NOTHING else f"£{-left:,.2f} is more than there is"
        told = f"Of £{budget:,.2f}, £{spent:,.2f} is spent{of} and £{committed:,.2f} committed, net: {what}."
        return f"{told} {number_of(over, ('link', 'links')).capitalize()} {'is' if over == 1 else 'are'} over budget."

    def picture(self, scope: Scope, rows: list[Spending]) -> SafeString:
        if not rows:
            return SafeString("")
        title = f"Spent and committed by {scope.cost_centre}" if scope.cost_centre else "Spent and committed"
        return stacks(
            title,
            [_drawn(one) for one in rows],
            [("spent", "processing"), ("committed", "waiting"), ("over budget", "failed")],
            of="Cost centre",
            told="Spent and committed, of the budget",
            rest="left",
        )


def _sum(code: str, name: str, rooms: Sequence[Room], address: str = "") -> Spending:
    return Spending(
        code,
        name,
        sum((room.budget for room in rooms), NOTHING),
        sum((room.spent for room in rooms), NOTHING),
        sum((room.committed for room in rooms), NOTHING),
        sum(room.left < NOTHING for room in rooms),
        address,
    )


def _drawn(one: Spending) -> Stack:
    """What is within the budget by what it is, and what is beyond it as that. Credits beyond all invoices draw none."""
    budget = max(one.budget, NOTHING)
    spent = min(max(one.spent, NOTHING), budget)
    committed = min(max(one.committed, NOTHING), budget - spent)
    used = one.spent + one.committed
    label = f"{one.code} {one.name}"
    over = max(used - budget, NOTHING)
    return Stack(label, [spent, committed, over], budget, f"£{used:,.2f} of £{one.budget:,.2f}", one.address)


def _address(scope: Scope, cost_centre: str) -> str:
    query = urlencode({"year": scope.year.pk, "cost_centre": cost_centre})
    return f"{reverse('purchasing-report', args=[SpendingAgainstBudget.name])}?{query}"
