"""What migrating a base does to each scheduled task that names it (seed, "Scheduled Tasks"; the reading: ADR 020).

One list says it before, as the officer is asked, and is carried out after (`migrate`): nothing else happens to tasks.
"""

from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b
from typing import Any

from django.db.models import Q

from schoolgate.authority.bases.models import SIMS_7, Base, BaseGroup
from schoolgate.authority.collection.last_runs import tasks_of
from schoolgate.authority.collection.locks import locks_on
from schoolgate.authority.collection.models import SENDS_BACK, BaseMigration, Data, Phase, ScheduledTask, Sources

TO = "sims-primary"
"""The system to which bases migrate, by its connector's name."""
PHASE_1_ENDS = "Phase 1 tasks end with SIMS 7."


class Effect(StrEnum):
    """What becomes of a task for one base, in the words of the page."""

    GOES_ON = "goes on"
    GOES_ON_APART = "goes on apart"
    STARTS = "starts"
    LEAVES = "leaves"
    STOPS = "stops"
    STAYS_OFF = "stays off"


@dataclass(frozen=True)
class TaskEffect:
    """What becomes of one task for one base, and why, in a sentence."""

    task: ScheduledTask
    effect: Effect
    why: str

    def on_record(self) -> dict[str, Any]:
        """As it is kept for the checklist, and printed for programs."""
        return {"task": self.task.pk, "name": self.task.name, "effect": self.effect.value, "why": self.why}


def effects_on_tasks(base: Base) -> list[TaskEffect]:
    """What migrating this base today would do to the tasks that name it, or will by a group's rule; by name."""
    found = tasks_of(base).filter(sources=Sources.API) if base.is_collected else tasks_of(base)
    tasks = {task.pk: task for task in found.prefetch_related("groups")}
    for task in _tasks_of_groups_it_joins(base):
        tasks.setdefault(task.pk, task)
    return [_effect_on(task, base) for task in sorted(tasks.values(), key=lambda task: (task.name, task.pk))]


def digest_of_effects(base: Base) -> str:
    """What a person has seen of the effects: another digest says that something has changed since."""
    moved_on = BaseMigration.objects.filter(base=base).values_list("school_moved_on", flat=True).first()
    told = [(one.task.pk, one.task.version, one.effect.value) for one in effects_on_tasks(base)]
    return blake2b(repr((base.mis, moved_on, told)).encode(), digest_size=12).hexdigest()


def others_on_sims_7(task: ScheduledTask, base: Base) -> bool:
    """Whether other schools with SIMS 7 are collected by a task."""
    return task.named_bases.filter(mis=SIMS_7).exclude(pk=base.pk).exists()


def successor_of(task: ScheduledTask) -> ScheduledTask | None:
    """The task that goes on for those of its schools that migrated before.

    One that does something else by now is none, nor one that is switched off, a school's own, or locked by a school
    that is in it: nobody else is put into that.
    """
    goes_on = task.continued_by.filter(sources=Sources.API, active=True, owner=task.owner, data=task.data)
    found = [one for one in goes_on.order_by("pk") if one.filters == task.filters]
    locked = locks_on(found)
    return next((one for one in found if one.pk not in locked), None)


def _effect_on(task: ScheduledTask, base: Base) -> TaskEffect:
    if task.sources == Sources.API:
        return _effect_on_api_task(task, base)
    ends = why_it_ends(task)
    others = others_on_sims_7(task, base)
    if not task.active:
        # Left in it, the school would keep the others from switching it on: the two kinds never stand in one.
        effect, why = (Effect.LEAVES, "It stays for its other schools.") if others else (Effect.STAYS_OFF, ends)
        return TaskEffect(task, effect, f"It is not active. {why}".rstrip())
    if ends:
        if others:
            return TaskEffect(task, Effect.LEAVES, f"{ends} It goes on for its other schools.")
        return TaskEffect(task, Effect.STOPS, ends)
    if others or successor_of(task) is not None:
        apart = "together with those of its schools that migrated before" if successor_of(task) else "as one of its own"
        return TaskEffect(task, Effect.GOES_ON_APART, f"With the same name and times, {apart}.")
    return TaskEffect(task, Effect.GOES_ON, "With the same name and times, through SIMS Primary.")


def _effect_on_api_task(task: ScheduledTask, base: Base) -> TaskEffect:
    if not task.active:
        return TaskEffect(task, Effect.STAYS_OFF, "It is not active. Switch it on to have it start.")
    if base.is_collected:
        return TaskEffect(task, Effect.GOES_ON, "Through SIMS Primary.")
    if task.data == Data.ATTENDANCE:
        return TaskEffect(task, Effect.STARTS, "It was made for the time after the migration.")
    return TaskEffect(task, Effect.STARTS, "It collects schools through an API, and names this one.")


def why_it_ends(task: ScheduledTask) -> str:
    """Why a task of SIMS 7 cannot go on with SIMS Primary; "" for one that does."""
    return PHASE_1_ENDS if task.phase == Phase.ONE else _why_its_data_ends(task)


def way_on(task: ScheduledTask) -> str:
    """How a task that ended only since it was of Phase 1 goes on all the same; "" for all others."""
    if task.phase != Phase.ONE or _why_its_data_ends(task):
        return ""
    return "Migrate it to Phase 2 and switch it on: then it goes on."


def _why_its_data_ends(task: ScheduledTask) -> str:
    if task.transfer_type in SENDS_BACK:
        return "Data is sent back to schools with SIMS 7 only."
    if task.data == Data.ATTAINMENT:
        return "Attainment is collected from schools with SIMS 7 only."
    if task.data == Data.ATTENDANCE:
        return (
            "Attendance of SIMS 7 ends with it; an Attendance Changed Data (SIMS Primary) task collects it afterwards."
        )
    return ""


def _tasks_of_groups_it_joins(base: Base) -> list[ScheduledTask]:
    """Tasks for schools with an API of groups whose rule takes the base once its system is another."""
    joined = []
    for group in BaseGroup.objects.filter(by_rule=True, tasks__sources=Sources.API).distinct():
        systems = group.rule.get("systems") or []
        whatever = {name: value for name, value in group.rule.items() if name != "systems"}
        if TO in systems and Base.objects.filter(pk=base.pk, active=True).fitting(whatever).exists():
            joined.append(group)
    return list(ScheduledTask.objects.filter(Q(groups__in=joined), sources=Sources.API).distinct())
