"""*Purchasing today*: what waits for me (SCREENS 5.2)."""

from django.http.response import HttpResponseBase
from django.shortcuts import render

from schoolgate.commons.accounts.access import PersonRequest
from schoolgate.school.purchasing.access import purchasing_view


@purchasing_view()
def today(request: PersonRequest) -> HttpResponseBase:
    return render(request, "school_purchasing/today.html")
