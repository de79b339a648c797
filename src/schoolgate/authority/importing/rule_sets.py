"""Rule sets are made, changed and deleted by people; the audit has each step, before and after (reference 9.5)."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.deciding import ALWAYS_IMPORTED, Effect, Rules
from schoolgate.authority.importing.models import BaseRules, RuleSet
from schoolgate.authority.importing.telling import refusals_changed
from schoolgate.authority.records.groups.basic_details import BASIC_DETAILS
from schoolgate.authority.records.groups.data_group import DataGroup, Item
from schoolgate.authority.records.groups.identifiers import IDENTIFIERS
from schoolgate.authority.records.groups.registry import GROUPS
from schoolgate.authority.records.groups.staff_details import STAFF_DETAILS
from schoolgate.authority.records.groups.staff_identifiers import STAFF_IDENTIFIERS
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record

WORDS: Mapping[Effect, str] = {
    Effect.ALWAYS_IMPORT: "Always import",
    Effect.ALWAYS_CONFLICT: "Always put in conflict",
    Effect.IMPORT_IF_EMPTY: "Import if empty, else conflict",
    Effect.DONT_IMPORT: "Don’t import",
}
"""The field's names of the rules (reference 9.5: public)."""

WITH_ITEM_RULES = (IDENTIFIERS, BASIC_DETAILS, STAFF_IDENTIFIERS, STAFF_DETAILS)
"""Groups whose items may have rules of their own (reference 9.5: public; of staff after the pupils').

Carer details are the third there. A pupil's contacts are one item here, a list whose members are known again one by
one, so that their parts are decided together.
"""

RULED = tuple(group for group in GROUPS if group.name not in ALWAYS_IMPORTED)
"""Groups whose rule people set."""


class NameTaken(Exception):
    """Another rule set has this name."""


class InUse(Exception):
    """Bases use the set, or new ones do: it cannot be deleted."""


class ChangedMeanwhile(Exception):
    """Somebody else changed or deleted the set since it was shown."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a rule set is to say."""

    name: str
    otherwise: Effect
    groups: Mapping[str, Effect] = field(default_factory=dict)
    items: Mapping[tuple[str, str], Effect] = field(default_factory=dict)
    not_fed_back: Collection[str] = ()

    @property
    def rules(self) -> Rules:
        """As an import decides by them."""
        return Rules(self.otherwise, self.groups, self.items)

    @classmethod
    def of(cls, rule_set: RuleSet) -> "Wanted":
        """What a set says now."""
        rules = rule_set.rules
        return cls(rule_set.name, rules.otherwise, rules.groups, rules.items, rule_set.not_fed_back)


def items_with_rules() -> Iterator[tuple[DataGroup, Item]]:
    """All items that may have a rule of their own."""
    for group in WITH_ITEM_RULES:
        for item in group.items:
            yield group, item


def change(
    number: int, wanted: Wanted, *, version: int, by: User | None, request: HttpRequest | None = None
) -> RuleSet:
    """Let a set say this from the next imports on.

    ``version`` is the one that the person saw. Raises ChangedMeanwhile and NameTaken; nothing is written then.
    """
    with transaction.atomic():
        rule_set = RuleSet.objects.select_for_update().filter(pk=number).first()
        if rule_set is None or rule_set.version != version:
            raise ChangedMeanwhile
        _refuse_taken(wanted.name, beside=number)
        before = Wanted.of(rule_set)
        details = differences(before, wanted)
        if not details:
            return rule_set
        rule_set.name = wanted.name
        rule_set.not_fed_back = sorted(wanted.not_fed_back)
        rule_set.take(wanted.rules)
        rule_set.version += 1
        rule_set.changed_at, rule_set.changed_by = timezone.now(), by
        rule_set.save()
        record("rule set changed", by=by, target=before.name, details="; ".join(details), request=request)
        if set(before.not_fed_back) != set(wanted.not_fed_back):
            for base in bases_of(rule_set):
                refusals_changed(base)
    return rule_set


def copy(rule_set: RuleSet, name: str, *, by: User | None, request: HttpRequest | None = None) -> RuleSet:
    """Make a set that says the same under another name; no base uses it yet. Raises NameTaken."""
    with transaction.atomic():
        _refuse_taken(name)
        made = RuleSet.objects.create(
            name=name, effects=rule_set.effects, not_fed_back=rule_set.not_fed_back, changed_by=by
        )
        record("rule set made", by=by, target=name, details=f"a copy of {rule_set.name}", request=request)
    return made


def delete(number: int, *, by: User | None, request: HttpRequest | None = None) -> None:
    """Delete a set that nobody uses. Raises InUse and ChangedMeanwhile (it is gone)."""
    with transaction.atomic():
        rule_set = RuleSet.objects.select_for_update().filter(pk=number).first()
        if rule_set is None:
            raise ChangedMeanwhile
        if rule_set.standard or rule_set.bases.exists():
            raise InUse
        rule_set.delete()
        record("rule set deleted", by=by, target=rule_set.name, request=request)


def bases_of(rule_set: RuleSet) -> list[Base]:
    """The bases that are decided by a set: those that use it, and of the standard one those without a set."""
    found = Base.objects.filter(rules__rule_set=rule_set)
    if rule_set.standard:
        found |= Base.objects.exclude(pk__in=BaseRules.objects.order_by().values("base"))
    return list(found.order_by("pk"))


def differences(before: Wanted, after: Wanted) -> list[str]:
    """What changes from one to the other, a line each: ``Ethnicity: Always import → Don’t import``."""
    lines = [f"name: {before.name} → {after.name}"] if before.name != after.name else []
    if before.otherwise != after.otherwise:
        lines.append(f"otherwise: {WORDS[before.otherwise]} → {WORDS[after.otherwise]}")
    for group in RULED:
        lines += _changed(group.label, before.groups.get(group.name), after.groups.get(group.name))
        for item in group.items:
            place = (group.name, item.name)
            lines += _changed(f"{group.label}, {item.label}", before.items.get(place), after.items.get(place))
        told = [group.name not in one.not_fed_back for one in (before, after)]
        if told[0] != told[1]:
            lines.append(f"{group.label}: {'' if told[1] else 'not '}told to the school")
    return lines


def _changed(label: str, before: Effect | None, after: Effect | None) -> list[str]:
    said = [WORDS[one] if one else "as all others" for one in (before, after)]
    return [f"{label}: {said[0]} → {said[1]}"] if before != after else []


def _refuse_taken(name: str, *, beside: int = 0) -> None:
    if RuleSet.objects.filter(name__iexact=name).exclude(pk=beside).exists():
        raise NameTaken
