"""By which rules the documents of a base are decided (reference 9.5)."""

from collections.abc import Collection

from django.db import transaction
from django.http import HttpRequest

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.deciding import Effect, Rules
from schoolgate.authority.importing.models import BaseRules, RuleSet
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
    rule_set: RuleSet,
    bases: Collection[Base],
    *,
    add_unmatched: bool | None = None,
    by: User | None,
    request: HttpRequest | None = None,
) -> None:
    """Let these bases use a set from their next import on, and add unmatched pupils or not (None: as before)."""
    with transaction.atomic():
        for base in bases:
            row = base_rules(base)
            row.rule_set = rule_set
            if add_unmatched is not None:
                row.add_unmatched = add_unmatched
            row.save()
            added = "added" if row.add_unmatched else "wait"
            details = f"rules: {rule_set.name}; unmatched pupils: {added}"
            record("rules of a base changed", by=by, target=base.dfe_number, details=details, request=request)


def use_for_new_bases(
    rule_set: RuleSet, *, add_unmatched: bool | None = None, by: User | None, request: HttpRequest | None = None
) -> None:
    """Let all bases without rules of their own use a set from their next import on; what is added as with ``use``."""
    with transaction.atomic():
        before = RuleSet.objects.select_for_update().filter(standard=True).exclude(pk=rule_set.pk)
        if before.update(standard=False):
            record("rules of new bases changed", by=by, target=rule_set.name, request=request)
        RuleSet.objects.filter(pk=rule_set.pk).update(standard=True)
        if add_unmatched is not None:
            ADD_UNMATCHED.set(add_unmatched, by=by, request=request)
