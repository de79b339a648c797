"""What people of the ledger are told at once: no sums, and no name of anybody."""

from collections.abc import Callable, Sequence

from django.db.models import QuerySet
from django.urls import reverse

from schoolgate.commons.accounts.models import User
from schoolgate.commons.alerts.kinds import Alert, add_alert
from schoolgate.commons.alerts.models import Event
from schoolgate.commons.alerts.telling import tell_at_once
from schoolgate.school.purchasing.access import may
from schoolgate.school.purchasing.models import Order, OrderState, WebService
from schoolgate.school.purchasing.models.visible import works_with_orders
from schoolgate.wire.soap.errors import WrongCredentials


def _still(rows: Callable[[], "QuerySet[Order] | QuerySet[WebService]"]) -> Callable[..., list[Event]]:
    """A rule by which only that is told which still is so when the mail is made. Events' keys are like `order 17`."""

    def choose(_: User, events: Sequence[Event]) -> list[Event]:
        keys = {event.pk: int(event.key.rpartition(" ")[2]) for event in events}
        still = set(rows().filter(pk__in=keys.values()).values_list("pk", flat=True))
        return [event for event in events if keys[event.pk] in still]

    return choose


UNSURE_ORDER = add_alert(
    Alert(
        "unsure-order",
        "Nobody knows whether an order arrived at its supplier",
        "at once",
        may_have=works_with_orders,
        on=lambda person: may(person, "sends"),
        one="An order may or may not have arrived",
        many="{} orders may or may not have arrived",
        page="purchasing-today",
        told_of=_still(lambda: Order.objects.filter(state=OrderState.UNSURE)),
    )
)
ORDER_TURNED_DOWN = add_alert(
    Alert(
        "order-turned-down",
        "A supplier refused an order",
        "at once",
        may_have=works_with_orders,
        on=lambda person: may(person, "sends"),
        one="An order was refused by its supplier",
        many="{} orders were refused by their suppliers",
        page="purchasing-today",
        told_of=_still(lambda: Order.objects.filter(state=OrderState.UNAUTHORISED)),
    )
)
SERVICE_PASSWORD = add_alert(
    Alert(
        "service-password",
        "A supplier’s web service does not accept its password",
        "at once",
        may_have=works_with_orders,
        on=lambda person: may(person, "sets_up"),
        one="A web service does not accept its password",
        many="{} web services do not accept their passwords",
        page="purchasing-services",
        told_of=_still(lambda: WebService.objects.filter(turned_off=False, trouble=WrongCredentials.CODE)),
    )
)


def note_unsure(order: Order) -> None:
    """Note for the mail that a person must ring an order's supplier, in the caller's transaction."""
    text = f"Nobody knows whether order {order.number} has arrived: ring its supplier, and say here what they have."
    _note(UNSURE_ORDER, text, f"order {order.pk}", reverse("purchase-order", args=[order.pk]))


def note_refusal(order: Order) -> None:
    """Note for the mail that an order's supplier refused it, in the caller's transaction."""
    text = f"Order {order.number} was refused by its supplier’s web service, and is unauthorised again."
    _note(ORDER_TURNED_DOWN, text, f"order {order.pk}", reverse("purchase-order", args=[order.pk]))


def note_wrong_password(service: WebService) -> None:
    """Note for the mail that a service lets nobody in, in the caller's transaction.

    Said again it would lock the school's account there, so that the schedule leaves the service out from now on.
    """
    text = "A web service does not accept its user name or password. Nothing is fetched from it by itself meanwhile."
    _note(SERVICE_PASSWORD, text, f"service {service.pk}", reverse("purchasing-service", args=[service.pk]))


def _note(alert: Alert, text: str, key: str, link: str) -> None:
    tell_at_once(alert.name, text, key=key, link=link)
