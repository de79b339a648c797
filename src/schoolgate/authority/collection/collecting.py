"""The job that does one run: it asks a base's system, keeps what it says, and hands it over to be imported.

A worker that dies anywhere leaves a run that is begun again from its start: nothing of it counts before the commit that
hands it over, and no cursor moves before the import's end (`ending`). One run of a school goes on at a time, by the
job's key.
"""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection.asking_and_sending import begin_with_files
from schoolgate.authority.collection.attainment.folder import FolderRefused
from schoolgate.authority.collection.attainment.taking import take_files
from schoolgate.authority.collection.connecting import (
    NEEDS_SOMEBODY,
    NO_CONNECTION,
    NotConnected,
    connection_of,
    connector_for,
    note,
)
from schoolgate.authority.collection.ending import cancel, fail
from schoolgate.authority.collection.gathering import Gathering
from schoolgate.authority.collection.handing_over import hand_over
from schoolgate.authority.collection.holding_back import MOST_BAD_ROWS, keep
from schoolgate.authority.collection.meanings import UNKNOWN_CODE, Meanings
from schoolgate.authority.collection.migrating.tracking import (
    first_cursors,
    first_days,
    first_run_after,
    what_can_be_missing,
)
from schoolgate.authority.collection.models import (
    BaseMigration,
    CollectionRun,
    Cursor,
    Data,
    Level,
    RunState,
)
from schoolgate.authority.collection.not_yet_held import held_now_since
from schoolgate.authority.collection.plan import Plan, plan, scope_of
from schoolgate.authority.collection.run_log import RunLog
from schoolgate.authority.collection.running import COLLECT
from schoolgate.authority.collection.staging import UNKNOWN_PUPIL, Staging
from schoolgate.authority.collection.tools import CalledOff, NotNow, tools_for
from schoolgate.authority.collection.who import held_keys
from schoolgate.commons.faults import fault_point
from schoolgate.commons.filestore import NoSpace
from schoolgate.commons.jobs.kinds import JobKind, RunningJob, TryLater, register
from schoolgate.commons.jobs.models import Job, State
from schoolgate.commons.jobs.periodic import every
from schoolgate.documents.problems import DocumentError
from schoolgate.wire.mis.connector import Check, Connector, Filters, Group, MisError, Trouble

TOO_MANY_BAD_ROWS = "too-many-bad-rows"
"""Code of a run: more rows could not be read than may be held back."""
NOT_OFFERED = "not-offered"
"""Code of a run: the base's system does not tell such data."""
NO_SPACE = "no-space"
"""Code of a run: there was no room on the disk for what was collected."""
STOPPED = "stopped"
"""Code of a run: its job ended badly, and says why."""

_CODES: dict[type[Exception], str] = {NotConnected: NO_CONNECTION, NoSpace: NO_SPACE, FolderRefused: "folder-refused"}

TRIES = 8
FIRST_WAIT_SECONDS = 60.0
LONGEST_WAIT_SECONDS = 3600.0
CAUGHT_UP_AT_ONCE = 200


@register
class Collect(JobKind):
    """One run of one base. How it ends stands on the run, so that the job is done even when that has failed."""

    name = COLLECT
    label = "Collecting from schools"
    max_attempts = TRIES

    def words(self, args: dict[str, Any]) -> str:
        return f"Collecting from {args.get('base', 'a school')}"

    def run(self, running: RunningJob) -> dict[str, Any] | None:
        its = CollectionRun.objects.filter(pk=running.args["run"], job=running.job_id)
        run = its.select_related("base", "task").first()
        if run is None:
            return None
        if not run.base.active:
            cancel(run, "The school is not active here any more.")
            return {"state": RunState.CANCELLED}
        try:
            begun = _begin(run)
        except (NoSpace, DocumentError) as error:
            fail(run, NO_SPACE if isinstance(error, NoSpace) else error.code, str(error))
            return {"state": RunState.FAILED}
        if not run.base.is_collected and not _reads_folder(run):
            fault_point("collect.asked")
            run.refresh_from_db(fields=["state"])
            return {"state": run.state}
        if not begun:
            return None
        run.refresh_from_db(fields=["started_at", "connector", "state"])
        fault_point("collect.begun")
        notes = RunLog(run)
        try:
            if _reads_folder(run):
                take_files(run, notes)
            else:
                _collect(run, running, notes)
        except CalledOff:
            cancel(run)
        except NotNow as later:
            _later(run, running, notes, later.seconds, Trouble.BUSY, notes.last_trouble())
        except (NotConnected, NoSpace, FolderRefused) as error:
            fail(run, _CODES[type(error)], str(error))
        except MisError as error:
            notes.error(error.sentence, code=error.trouble)
            if error.passes:
                _later(run, running, notes, None, error.trouble, error.sentence)
            else:
                fail(run, error.trouble, error.sentence)
        finally:
            notes.keep_calls()
        run.refresh_from_db(fields=["state"])
        return {"state": run.state}


def _begin(run: CollectionRun) -> bool:
    """Begin to collect; of a school that sends files see `begin_with_files`. False: it has ended.

    The base is held, so that nobody migrates it, or changes the day from which on its changes are asked for, while the
    run begins by what was before.
    """
    with transaction.atomic():
        run.base = Base.objects.select_for_update(of=("self",)).get(pk=run.base_id)
        its = CollectionRun.objects.filter(pk=run.pk, job=run.job_id)
        # Noted before the first call: what changes while it goes on is asked for again next time.
        begun = timezone.now()
        if run.base.is_collected or _reads_folder(run):
            connector = run.base.mis if run.base.is_collected else ""
            return bool(
                its.take("collect", started_at=begun, connector=connector, next_try_at=None, code="", message="")
            )
        return begin_with_files(run, its, begun)


