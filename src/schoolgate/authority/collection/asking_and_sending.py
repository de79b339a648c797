"""What a run does for a school that sends files: ask it for one, and send it what was changed here (ADR 025)."""

from datetime import datetime

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection.ending import succeed
from schoolgate.authority.collection.models import CollectionRun, RunState, ScheduledTask
from schoolgate.authority.collection.models.run import CollectionRunQuerySet
from schoolgate.authority.exchange import outbox
from schoolgate.authority.exchange.sending_back import Sent, Whose, groups_to_send, send_back


def begin_with_files(run: CollectionRun, its: CollectionRunQuerySet, begun: datetime) -> bool:
    """Ask a school for a file, for which the run waits, and send it what was changed here, as its task wants.

    In the commit of the run's step, so that a kill leaves both or neither. Raises NoSpace, DocumentError.
    """
    asked = "The school is asked for a file, on its program's first page. It closes when a file that fits is imported."
    task = run.task
    sent = ""
    if task is not None and task.sends_back and its.filter(state=RunState.PENDING).exists():
        sent = _send_changes(run.base, task).in_words()
    if task is None or task.takes:
        taken = its.take("ask", started_at=begun, message=f"{sent} {asked}".strip()[:500])
        if taken:
            outbox.ask(run.base, run=run.pk, data=run.data, task_name=run.task_name)
        return bool(taken)
    if taken := its.take("collect", started_at=begun):
        run.refresh_from_db()
        succeed(run, sent)
    return bool(taken)


def _send_changes(base: Base, task: ScheduledTask) -> Sent:
    """Put into the outbox what the task wants a school to be sent. Raises NoSpace, DocumentError."""
    whose = Whose(leavers=task.leavers, looked_after=task.looked_after, nc_years=task.nc_years)
    return send_back(base, groups_to_send(task.sent_groups), whose, made_for=task.name)
