"""By which rules the documents of a base are decided (reference 9.5)."""

from collections.abc import Collection

from django.db import transaction
from django.http import HttpRequest

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.deciding import Effect, Rules
from schoolgate.authority.importing.models import BaseRules, RuleSet
from schoolgate.authority.importing.telling import refusals_changed
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.commons.preferences.registry import YesNoPreference

NEW_BASES = "New bases"
ALWAYS_IMPORT = "Always import"

ADD_UNMATCHED = YesNoPreference(
    "new-bases-add-unmatched",
    default=False,
    meaning="whether pupils whom nobody knows are added by themselves from a base without rules of its own",
)


def standard_set() -> RuleSet:
    """The set of bases that have none of their own: always in conflict, as it is shipped."""
    shipped = {"name": NEW_BASES, "effects": RuleSet().take(Rules(Effect.ALWAYS_CONFLICT)).effects}
    return RuleSet.objects.get_or_create(standard=True, defaults=shipped)[0]


def always_import_set() -> RuleSet:
    """The set by which all is imported."""
    shipped = {"effects": RuleSet().take(Rules(Effect.ALWAYS_IMPORT)).effects}
    return RuleSet.objects.get_or_create(name=ALWAYS_IMPORT, defaults=shipped)[0]


def base_rules(base: Base) -> BaseRules:
    """The row of a base; one that is not saved yet, by the standard set, where it has none."""
    found = BaseRules.objects.select_related("rule_set").filter(base=base).first()
    return found or BaseRules(base=base, rule_set=standard_set(), add_unmatched=ADD_UNMATCHED.get())


def use(
    rule_set: RuleSet | None,
    bases: Collection[Base],
    *,
    add_unmatched: bool | None = None,
    ask_first: bool | None = None,
    by: User | None,
    request: HttpRequest | None = None,
) -> int:
    """Let these bases use a set from their next import on, add unmatched pupils or not, wait for a person or not.

    None leaves a thing at each base as it was. How many bases were changed. Raises RuleSet.DoesNotExist for a set that
    was deleted meanwhile.
    """
    changed = 0
    with transaction.atomic():
        if rule_set is not None:
            rule_set = RuleSet.objects.select_for_update().get(pk=rule_set.pk)
        # Held in one order, so that two who change many at once do not wait for each other.
        rows = {
            row.base_id: row
            for row in BaseRules.objects.select_for_update(of=("self",))
            .select_related("rule_set")
            .filter(base__in=bases)
            .order_by("base")
        }
        standard, adds = standard_set(), ADD_UNMATCHED.get()
        for base in sorted(bases, key=lambda one: one.pk):
            row = rows.get(base.pk) or BaseRules(base=base, rule_set=standard, add_unmatched=adds)
            before = _in_words(row)
            not_fed_back = set(row.rule_set.not_fed_back)
            row.rule_set = rule_set or row.rule_set
            row.add_unmatched = row.add_unmatched if add_unmatched is None else add_unmatched
            row.ask_first = row.ask_first if ask_first is None else ask_first
            if row.pk and before == _in_words(row):
                continue
            row.save()
            changed += 1
            details = f"{before} → {_in_words(row)}"
            record("rules of a base changed", by=by, target=base.dfe_number, details=details, request=request)
            if not_fed_back != set(row.rule_set.not_fed_back):
                refusals_changed(base)
    return changed


def _in_words(row: BaseRules) -> str:
    parts = [row.rule_set.name, f"unmatched {'added' if row.add_unmatched else 'wait'}"]
    return ", ".join([*parts, "asked before each import"] if row.ask_first else parts)


def use_for_new_bases(
    rule_set: RuleSet, *, add_unmatched: bool | None = None, by: User | None, request: HttpRequest | None = None
) -> None:
    """Let all bases without rules of their own use a set from their next import on; what is added as with ``use``."""
    with transaction.atomic():
        before = RuleSet.objects.select_for_update().filter(standard=True).exclude(pk=rule_set.pk)
        names = ", ".join(before.values_list("name", flat=True))
        if before.update(standard=False):
            details = f"{names} → {rule_set.name}"
            record("rules of new bases changed", by=by, target=rule_set.name, details=details, request=request)
        RuleSet.objects.filter(pk=rule_set.pk).update(standard=True)
        if add_unmatched is not None:
            ADD_UNMATCHED.set(add_unmatched, by=by, request=request)
