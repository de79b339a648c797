"""Work on conflicts that takes longer than a page may: many decided, and a large decision undone."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest

from schoolgate.authority.importing.conflicts.choices import Choice, Wish, decide_in
from schoolgate.authority.importing.conflicts.many import AT_ONCE, JOB
from schoolgate.authority.importing.conflicts.taking_back import begin_undo, carry_out_undo, pupils_of
from schoolgate.authority.records.models import Decision
from schoolgate.commons.accounts.models import User
from schoolgate.commons.faults import fault_point
from schoolgate.commons.jobs.kinds import JobKind, RunningJob, register
from schoolgate.commons.jobs.models import Job
from schoolgate.commons.jobs.submitting import submit

UNDO_JOB = "undo decision"


@register
class DecideConflicts(JobKind):
    """One decision on many conflicts. Done again it passes over what it has decided already."""

    name = JOB
    label = "Deciding conflicts"

    def words(self, args: dict[str, Any]) -> str:
        return f"Deciding {len(args['wishes']):,} conflicts"

    def run(self, running: RunningJob) -> dict[str, Any] | None:
        decision = Decision.objects.select_related("by").get(pk=running.args["decision"])
        choice = Choice(running.args["choice"])
        wishes = [Wish(pupil, conflict, choice, seen) for pupil, conflict, seen in running.args["wishes"]]
        decided = set(decision.conflicts.values_list("pk", flat=True))
        to_do = [wish for wish in wishes if wish.conflict not in decided]
        told = {"decided": len(decided), "changed": 0, "refused": 0}
        for start in range(0, len(to_do), AT_ONCE):
            with transaction.atomic():
                done = decide_in(decision, to_do[start : start + AT_ONCE])
                fault_point("decide.before-commit")
            fault_point("decide.portion")
            told["decided"] += done.number
            told["changed"] += len(done.changed)
            told["refused"] += len(done.refused)
            running.progress(len(decided) + start + AT_ONCE, len(wishes), "deciding")
        return told


@register
class UndoDecision(JobKind):
    """A large decision on conflicts is undone."""

    name = UNDO_JOB
    label = "Undoing decisions"

    def words(self, args: dict[str, Any]) -> str:
        return f"Undoing decision {args['undoes']}"

    def run(self, running: RunningJob) -> dict[str, Any] | None:
        step = Decision.objects.select_related("by", "undoes").get(pk=running.args["decision"])
        return carry_out_undo(step, lambda number, of: running.progress(number, of, "undoing"))


def undo_decision(
    decision: Decision, reason: str, *, by: User | None, request: HttpRequest | None = None
) -> dict[str, int] | None:
    """Undo a decision on conflicts: at once where it is about few pupils, else by a job, which gives an empty answer.

    None: it cannot be undone (any more). Raises StillDecided.
    """
    if being_decided(decision):
        raise StillDecided
    few = len(pupils_of(decision)) <= AT_ONCE
    with transaction.atomic():
        step = begin_undo(decision, reason, by=by, request=request)
        if step is None:
            return None
        if few:
            return carry_out_undo(step)
        args = {"decision": step.pk, "undoes": decision.pk}
        submit(UNDO_JOB, args, key=JOB, dedup=f"{UNDO_JOB} {step.pk}")
    return {}


class StillDecided(Exception):
    """The decision's own job has not ended."""


def being_decided(decision: Decision) -> bool:
    """Whether a job is still at it, or is to begin."""
    job = job_of(decision)
    return job is not None and job.ended_at is None


def job_of(decision: Decision) -> Job | None:
    """The job that decides many, or undoes a large decision; None: there is none, or it is not kept any more."""
    names = [f"{JOB} {decision.pk}", f"{UNDO_JOB} {decision.pk}"]
    return Job.objects.deduplicated().filter(dedup__in=names).first()
