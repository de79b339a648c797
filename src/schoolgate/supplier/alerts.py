"""What a supplier's people are told at once, and their lines in the daily summary.

Several suppliers share a service: each person is told only of the suppliers that he or she sees.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.utils import timezone

from schoolgate.commons.accounts.models import User
from schoolgate.commons.alerts.kinds import Alert, add_alert
from schoolgate.commons.alerts.models import Event
from schoolgate.commons.alerts.summary import Line, page, summary_line
from schoolgate.commons.alerts.telling import tell_at_once
from schoolgate.supplier.models import Document, Order, RefusedOrder, State
from schoolgate.supplier.models.supplier import OfSupplierQuerySet
from schoolgate.supplier.preferences import EXPIRY_WARNING_DAYS


def works_for_suppliers(person: User) -> bool:
    """Whether somebody is of a supplier site's people."""
    return person.role in {"administrator", "staff"}


def of_what_is_seen(
    rows: Callable[[], OfSupplierQuerySet],
) -> Callable[[User, Sequence[Event]], list[Event]]:
    """A rule by which a person is told of rows that he or she sees. Events' keys are like `order 17`."""

    def choose(person: User, events: Sequence[Event]) -> list[Event]:
        keys = {event.pk: int(event.key.rpartition(" ")[2]) for event in events}
        seen = set(rows().visible_to(person).filter(pk__in=keys.values()).values_list("pk", flat=True))
        return [event for event in events if keys[event.pk] in seen]

    return choose


ORDER_ARRIVED = add_alert(
    Alert(
        "order-arrived",
        "An order arrived",
        "at once",
        may_have=works_for_suppliers,
        on=lambda person: person.role == "staff",
        one="An order arrived",
        many="{} orders arrived",
        page="orders",
        told_of=of_what_is_seen(Order.objects.all),
    )
)
ORDER_REFUSED = add_alert(
    Alert(
        "order-refused",
        "A school's order was refused",
        "at once",
        may_have=works_for_suppliers,
        on=works_for_suppliers,
        one="An order was refused",
        many="{} orders were refused",
        page="refused-orders",
        told_of=of_what_is_seen(RefusedOrder.objects.all),
    )
)
DOCUMENTS_EXPIRE = add_alert(
    Alert(
        "documents-expire",
        "Documents that no school took will expire",
        "at once",
        may_have=works_for_suppliers,
        on=works_for_suppliers,
        one="A document will expire",
        many="{} documents will expire",
        page="queue",
        told_of=of_what_is_seen(Document.objects.all),
    )
)


def note_order(order: Order, link: str) -> None:
    """Note a new order for the mail, unless a test school sent it; `link` is the address of its page."""
    if not order.buyer.test:
        number = order.number or "without a number"
        tell_at_once(
            ORDER_ARRIVED.name,
            f"Order {number} of {order.buyer.name}.",
            key=f"order {order.pk}",
            link=link,
            is_new=True,
        )


def note_refusal(refused: RefusedOrder) -> None:
    """Note an order that was refused for the mail, unless a test school sent it."""
    if not refused.buyer.test:
        tell_at_once(
            ORDER_REFUSED.name,
            f"An order of {refused.buyer.name} was refused: the school's program was told why.",
            key=f"refused order {refused.pk}",
            link=refused.get_absolute_url(),
        )


@summary_line
def _orders(reader: User, since: datetime) -> Line | None:
    number = Order.objects.visible_to(reader).filter(received_at__gte=since, buyer__test=False).count()
    if not number:
        return None
    told = "An order" if number == 1 else f"{number:,} orders"
    return Line(f"{told} arrived.", page("orders"), needs_somebody=False)


@summary_line
def _not_taken(reader: User, since: datetime) -> Line | None:
    number = Order.objects.visible_to(reader).filter(taken_at=None, buyer__test=False).count()
    told = "An order has" if number == 1 else f"{number:,} orders have"
    return Line(f"{told} not been taken.", page("orders")) if number else None


@summary_line
def _refused(reader: User, since: datetime) -> Line | None:
    number = RefusedOrder.objects.visible_to(reader).filter(last_at__gte=since, buyer__test=False).count()
    told = "An order was" if number == 1 else f"{number:,} orders were"
    return Line(f"{told} refused.", page("refused-orders")) if number else None


@summary_line
def _expiring(reader: User, since: datetime) -> Line | None:
    days = EXPIRY_WARNING_DAYS.get()
    documents = Document.objects.visible_to(reader).filter(buyer__test=False)
    number = documents.expiring_soon(timezone.now(), days).count()
    told = "A document" if number == 1 else f"{number:,} documents"
    return Line(f"{told} will expire within {days} days.", page("queue")) if number else None


@summary_line
def _expired(reader: User, since: datetime) -> Line | None:
    documents = Document.objects.visible_to(reader).filter(state=State.EXPIRED, buyer__test=False)
    number = documents.filter(changed_at__gte=since, content_gone_at=None).count()
    told = "A document has" if number == 1 else f"{number:,} documents have"
    return Line(f"{told} expired.", page("queue", f"?state={State.EXPIRED}")) if number else None
