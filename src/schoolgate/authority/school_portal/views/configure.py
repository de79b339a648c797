"""Configure base: whether the school keeps its tasks to itself, all of them or one (seed, "Locking down")."""

from django import forms
from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection.locks import LockRefused, lock_base, lock_of, lock_task
from schoolgate.authority.collection.models import ScheduledTask
from schoolgate.authority.collection.taking_over import tasks_alone
from schoolgate.authority.school_portal.access import of_school
from schoolgate.authority.school_portal.own_tasks import find_task, gone
from schoolgate.commons.accounts.access import PersonRequest


class LockdownForm(forms.Form):
    """The toggle of *Configure base*."""

    lockdown = forms.TypedChoiceField(
        label="Lockdown tasks to school use only",
        choices=[("yes", "Yes"), ("no", "No")],
        coerce=lambda said: said == "yes",
        widget=forms.RadioSelect(attrs={"class": "side-by-side"}),
        error_messages={"required": "Choose Yes or No.", "invalid_choice": "Choose Yes or No."},
    )


@of_school
def configure(request: PersonRequest, base: Base) -> HttpResponseBase:
    """All tasks at once, and each that is the school's alone."""
    lock = lock_of(base)
    form = LockdownForm(request.POST or None, initial={"lockdown": "yes" if lock else "no"})
    if request.method == "POST" and form.is_valid():
        on = form.cleaned_data["lockdown"]
        try:
            lock_base(base, on, by=request.user, request=request)
        except LockRefused as refused:
            form.add_error("lockdown", refused.sentence)
        else:
            messages.success(request, "Your tasks are locked." if on else "Your tasks are open to the council again.")
            return redirect("portal-configure", base.pk)
    context = {
        "base": base,
        "form": form,
        "lock": lock,
        "tasks": tasks_alone(base).select_related("locked_by").order_by("name", "pk"),
    }
    status = 422 if form.errors else 200
    return render(request, "authority_school_portal/configure.html", context, status=status)


@of_school
@require_POST
def lock_one(request: PersonRequest, base: Base, pk: int) -> HttpResponseBase:
    """Lock one task for the authority."""
    return _locked(request, base, pk, on=True)


@of_school
@require_POST
def unlock_one(request: PersonRequest, base: Base, pk: int) -> HttpResponseBase:
    """Open one task to the authority."""
    return _locked(request, base, pk, on=False)


def _locked(request: PersonRequest, base: Base, pk: int, *, on: bool) -> HttpResponseBase:
    task = find_task(request, base, pk)
    try:
        lock_task(task, on, by=request.user, request=request)
    except LockRefused as refused:
        messages.error(request, refused.sentence)
    except ScheduledTask.DoesNotExist:
        return gone(request, base)
    else:
        messages.success(request, f"{task.name} is {'locked' if on else 'open to the council again'}.")
    return redirect("portal-configure" if "configure" in request.POST else "portal-tasks", base.pk)
