"""Whose own an order is: who raised it, filled its basket, or changed since what is ordered.

What these do alone nobody else has looked at, so that they do not authorise it unless the school lets them (issue 8).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.school.purchasing.models import Order
from schoolgate.school.purchasing.orders import ORDER_CHANGED, about


@dataclass(frozen=True, slots=True)
class Hands:
    """Through whose hands an order went. `changed_by`: the people's numbers in the database."""

    order: Order
    changed_by: frozenset[int]

    def part_of(self, person: User) -> str:
        """What a person did that makes the order their own, as in "… raised it"; empty where it is not."""
        if self.order.raised_by_id == person.pk:
            return "raised it"
        names = {name.casefold() for name in (person.username, person.name, person.email) if name}
        if self.order.basket_by.casefold() in names:
            return "filled its basket"
        return "changed what is ordered" if person.pk in self.changed_by else ""


def hands_of_each(orders: Iterable[Order]) -> dict[int, Hands]:
    """The hands of many orders, by their numbers in the database; changes are those that the audit has, for good."""
    asked = {about(order): order for order in orders}
    changes = AuditEntry.objects.filter(about__in=asked, did=ORDER_CHANGED, user__isnull=False).order_by()
    changed_by: dict[str, set[int]] = {name: set() for name in asked}
    for name, person in changes.values_list("about", "user"):
        changed_by[name].add(person)
    return {order.pk: Hands(order, frozenset(changed_by[name])) for name, order in asked.items()}
