"""Scheduled Tasks school by school: who is in how many, and the tasks and the log of one (reference 9.2)."""

from typing import Any

from django.db.models import OuterRef, Subquery
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse

from schoolgate.authority.bases.models import SIMS_7, Base, BaseGroup
from schoolgate.authority.collection.last_runs import members_of, tasks_counted, tasks_of
from schoolgate.authority.collection.late import late_after
from schoolgate.authority.collection.locks import in_words, locks_of
from schoolgate.authority.collection.models import BaseMigration, CollectionRun, Phase, last_run_status
from schoolgate.authority.collection.task_log import log_table
from schoolgate.authority.collection.views.quarantine import label_of
from schoolgate.authority.collection.views.tasks import LOCK_CHOICES, padlock, tasks_table
from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.web.tables import Column, NotYet, Table
from schoolgate.wire.mis.registry import all_connectors


@who("administrator", "officer")
def schools(request: PersonRequest) -> HttpResponseBase:
    """Every active school, how its data comes, and in how many tasks it is."""
    newest = CollectionRun.objects.filter(base=OuterRef("pk")).order_by("-made_at", "-pk").values("pk")[:1]
    found = Base.objects.visible_to(request.user).filter(active=True).with_dfe_number()
    groups = list(BaseGroup.objects.visible_to(request.user).order_by("name"))

    def prepare(page: list[Any]) -> None:
        counted = tasks_counted(page)
        members = members_of(groups, [base.pk for base in page])
        runs = CollectionRun.objects.in_bulk([base.last_run for base in page if base.last_run])
        locks = {lock.base.pk: lock for lock in locks_of(page)}
        late = late_after()
        marked = set(BaseMigration.objects.marked().filter(base__in=page).values_list("base", flat=True))
        for base in page:
            base.is_marked = base.pk in marked
            run = runs.get(base.last_run)
            base.in_tasks = counted[base.pk]
            base.lock = padlock([locks[base.pk]] if base.pk in locks else [])
            base.group = ", ".join(group.name for group in groups if base.pk in members[group.pk])
            base.status, base.last_at = last_run_status(run, late), run.made_at if run else None

    table = Table(
        [
            Column("name", "School", search=True, link=lambda base: reverse("tasks-of-school", args=[base.pk])),
            Column("dfe", "DfE no.", kind="code", search=True),
            Column(
                "lock",
                "Lock",
                kind="lock",
                sort="",
                choices=LOCK_CHOICES,
                narrow=lambda bases, choice: bases.filter(tasks_lock__isnull=choice == "open"),
            ),
            Column(
                "mis",
                "By",
                choices=[
                    (SIMS_7, "Files"),
                    *((name, f"☁ {one.label}") for name, one in sorted(all_connectors().items())),
                ],
                value=_by,
            ),
            Column(
                "group",
                "Group",
                sort="",
                choices=[(str(group.pk), group.name) for group in groups],
                narrow=_in_group,
            ),
            Column("in_tasks", "Tasks", kind="number", sort=""),
            Column("last_at", "Last run", kind="time", sort=""),
            Column("status", "Last Run Status", kind="state", sort=""),
        ],
        found.annotate(last_run=Subquery(newest)).order_by("name", "pk"),
        request,
        name="schools-with-tasks",
        noun=("school", "schools"),
        empty=NotYet("No bases yet. A base is a school that is collected.", "Add a base", reverse("add-base")),
        prepare=prepare,
    )
    return table.response("authority_collection/task_schools.html")


@who("administrator", "officer")
def tasks_of_school(request: PersonRequest, pk: int) -> HttpResponseBase:
    """The tasks that a school is in."""
    base = _find(request, pk)
    found = tasks_of(base)
    context = {
        "base": base,
        "locked": in_words(locks_of([base])),
        "phase_1": 0 if base.is_collected else found.filter(phase=Phase.ONE).count(),
    }
    return tasks_table(request, found, base=base).response("authority_collection/tasks.html", context)


@who("administrator", "officer")
def log_of_school(request: PersonRequest, pk: int) -> HttpResponseBase:
    """The Task Log of a school."""
    base = _find(request, pk)
    table = log_table(
        request,
        CollectionRun.objects.visible_to(request.user).filter(base=base),
        empty=NotYet("Nothing has been collected from this school yet."),
        but=["base__name"],
    )
    return table.response("authority_collection/task_log.html", {"base": base})


def _by(base: Any) -> str:
    """How its data comes, and whether something can be missing since that changed."""
    by = f"☁ {label_of(base.mis)}" if base.is_collected else "Files"
    return f"{by}, days can be missing" if base.is_marked else by


def _in_group(bases: Any, number: str) -> Any:
    group = BaseGroup.objects.filter(pk=number).first() if number.isdecimal() and len(number) < 19 else None
    return bases.filter(pk__in=group.bases.values("pk")) if group is not None else bases.none()


def _find(request: PersonRequest, pk: int) -> Base:
    return get_object_or_404(Base.objects.visible_to(request.user), pk=pk)
