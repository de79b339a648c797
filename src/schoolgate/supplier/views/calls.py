"""What was called: the log, and one call with what it means."""

from typing import Any

from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.accounts.models import User
from schoolgate.commons.web.tables import Column, NotYet, Table
from schoolgate.supplier.call_meanings import MEANINGS, meaning_of
from schoolgate.supplier.models import Buyer, Call, Supplier
from schoolgate.supplier.service.log import OK
from schoolgate.supplier.views.portal import supplier_columns
from schoolgate.wire.soap.contract import OPERATIONS
from schoolgate.wire.soap.rules import RULES

LIVE_BY_CHOICE = 5
FAULTS = "faults"
OUTCOMES = [(OK, "Well answered"), (FAULTS, "Faults"), *((name, name) for name in MEANINGS if name != OK)]


@who("administrator", "staff")
def calls(request: PersonRequest) -> HttpResponseBase:
    """The newest first. Calls by nobody known are an administrator's to see."""

    def by_user(rows: Any, typed: str) -> Any:
        """By the school where the name is one's: a million calls are not looked through for that."""
        name = User.normalize_username(typed)
        found = Buyer.objects.visible_to(request.user).filter(account__username=name).first()
        return rows.filter(buyer=found) if found else rows.filter(user=name, buyer=None)

    def by_outcome(rows: Any, outcome: str) -> Any:
        return rows.exclude(outcome=OK) if outcome == FAULTS else rows.filter(outcome=outcome)

    table = Table(
        [
            Column("at", "When", kind="second", dates=True, link=lambda call: reverse("call", args=[call.pk])),
            *supplier_columns(request.user),
            Column("buyer__name", "School", sort="", value=lambda call: call.buyer.name if call.buyer else "not known"),
            Column("user", "User", kind="code", sort="", exact=True, narrow=by_user),
            Column("operation", "Operation", sort="", choices=[(name, name) for name in OPERATIONS]),
            Column("version", "SOAP", sort=""),
            Column(
                "outcome",
                "Result",
                kind="state",
                sort="",
                choices=OUTCOMES,
                narrow=by_outcome,
                value=lambda call: "ok" if call.outcome == OK else "failed",
            ),
            Column("sentence", "Fault", kind="details", sort="", value=_fault),
            Column("milliseconds", "ms", kind="number", sort="microseconds"),
            Column("request_id", "Request id", kind="code", sort="", exact=True),
        ],
        _calls(request.user).prefetch_related("buyer", "supplier").defer("request", "answer"),
        request,
        name="calls",
        noun=("call", "calls"),
        live_by_choice=LIVE_BY_CHOICE,
        empty=NotYet("No calls yet. Is the address right?", "Get connected", reverse("get-connected")),
    )
    return table.response("supplier/calls.html")


@who("administrator", "staff")
def call(request: PersonRequest, pk: int) -> HttpResponseBase:
    found: Call = get_object_or_404(Call.objects.visible_to(request.user).select_related("buyer", "supplier"), pk=pk)
    rules = [RULES[name] for name in found.broken if name in RULES]
    context = {"call": found, "well": found.outcome == OK, "meaning": meaning_of(found), "rules": rules}
    return render(request, "supplier/call.html", context)


def _calls(user: User) -> Any:
    """Those this person may see, said so that a database finds them in the order of an index."""
    suppliers = list(Supplier.objects.visible_to(user)[:2])
    if user.role != "administrator" and len(suppliers) == 1:
        return Call.objects.filter(supplier=suppliers[0])
    return Call.objects.visible_to(user)


def _fault(call: Call) -> str:
    return f"{call.outcome}: {call.sentence}" if call.outcome != OK else ""
