"""The job that works out what rules would have done."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from schoolgate.authority.importing.effects import effects_of
from schoolgate.authority.importing.models import RuleSet
from schoolgate.authority.importing.rule_sets import Wanted, bases_of
from schoolgate.commons.jobs.kinds import JobKind, Permanent, RunningJob, register
from schoolgate.commons.jobs.models import Job
from schoolgate.commons.jobs.submitting import submit

DAYS = 30
"""So far back is looked."""


class CalledOff(Exception):
    """Somebody asked to stop."""


@register
class WorkOutEffects(JobKind):
    """What a rule set, saved so or not, would have done with what its bases sent lately. Nothing is changed by it."""

    name = "effect of rules"
    label = "Working out the effect of rules"

    def words(self, args: dict[str, Any]) -> str:
        return f"Working out what the rules {args['name']} would have done"

    def run(self, running: RunningJob) -> dict[str, Any] | None:
        rule_set = RuleSet.objects.filter(pk=running.args["rule_set"]).first()
        if rule_set is None:
            raise Permanent("This rule set is deleted. Choose another one.")

        def progress(done: int, total: int) -> None:
            running.progress(done, total, "looking at what came")
            if running.cancel_asked():
                raise CalledOff

        bases = bases_of(rule_set)
        rules = RuleSet(effects=running.args["effects"]).rules
        try:
            found = effects_of(rules, bases, timezone.now() - timedelta(days=DAYS), progress)
        except CalledOff:
            return None
        return {"bases": len(bases), **found.as_json()}


def ask_for_effects(rule_set: RuleSet, wanted: Wanted, *, saved: bool) -> Job:
    """Have worked out what ``wanted`` would have done at the bases of a set."""
    args = {
        "rule_set": rule_set.pk,
        "version": rule_set.version,
        "name": wanted.name,
        "effects": RuleSet().take(wanted.rules).effects,
        "not_fed_back": sorted(wanted.not_fed_back),
        "saved": saved,
    }
    return submit(WorkOutEffects.name, args)
