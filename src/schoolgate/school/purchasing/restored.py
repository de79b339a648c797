"""What becomes of orders once a school's site was put back from a backup.

An order that waited to be sent then may have been sent since, and a supplier's service may take it a second time for a
second order. So nobody is sure of it, and a person rings, as of any call without an answer.
"""

from schoolgate.commons.backups.models import Restoration
from schoolgate.commons.backups.restored import on_restoration, to_check
from schoolgate.school.purchasing import sending
from schoolgate.school.purchasing.models import Order, OrderState, WebService
from schoolgate.wire.http import GiveUp

CODE = "restored"

to_check(
    "Numbers of orders that were made in that time are free again here: set the next order number above the last that "
    "went out.",
    "establishment",
    if_any=Order.objects.exists,
)
to_check(
    "Orders and invoices that suppliers’ services delivered in that time are not offered again: ask your suppliers for "
    "them.",
    "purchasing-documents",
    if_any=WebService.objects.exists,
)


@on_restoration
def be_unsure_of_what_waited(restoration: Restoration) -> None:
    """Orders that may have gone out since wait for a person, but for those that may be sent twice."""
    waited = Order.objects.filter(state=OrderState.AUTHORISED).select_related(*sending.WHERE_TO)
    said = "This site was put back from a backup: the order may have been sent since."
    for order in waited:
        service = sending.service_of(order)
        if service is not None and service.safe_to_repeat:
            continue
        try:
            begun = sending.begin(order)
        except sending.CannotBeSent:
            continue
        if begun is not None:
            sending.end(begun[0], sending.Failure(sending.UNSURE, CODE, said, said, GiveUp()))
