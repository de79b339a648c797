"""*Migrate to SIMS Primary*: what must be there and what becomes of the tasks, the confirmation, then a checklist."""

from typing import Any

from django.contrib import messages
from django.http.response import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from schoolgate.authority.bases.models import Base
from schoolgate.authority.bases.systems import system_label
from schoolgate.authority.collection.connections import ChangedMeanwhile
from schoolgate.authority.collection.locks import Locked
from schoolgate.authority.collection.migrating.checklist import checklist_of
from schoolgate.authority.collection.migrating.effects import TO, Effect, digest_of_effects, effects_on_tasks
from schoolgate.authority.collection.migrating.migrate import MigrationRefused, has_run, migrate, prepare
from schoolgate.authority.collection.migrating.prerequisites import prerequisites_of
from schoolgate.authority.collection.migrating.snapshot import take_snapshot, want_snapshot
from schoolgate.authority.collection.migration_forms import MigrateForm, MovedForm
from schoolgate.authority.collection.models import BaseMigration, ScheduledTask
from schoolgate.commons.accounts.access import PersonRequest, who


@who("administrator", "officer")
def base_migration(request: PersonRequest, pk: int) -> HttpResponseBase:
    """The page before the migration, and the checklist after it."""
    base = _base(request, pk)
    return _page(request, base, _moved_form(base))


@who("administrator", "officer")
@require_POST
def school_moved(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Enter, or correct, the day on which the school moved."""
    base = _base(request, pk)
    form = MovedForm(request.POST)
    if form.is_valid():
        try:
            prepare(base, form.cleaned_data["school_moved"], by=request.user, request=request)
        except MigrationRefused as refused:
            form.add_error("school_moved", str(refused))
        else:
            messages.success(request, "The day is saved.")
            return redirect("base-migration", pk)
    return _page(request, base, form)


@who("administrator", "officer")
@require_POST
def confirm_migration(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Migrate the base, if all is as it was shown and it is the school that was meant."""
    base = _base(request, pk)
    if base.mis == TO:
        messages.info(request, f"{base.name} is migrated already.")
        return redirect("base-migration", pk)
    form = MigrateForm(request.POST, base=base, doubts=_doubts(base))
    if form.is_valid():
        seen = request.POST.get("seen", "")
        try:
            migrate(base, sure=form.sure_of_doubts, seen=seen, by=request.user, request=request)
        except ChangedMeanwhile:
            form.add_error(None, "Its tasks, or the day, have changed since you looked. Nothing is done. See below.")
        except MigrationRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"{base.name} is migrated to SIMS Primary. This is what comes next.")
            return redirect("base-migration", pk)
    return _before(request, base, _moved_form(base), form)


@who("administrator", "officer")
@require_POST
def migration_snapshot(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Take the snapshot that is advised, or say that it is not needed; and take that back."""
    base = _base(request, pk)
    if base.mis != TO:
        raise Http404
    do = request.POST.get("do")
    if do == "take":
        try:
            run = take_snapshot(base, by=request.user, request=request)
        except Locked as locked:
            messages.error(request, locked.sentence)
        else:
            told = "It is queued, and collected next." if run is not None else "It is being collected already."
            messages.success(request, told)
    elif do in {"leave-out", "want"}:
        want_snapshot(base, do == "want", by=request.user, request=request)
    return redirect("base-migration", pk)


def _page(request: PersonRequest, base: Base, moved: MovedForm) -> HttpResponseBase:
    return _checklist(request, base, moved) if base.mis == TO else _before(request, base, moved)


def _before(request: PersonRequest, base: Base, moved: MovedForm, form: MigrateForm | None = None) -> HttpResponseBase:
    prerequisites = prerequisites_of(base)
    context = {
        "base": base,
        "moved": moved,
        "prerequisites": prerequisites,
        "missing": any(one.needed and not one.met for one in prerequisites),
        "effects": [{**one.on_record(), "now": one.task.pk} for one in effects_on_tasks(base)],
        "seen": digest_of_effects(base),
        "form": form or MigrateForm(base=base, doubts=_doubts(base)),
    }
    return render(request, "authority_collection/migrate.html", context, status=_status(moved, form))


def _checklist(request: PersonRequest, base: Base, moved: MovedForm) -> HttpResponseBase:
    migration = _migration(base)
    context: dict[str, Any] = {"base": base, "migration": migration, "moved": moved, "system": system_label(TO)}
    if migration is not None and migration.migrated_at is not None:
        context |= {
            "points": checklist_of(migration),
            "effects": _with_tasks_of_today(migration),
            "may_correct_day": not has_run(migration),
        }
    return render(request, "authority_collection/migrated.html", context, status=_status(moved))


def _with_tasks_of_today(migration: BaseMigration) -> list[dict[str, Any]]:
    """What became of the tasks, each with the number of the task in which the base is `now`; None for one deleted."""
    numbers = [one["task"] for one in migration.effects]
    there = {pk: pk for pk in ScheduledTask.objects.filter(pk__in=numbers).values_list("pk", flat=True)}
    apart = ScheduledTask.objects.filter(continues__in=numbers, bases=migration.base)
    by_effect = {Effect.GOES_ON_APART.value: dict(apart.values_list("continues", "pk"))}
    return [{**one, "now": by_effect.get(one["effect"], there).get(one["task"])} for one in migration.effects]


def _doubts(base: Base) -> list[str]:
    """What a second yes is asked for."""
    return [one.said for one in prerequisites_of(base) if one.needs_yes and not one.met]


def _moved_form(base: Base) -> MovedForm:
    migration = _migration(base)
    return MovedForm(initial={"school_moved": migration.school_moved_on if migration is not None else None})


def _status(*forms: MovedForm | MigrateForm | None) -> int:
    return 422 if any(form is not None and form.errors for form in forms) else 200


def _migration(base: Base) -> BaseMigration | None:
    related = ("base", "migrated_by", "school_told_by")
    return BaseMigration.objects.filter(base=base).select_related(*related).first()


def _base(request: PersonRequest, pk: int) -> Base:
    return get_object_or_404(Base.objects.visible_to(request.user), pk=pk)
