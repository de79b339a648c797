"""Whether duties are separate: what one person could do alone, and what nobody can do, in words (SCREENS 5.2)."""

from collections.abc import Iterator, Sequence

from schoolgate.commons.web.templatetags.web import money
from schoolgate.school.purchasing.access import rights_of
from schoolgate.school.purchasing.establishment import OWN_ORDERS_TOO
from schoolgate.school.purchasing.models import Invoice, PurchasingRights


def findings() -> Iterator[str]:
    """A sentence for each thing that a governor or an auditor would ask about."""
    everybody = list(PurchasingRights.objects.filter(user__is_active=True).select_related("user"))
    yield from _of_orders(everybody)
    yield from _of_invoices(everybody)


def _of_orders(everybody: Sequence[PurchasingRights]) -> Iterator[str]:
    authorising = [rights for rights in everybody if rights.authorises_to is not None]
    raising = [rights for rights in everybody if rights.raises or rights.imports]
    alone = OWN_ORDERS_TOO.get()
    for rights in authorising:
        limit = f"up to £{money(rights.authorises_to)}"
        if rights.raises and alone:
            yield f"{rights.user} can raise an order and authorise it alone, {limit}."
        if rights_of(rights.user).sets_up:
            yield f"{rights.user} authorises {limit} and can change limits, their own too."
    if not raising:
        yield "Nobody raises or imports orders yet."
    if not authorising:
        yield "Nobody authorises orders yet: none can be sent."
    elif len(authorising) == 1 and authorising[0].raises and not alone:
        only = authorising[0].user
        yield f"Only {only} authorises orders: what {only} raises or changes waits, as nobody else may authorise it."


def _of_invoices(everybody: Sequence[PurchasingRights]) -> Iterator[str]:
    paying = [rights for rights in everybody if rights.pays_to is not None]
    alone = OWN_ORDERS_TOO.get()
    for rights in paying:
        limit = f"up to £{money(rights.pays_to)}"
        if rights.raises and rights.authorises_to is not None and alone:
            yield (
                f"{rights.user} can raise an order, authorise it and authorise its invoice for payment alone, {limit}."
            )
        elif rights.enters_invoices:
            yield (
                f"{rights.user} can enter an invoice for somebody else’s order and authorise it for payment alone, "
                f"{limit}; one without an order never alone."
            )
        if rights_of(rights.user).sets_up:
            yield f"{rights.user} authorises invoices {limit} and can change limits, their own too."
    if not paying:
        if Invoice.objects.exists() or any(rights.enters_invoices for rights in everybody):
            yield "Nobody authorises invoices for payment yet: none can be exported."
    elif len(paying) == 1 and paying[0].enters_invoices:
        only = paying[0].user
        yield (
            f"Only {only} authorises invoices: those without an order that {only} enters wait, since nobody else may "
            "authorise them."
        )