def _reads_folder(run: CollectionRun) -> bool:
    return not run.base.is_collected and run.task is not None and run.task.reads_folder


def _collect(run: CollectionRun, running: RunningJob, notes: RunLog) -> None:
    """Ask, and hand over. Raises MisError, NotConnected, NoSpace, NotNow and CalledOff, and then nothing counts."""
    connection = connection_of(run.base)
    connector = connector_for(connection, tools_for(running, notes.call))

    def on_progress(pupils: int, text: str) -> None:
        running.progress(pupils, 0, text)
        if running.cancel_asked():
            raise CalledOff

    filters = run.task.filters if run.task else Filters()
    known = held_keys(run.base)
    made, migration = _plan(run, connector, filters, known)
    if not made.steps:
        fail(run, NOT_OFFERED, f"{connector.label} does not tell {run.get_data_display()}.")
        return
    meanings = Meanings(run.connector, run.base)
    staging = Staging(run.base, meanings, known)
    try:
        gathered = Gathering(connector, staging, filters, notes, on_progress).carry_out(made, meanings)
    except MisError as error:
        if error.trouble in NEEDS_SOMEBODY:
            note(connection, Check(error.sentence, error.trouble))
        raise
    note(connection, Check(""))
    run.too_old_until = gathered.too_old_until
    if migration is not None and (missing := what_can_be_missing(migration, run)):
        notes.warn(missing)
    full = made.full and not gathered.failed
    if full and "" in staging.half_read:
        notes.warn("Some rows do not say whose they are. So nobody is taken to be missing.")
        full = False
    staging.settle_who(full=full)
    unreadable = [row for row in staging.held_back if row.code != UNKNOWN_CODE]
    # A pupil whom nobody knows is one, however many marks there are of it.
    counted = {row.key if row.code == UNKNOWN_PUPIL else number for number, row in enumerate(unreadable)}
    if len(counted) > (most := MOST_BAD_ROWS.get()):
        told = f"{len(counted):,} rows cannot be read; a run may hold back {most:,}. Nothing of it is imported."
        with transaction.atomic():
            fail(run, TOO_MANY_BAD_ROWS, told, held_back=keep(run, unreadable[:most]))
        return
    hand_over(run, staging, gathered, connector, full=full)


def _plan(
    run: CollectionRun, connector: Connector, filters: Filters, known: frozenset[str]
) -> tuple[Plan, BaseMigration | None]:
    """What is asked for, and the migration of the base if the run is the first after it."""
    scope = scope_of(filters)
    cursors = _cursors(run, scope)
    days, migration, held_since = run.days, None, None
    if run.data == Data.ATTENDANCE and Group.ATTENDANCE in cursors:
        if held_since := held_now_since(run.base, run.connector, scope, known):
            # Without its cursor attendance is read by days.
            del cursors[Group.ATTENDANCE]
    elif migration := first_run_after(run):
        days = first_days(migration, run)
        cursors = {**first_cursors(migration, connector), **cursors}
    made = plan(
        Data(run.data),
        connector.capabilities,
        cursors,
        filters,
        today=timezone.localdate(),
        months_back=run.task.months_back if run.task else None,
        days=days,
        back_from=held_since,
    )
    return made, migration


def _cursors(run: CollectionRun, scope: str) -> dict[str, str]:
    groups = {f"{group}{scope}": group.value for group in Group}
    found = Cursor.objects.filter(base=run.base, connector=run.connector, group__in=groups)
    return {groups[name]: text for name, text in found.values_list("group", "text")}


def _later(
    run: CollectionRun, running: RunningJob, notes: RunLog, seconds: float | None, code: str, sentence: str
) -> None:
    """Let the run wait without a worker, and say until when (TryLater); fail it when its tries are used up."""
    job = Job.objects.get(pk=running.job_id)
    tries = job.attempt - job.deaths
    if tries >= job.max_attempts:
        fail(run, code, f"{sentence} It was tried {tries} times.")
        return
    wait = seconds or min(FIRST_WAIT_SECONDS * 2.0 ** (tries - 1), LONGEST_WAIT_SECONDS)
    at = timezone.now() + timedelta(seconds=wait)
    told = f"{sentence} It waits until {timezone.localtime(at):%H:%M}."
    notes.warn(told, code=code)
    its = CollectionRun.objects.filter(pk=run.pk, job=running.job_id)
    its.take("wait", next_try_at=at, level=Level.WARN, code=code, message=told[:500])
    raise TryLater(wait, told)


@every(minutes=1, words="See that every run of a task ends")
def catch_up() -> None:
    """Tell of runs whose job ended without them: parked, called off while nobody worked on it, or gone."""
    over = ~Q(job__state__in=[State.READY, State.RUNNING])
    left = CollectionRun.objects.filter(over, state__in=[RunState.PENDING, RunState.COLLECTING], job__isnull=False)
    for number in left.values_list("pk", flat=True)[:CAUGHT_UP_AT_ONCE]:
        with transaction.atomic():
            # Asked once more while it is held: somebody may have started its job again.
            run = left.select_for_update(of=("self",)).select_related("base", "job").filter(pk=number).first()
            if run is None:
                continue
            if run.job is not None and run.job.state == State.CANCELLED:
                cancel(run)
            else:
                fail(run, STOPPED, (run.job and run.job.error) or "Its job is gone. Run the task again.")
