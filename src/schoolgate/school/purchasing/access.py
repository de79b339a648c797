"""Who may open a page of the ledger, and with which right (DESIGN 9; SCREENS 5.2 "Users and limits")."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, Literal, ParamSpec, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from schoolgate.commons.accounts.access import PersonRequest, PersonView, signed_in
from schoolgate.commons.accounts.models import ADMINISTRATOR, User
from schoolgate.school.purchasing.models import PurchasingRights
from schoolgate.school.purchasing.models.visible import works_with_orders

P = ParamSpec("P")

Right = Literal[
    "",
    "raises",
    "imports",
    "sets_up",
    "authorises",
    "sends",
    "receives",
    "enters_invoices",
    "pays",
    "clears",
    "exports",
]
"""What a page needs beside looking: a column of `PurchasingRights`; authorises and pays: to any limit; sends: either of
who raises and who authorises, for what is authorised already; clears: either of who enters invoices and who authorises
them for payment, for what differs in one; exports: either of who authorises them for payment and who sets the ledger
up, for postings; receives: either of who raises and who enters invoices, for deliveries."""


def rights_of(user: User) -> PurchasingRights:
    """What a person may do. An administrator may set the ledger up, and whatever else somebody said."""
    # By its key: told of the person itself, the row would be found on them as one that somebody gave.
    found = PurchasingRights.objects.filter(user=user).first() or PurchasingRights(user_id=user.pk)
    if user.role == ADMINISTRATOR:
        found.sets_up = True
    return found


def may(user: User, right: Right) -> bool:
    """Whether a person may do it."""
    if not works_with_orders(user):
        return False
    if not right:
        return True
    rights = rights_of(user)
    authorises, pays = rights.authorises_to is not None, rights.pays_to is not None
    match right:
        case "authorises":
            return authorises
        case "sends":
            return authorises or rights.raises
        case "pays":
            return pays
        case "clears":
            return pays or rights.enters_invoices
        case "exports":
            return pays or rights.sets_up
        case "receives":
            return rights.raises or rights.enters_invoices
        case _:
            return bool(getattr(rights, right))


def purchasing_view(
    right: Right = "",
) -> Callable[
    [Callable[Concatenate[PersonRequest, P], HttpResponseBase]],
    Callable[Concatenate[HttpRequest, P], HttpResponseBase],
]:
    """Open a view to who works with orders and has the right; for others there is no such page."""

    def decorate(
        view: Callable[Concatenate[PersonRequest, P], HttpResponseBase],
    ) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @wraps(view)
        def opened(request: PersonRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not may(request.user, right):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded = signed_in(cast("PersonView[P]", opened))
        guarded.may = lambda user: may(user, right)  # type: ignore[attr-defined]
        return guarded

    return decorate
