"""What the first page says of collecting: who could not be collected, what is held back, whose attendance is awaited
or can be missing since a migration, which tasks would end with one; and the step that helps."""

from django.urls import reverse
from django.utils import timezone

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection.alerts import left_failed
from schoolgate.authority.collection.migrating.tracking import attendance_awaited, last_day_in_time
from schoolgate.authority.collection.models import BaseMigration, HeldBackRow, Phase, ScheduledTask
from schoolgate.authority.collection.running import COLLECT, page_of
from schoolgate.authority.collection.taking_over import asked_for
from schoolgate.authority.exchange.today import ALSO_TO_DO, TOLD_IN_OWN_WORDS, ToDo, named

LONGEST = 160
"""Characters of what one run says."""


def failed_runs() -> list[ToDo]:
    """The only one in its own words; several by the names of their schools, and the newest leads on."""
    failed = list(left_failed().select_related("base").order_by("-made_at", "-pk")[:100])
    if not failed:
        return []
    address = page_of(failed[0].pk)
    if len(failed) == 1:
        said = failed[0].message
        said = said if len(said) <= LONGEST else f"{said[:LONGEST]}…"
        return [ToDo(f"{failed[0].base.name} could not be collected. {said}", "See what to do", address)]
    bases = list({run.base_id: run.base for run in failed}.values())
    return [ToDo(f"Could not be collected: {named(bases)}.", "See why", address)]


def held_back() -> list[ToDo]:
    """Rows that wait until somebody maps, mends or drops them; in numbers, since everybody reads this page."""
    rows = HeldBackRow.objects.filter(state=HeldBackRow.State.HELD).count()
    if not rows:
        return []
    what = "One row of a school’s system is" if rows == 1 else f"{rows:,} rows of schools’ systems are"
    return [ToDo(f"{what} held back.", "Look at the quarantine", reverse("held-back"))]


def awaited_attendance() -> list[ToDo]:
    """Bases whose attendance has not come since the school moved, once two of the three months are over."""
    today = timezone.localdate()
    waiting = attendance_awaited(today)
    if not waiting:
        return []
    first = waiting[0]
    left = (last_day_in_time(first) - today).days
    bases = named([one.base for one in waiting])
    if left < 0:
        until = "The three months in which it should have come are over: run it now, and see which days can be missing."
    else:
        until = f"Of the three months in which it should, {'1 day is' if left == 1 else f'{left} days are'} left."
    text = f"No attendance has come since the move to SIMS Primary: {bases}. {until}"
    return [ToDo(text, "See what is to do", reverse("base-migration", args=[first.base_id]))]


def gaps() -> list[ToDo]:
    """Bases that are marked, since data of some days can be missing."""
    marked = list(
        BaseMigration.objects.marked().filter(base__active=True).select_related("base").order_by("gap_noted_at")
    )
    if not marked:
        return []
    bases = named([one.base for one in marked])
    text = f"Data of some days after the move to SIMS Primary can be missing: {bases}."
    return [ToDo(text, "Plan the catch-up", reverse("base-migration", args=[marked[0].base_id]))]


def asked_take_overs() -> list[ToDo]:
    """Tasks that schools ask to take over: the one asked for first, and how many more."""
    asked = list(asked_for().prefetch_related("bases")[:100])
    if not asked:
        return []
    first, more = asked[0], len(asked) - 1
    text = f"{named(list(first.bases.all()))} asks to take over the task “{first.name}”."
    also = "" if not more else " One more is asked for." if more == 1 else f" {more} more are asked for."
    return [ToDo(text + also, "Give it, or not", reverse("task", args=[first.pk]))]


def phase_1_before_migration() -> list[ToDo]:
    """Bases about to migrate whose Phase 1 tasks would end with it; such tasks of all others may wait."""
    about_to = Base.objects.filter(active=True, migration__school_moved_on__isnull=False, migration__migrated_at=None)
    left = ScheduledTask.objects.filter(phase=Phase.ONE, active=True, bases__in=about_to)
    bases = list(about_to.filter(tasks__in=left).distinct().order_by("name", "pk"))
    if not bases:
        return []
    number = left.count()
    tasks = "One task is" if number == 1 else f"{number:,} tasks are"
    text = f"{tasks} still on Phase 1, and would end as the base migrates to SIMS Primary: {named(bases)}."
    only = f"?base={bases[0].pk}" if len(bases) == 1 else ""
    return [ToDo(text, "Migrate to Phase 2", reverse("phase-1-tasks") + only)]


ALSO_TO_DO += [failed_runs, held_back, phase_1_before_migration, awaited_attendance, gaps, asked_take_overs]
TOLD_IN_OWN_WORDS.append(COLLECT)
