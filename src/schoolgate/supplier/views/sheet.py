"""The connection sheet of a school: to print, and to send where there is a mail server."""

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.alerts.smtp import is_set_up
from schoolgate.supplier.buyers.mailing import send_sheet
from schoolgate.supplier.buyers.sheet import connection_sheet
from schoolgate.supplier.models import Buyer
from schoolgate.supplier.service.address import address_of


@who("administrator", "staff")
@sensitive_post_parameters("password")
def sheet(request: PersonRequest, pk: int) -> HttpResponseBase:
    """The sheet. By POST from the page that shows a password once, it holds the password too; nothing is kept of it."""
    found = _buyer(request, pk)
    context = {
        "buyer": found,
        "sheet": connection_sheet(found, address_of(request.META), password=request.POST.get("password", "")),
        "may_mail": is_set_up() and bool(found.email),
        "has_mail_server": is_set_up(),
    }
    answer = render(request, "supplier/sheet.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


@who("administrator", "staff")
@require_POST
def mail_sheet(request: PersonRequest, pk: int) -> HttpResponseBase:
    found = _buyer(request, pk)
    if is_set_up() and found.email:
        send_sheet(found, address_of(request.META), by=request.user, request=request)
        messages.success(request, f"The sheet is on its way to {found.email}, without the password.")
    else:
        messages.error(request, "It was not sent: this site has no mail server, or the school no e-mail address.")
    return redirect("buyer-sheet", pk)


def _buyer(request: PersonRequest, pk: int) -> Buyer:
    found: Buyer = get_object_or_404(
        Buyer.objects.visible_to(request.user).select_related("account", "supplier"), pk=pk
    )
    return found
