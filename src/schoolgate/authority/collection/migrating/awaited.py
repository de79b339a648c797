"""Which task brings the first data of a kind after a migration, and when (seed, "Initial data transfer")."""

from datetime import datetime

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection.last_runs import tasks_of
from schoolgate.authority.collection.models import Data, ScheduledTask, Sources
from schoolgate.authority.collection.tasks import next_dues


def first_of_all_pupils(base: Base, data: Data) -> tuple[ScheduledTask, datetime] | None:
    """The task through an API that is due first, of those that name a base and ask for all of its pupils.

    One that asks for some pupils only, or is never due again, does not bring all that changed since the school moved.
    """
    active = tasks_of(base).filter(active=True, sources=Sources.API, data=data, looked_after=False)
    tasks = {task.pk: task for task in active if not task.nc_years}
    dues = next_dues(tasks.values())
    if not dues:
        return None
    first = min(dues, key=lambda number: (dues[number], number))
    return tasks[first], dues[first]
