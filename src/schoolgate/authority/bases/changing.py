"""Changing a base's own details, by which groups by rule take it in or let it go."""

from collections.abc import Collection, Iterable

from django.db import transaction
from django.http import HttpRequest

from schoolgate.authority.bases.groups import MAY_MOVE, GroupRefused
from schoolgate.authority.bases.models import Base, BaseGroup
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record


@transaction.atomic
def change_base(
    base: Base,
    fields: Iterable[str],
    *,
    changed: Iterable[str],
    by: User | None,
    request: HttpRequest | None = None,
) -> None:
    """Save these fields of a base, and no other: its system may have changed since it was read. `changed` is told.

    Raises GroupRefused where it would come into a group, or leave one, into or out of which it may not be moved.
    Closing and opening it again is none of that: it comes back to where it was.
    """
    # Groups before bases, as whoever changes a group holds them.
    held = BaseGroup.objects.select_for_update(of=("self",), no_key=True).filter(by_rule=True)
    groups = list(held.order_by("pk"))
    Base.objects.select_for_update(of=("self",), no_key=True).get(pk=base.pk)
    before = _that_fit(groups, base)
    base.save(update_fields=list(fields))
    after = _that_fit(groups, base)
    for group in groups:
        if (group.pk in before) != (group.pk in after):
            for ask in MAY_MOVE:
                if why := ask(group, [base.pk], by):
                    raise GroupRefused(why)
    record("base changed", by=by, target=base.dfe_number, details=", ".join(changed), request=request)


def _that_fit(groups: Collection[BaseGroup], base: Base) -> set[int]:
    """The groups whose rule is for this base, active or not."""
    its = Base.objects.filter(pk=base.pk)
    return {group.pk for group in groups if its.fitting(group.rule).exists()}
