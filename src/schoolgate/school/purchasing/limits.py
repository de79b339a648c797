"""Who may do what in the ledger, and up to which value (SCREENS 5.2 "Users and limits")."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.commons.web.templatetags.web import money
from schoolgate.school.purchasing.changing import ChangedMeanwhile, SetUpRefused
from schoolgate.school.purchasing.models import PurchasingRights
from schoolgate.school.purchasing.models.visible import works_with_orders

RIGHTS = ("raises", "imports", "sets_up", "authorises_to", "enters_invoices", "pays_to", "over_budget")
"""The columns of PurchasingRights that are given and taken."""

NONE: Mapping[str, Any] = {
    "raises": False,
    "imports": False,
    "sets_up": False,
    "authorises_to": None,
    "enters_invoices": False,
    "pays_to": None,
    "over_budget": False,
}


def people_visible_to(user: User) -> QuerySet[User]:
    """Everybody on this site who may be given a right in the ledger; none for who does not work with orders."""
    people: QuerySet[User] = User.objects.people().filter(is_active=True, role__in=settings.SCHOOLGATE_ROLES)
    return people if works_with_orders(user) else people.none()


def rights_given(person: User) -> dict[str, Any]:
    """What was given to a person, by the names of RIGHTS; an administrator's own right is not among them."""
    row = PurchasingRights.objects.filter(user=person).first()
    return {name: getattr(row, name) for name in RIGHTS} if row else dict(NONE)


def give(
    person: User,
    values: Mapping[str, Any],
    *,
    seen: Mapping[str, Any] | None = None,
    by: User | None,
    request: HttpRequest | None = None,
) -> bool:
    """Let a person have just these rights (all of RIGHTS), from the next click on; False: they were theirs already.

    Who has none left has no row, so that a colleague who only sends files does not see the ledger any more.
    `authorises_to` and `pays_to` are gross values in pounds, of an order and of an invoice. Raises SetUpRefused and
    ChangedMeanwhile.
    """
    limits = {name: values[name] for name in ("authorises_to", "pays_to") if values[name] is not None}
    for name, limit in limits.items():
        if limit <= 0:
            raise SetUpRefused({name: "A limit is above zero. Leave it empty for who authorises nothing."})
    if values["over_budget"] and not limits:
        raise SetUpRefused({"over_budget": "Only who authorises can authorise over budget. Give a limit."})
    with transaction.atomic():
        # The person's row is there from the beginning, so that of two who give rights the second waits.
        User.objects.select_for_update(no_key=True).get(pk=person.pk)
        before = rights_given(person)
        if seen is not None and before != dict(seen):
            raise ChangedMeanwhile
        if before == dict(values):
            return False
        if values == NONE:
            PurchasingRights.objects.filter(user=person).delete()
        else:
            PurchasingRights.objects.update_or_create(user=person, defaults=dict(values))
        details = f"{in_words(before)} → {in_words(values)}"
        record("purchasing rights changed", by=by, target=person.username, details=details, request=request)
    return True


def in_words(rights: Mapping[str, Any]) -> str:
    """Rights in a few words, as lists and the audit have them."""
    limit, pays_to = rights["authorises_to"], rights["pays_to"]
    words = [
        "raises orders" if rights["raises"] else "",
        "imports" if rights["imports"] else "",
        "sets up" if rights["sets_up"] else "",
        f"authorises up to £{money(limit)}" if limit is not None else "",
        "enters invoices" if rights["enters_invoices"] else "",
        f"authorises invoices up to £{money(pays_to)}" if pays_to is not None else "",
        "over budget too" if rights["over_budget"] else "",
    ]
    return ", ".join(word for word in words if word) or "looks only"
