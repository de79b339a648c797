"""The job that a due task comes to: a run of each of its bases, made once for each due instant."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from schoolgate.authority.collection.models import ScheduledTask
from schoolgate.authority.collection.running import ask_for_runs
from schoolgate.authority.collection.sentence import moment
from schoolgate.authority.collection.tasks import DUE
from schoolgate.commons.jobs.kinds import JobKind, RunningJob, register
from schoolgate.commons.journal.writing import write
from schoolgate.commons.schedules.models import Run


@register
class DueTask(JobKind):
    """One due instant of a task."""

    name = DUE
    label = "Scheduled tasks"
    routine = True
    keep_days = 14

    def words(self, args: dict[str, Any]) -> str:
        return f"Task {args['task']}, due {moment(datetime.fromisoformat(args['due']))}"

    def run(self, running: RunningJob) -> dict[str, Any] | None:
        task = ScheduledTask.objects.filter(pk=running.args["task"]).first()
        if task is None or not task.active:
            return None
        with transaction.atomic():
            schedule_run = Run.objects.filter(job=running.job_id).first()
            # Done again after a kill it has begun before, and has been told of.
            first = schedule_run is None or schedule_run.begin()
            made = ask_for_runs(task, due_at=datetime.fromisoformat(running.args["due"]))
            if first and schedule_run is not None and schedule_run.missed:
                times = "once" if schedule_run.missed == 1 else f"{schedule_run.missed:,} times"
                _tell(task, f"Task {task.name} missed its time {times}, and is run late.")
            if first and not made and not (task.collected_bases.exists() or task.waiting_bases.exists()):
                _tell(task, f"Task {task.name} was due, and there is no school of its kind in it.")
        return {"runs": made}


def _tell(task: ScheduledTask, sentence: str) -> None:
    write("WARN", sentence, link=reverse("task", args=[task.pk], urlconf=settings.ROOT_URLCONF))
