"""Groups of bases: made, changed and deleted, where they are used, and who is in which."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import BooleanField, ExpressionWrapper
from django.http import HttpRequest
from django.utils import timezone

from schoolgate.authority.bases.la import LA_NUMBER
from schoolgate.authority.bases.models import Base, BaseGroup, BaseQuerySet
from schoolgate.authority.bases.models.base import fits
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record


@dataclass(frozen=True)
class Use:
    """Something that goes by a group: what people call it, and its page."""

    words: str
    address: str


USES: list[Callable[[Collection[int]], Mapping[int, list[Use]]]] = []
"""Each tells, for groups by their numbers, what of its room uses them. A room adds its own, in its apps.ready."""

MAY_MOVE: list[Callable[[BaseGroup, Collection[int], User | None], str]] = []
"""Each says why these bases, by their numbers, may not come into a group or leave it by this person's hand; "" where
they may. Called in the transaction that moves them. A room adds its own, in its apps.ready."""


class GroupRefused(Exception):
    """It cannot be done; the message is a sentence for the person who asked."""


class ChangedMeanwhile(GroupRefused):
    """Somebody else has changed the group since it was shown."""

    def __init__(self) -> None:
        super().__init__("Somebody else has changed this group meanwhile. Look at it, then enter yours again.")


@dataclass(frozen=True)
class Wish:
    """What a group is to be: by `rule` (`BaseGroup.rule`), or by hand those in `chosen`."""

    name: str
    by_rule: bool
    rule: Mapping[str, Any] = field(default_factory=dict)
    chosen: Collection[Base] = ()

    @property
    def bases(self) -> BaseQuerySet:
        """Who would be in it today."""
        found = Base.objects.filter(active=True)
        return found.fitting(self.rule) if self.by_rule else found.filter(pk__in=[base.pk for base in self.chosen])


def wish_of(group: BaseGroup) -> Wish:
    """What a group is."""
    return Wish(group.name, group.by_rule, group.rule, list(group.chosen.all()))


@transaction.atomic
def save_group(
    group: BaseGroup | None,
    wish: Wish,
    *,
    seen: datetime | None,
    by: User | None,
    request: HttpRequest | None = None,
) -> BaseGroup:
    """Make a group, or change one; `seen` is when it was changed last, as it was shown.

    Raises ChangedMeanwhile, and GroupRefused where another group has the name, nothing is chosen by a rule, or a base
    may not be moved.
    """
    if group is None:
        group = BaseGroup()
        did = "group of bases added"
    else:
        found = BaseGroup.objects.select_for_update().filter(pk=group.pk).first()
        if found is None or found.changed_at != seen:
            raise ChangedMeanwhile
        group, did = found, "group of bases changed"
    if BaseGroup.objects.filter(name__iexact=wish.name).exclude(pk=group.pk).exists():
        raise GroupRefused("Another group has this name.")
    rule = {name: value for name, value in wish.rule.items() if value} if wish.by_rule else {}
    if wish.by_rule and not rule:
        raise GroupRefused("Say by what the rule chooses: phase, system, county or a part of the name.")
    if group.pk is not None:
        _require_may_move(group, replace(wish, rule=rule), by)
    group.name, group.by_rule, group.rule = wish.name, wish.by_rule, rule
    group.changed_at, group.changed_by = timezone.now(), by
    group.save()
    group.chosen.set([] if wish.by_rule else wish.chosen)
    number = wish.bases.count()
    details = f"by {'rule' if wish.by_rule else 'hand'}, {number:,} school{'' if number == 1 else 's'}"
    record(did, by=by, target=group.name, details=details, request=request)
    return group


def _require_may_move(group: BaseGroup, wish: Wish, by: User | None) -> None:
    before, after = (set(who.bases.values_list("pk", flat=True)) for who in (group, wish))
    for ask in MAY_MOVE:
        if why := ask(group, before ^ after, by):
            raise GroupRefused(why)


@transaction.atomic
def delete_group(group: BaseGroup, *, by: User | None, request: HttpRequest | None = None) -> None:
    """Delete a group; its bases stay as they are. Raises GroupRefused where it is used, and says where."""
    BaseGroup.objects.select_for_update().filter(pk=group.pk).first()
    if uses := uses_of([group]).get(group.pk):
        raise GroupRefused(f"{group.name} is used by {', '.join(use.words for use in uses)}. Take it out there first.")
    record("group of bases deleted", by=by, target=group.name, request=request)
    group.delete()


def uses_of(groups: Iterable[BaseGroup]) -> dict[int, list[Use]]:
    """Where each of these groups is used."""
    numbers = [group.pk for group in groups]
    found: dict[int, list[Use]] = {number: [] for number in numbers}
    for look in USES:
        for number, uses in look(numbers).items():
            found[number] += uses
    return found


def groups_of(bases: Collection[Base]) -> dict[int, list[str]]:
    """The names of the groups that each of these bases is in; two queries, however many groups there are."""
    groups = list(BaseGroup.objects.all())
    by_rule = {f"in_{group.pk}": group for group in groups if group.by_rule}
    by_hand = {group.pk: group for group in groups if not group.by_rule}
    own = LA_NUMBER.get()
    rules = {
        name: ExpressionWrapper(fits(group.rule, own), output_field=BooleanField()) for name, group in by_rule.items()
    }
    active = Base.objects.filter(pk__in=[base.pk for base in bases], active=True)
    found: dict[int, list[str]] = {base.pk: [] for base in bases}
    for row in active.annotate(**rules).values("pk", *by_rule):
        found[row["pk"]] += [group.name for name, group in by_rule.items() if row[name]]
    for base, group in active.filter(groups__in=by_hand).values_list("pk", "groups"):
        if group in by_hand:
            found[base].append(by_hand[group].name)
    return {base: sorted(names) for base, names in found.items()}


def narrow_to_group(bases: Any, choice: str) -> Any:
    """Of a list of bases those in the group of this number, for filters of tables."""
    group = BaseGroup.objects.filter(pk=int(choice)).first()
    return bases.filter(pk__in=group.bases.values("pk")) if group is not None else bases.none()


def group_choices() -> list[tuple[str, str]]:
    """Every group, for filters of tables."""
    return [(str(pk), name) for pk, name in BaseGroup.objects.order_by("name").values_list("pk", "name")]
