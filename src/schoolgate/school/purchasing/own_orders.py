"""Whose own an order is: who raised it, filled its basket, took it from a file, or changed since what is ordered.

What stands in a file that came by e-mail nobody vouches for but who chose it; a web service vouches for its baskets.

What these do alone nobody else has looked at, so that they do not authorise it unless the school lets them (issue 8).
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.documents.ebis.parties import Contact
from schoolgate.school.purchasing.documents import TAKEN_FROM_MAIL, about_number
from schoolgate.school.purchasing.models import Order
from schoolgate.school.purchasing.orders import ORDER_CHANGED, about


@dataclass(frozen=True, slots=True)
class Hands:
    """Through whose hands an order went. `taken_by`, `changed_by`: the people's numbers in the database."""

    order: Order
    taken_by: frozenset[int]
    changed_by: frozenset[int]

    def part_of(self, person: User) -> str:
        """What a person did that makes the order their own, as in "… raised it"; empty where it is not."""
        if self.order.raised_by_id == person.pk:
            return "filled its basket" if self.order.is_content_order else "raised it"
        names = {_plain(name) for name in (person.username, person.name, person.email) if name}
        if _plain(self.order.basket_by) in names:
            return "filled its basket"
        if person.pk in self.taken_by:
            return "took it from a file"
        return "changed what is ordered" if person.pk in self.changed_by else ""


def filler_of(contact: Contact) -> User | None:
    """Whom a basket that comes in now names by name, e-mail or user name; None where that is nobody, or several.

    It is kept with the order: people may change their own name, and the order stays theirs.
    """
    for name in (contact.name, contact.email, contact.user_id):
        by_name = Q(username__iexact=name) | Q(name__iexact=name) | Q(email__iexact=name)
        named: list[User] = list(User.objects.filter(by_name)[:2]) if name else []
        if len(named) == 1:
            return named[0]
    return None


def hands_of_each(orders: Iterable[Order]) -> dict[int, Hands]:
    """The hands of many orders, by their numbers in the database; who took or changed one, the audit has for good."""
    asked = list(orders)
    names = [about(order) for order in asked]
    names += [about_number(order.document_id) for order in asked if order.document_id is not None]
    done = AuditEntry.objects.filter(about__in=names, did__in=(ORDER_CHANGED, TAKEN_FROM_MAIL), user__isnull=False)
    people: defaultdict[str, set[int]] = defaultdict(set)
    for name, person in done.order_by().values_list("about", "user"):
        people[name].add(person)
    return {
        order.pk: Hands(
            order,
            frozenset(people[about_number(order.document_id)] if order.document_id is not None else ()),
            frozenset(people[about(order)]),
        )
        for order in asked
    }


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())
