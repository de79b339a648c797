"""The first page."""

from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.supplier.today import has_been_called, look_at_today


@who("administrator", "staff")
def first_page(request: PersonRequest) -> HttpResponseBase:
    """Get connected until the first real school has called, then Today."""
    return redirect("today" if has_been_called(request.user) else "get-connected")


@who("administrator", "staff")
def today(request: PersonRequest) -> HttpResponseBase:
    return render(request, "supplier/today.html", {"today": look_at_today(request.user)})
