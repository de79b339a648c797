"""What can be missing of a base after its migration: *Plan catch-up*, or take it as it is (SCREENS 5.3)."""

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection.locks import Locked
from schoolgate.authority.collection.migrating.catching_up import NoGap, plan_catch_up, take_as_it_is
from schoolgate.authority.collection.migrating.tracking import in_words
from schoolgate.authority.collection.models import BaseMigration
from schoolgate.commons.accounts.access import PersonRequest, who


@who("administrator", "officer")
@require_POST
def catch_up(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Ask for what can be missing, and show the run that brings it."""
    base = _base(request, pk)
    try:
        run = plan_catch_up(base, by=request.user, request=request)
    except NoGap as none:
        messages.info(request, str(none))
    except Locked as locked:
        messages.error(request, locked.sentence)
    else:
        if run is not None:
            messages.success(request, "It is queued, and collected next.")
            return redirect("collection-run", run.pk)
        messages.info(request, "It is being caught up already.")
    return redirect("base-migration", pk)


@who("administrator", "officer")
def close_gap(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Take it as it is: the base is marked no longer."""
    base = _base(request, pk)
    if request.method == "POST":
        try:
            take_as_it_is(base, by=request.user, request=request)
        except NoGap as none:
            messages.info(request, str(none))
        else:
            messages.success(request, f"{base.name} is taken as it is.")
        return redirect("base-migration", pk)
    migration = get_object_or_404(BaseMigration.objects.visible_to(request.user).marked(), base=base)
    context = {
        "heading": f"Take {base.name} as it is?",
        "text": f"What belongs to {in_words(migration.gap_first)} to {in_words(migration.gap_last)} can be missing for "
        "good then, and the school is marked no longer.",
        "submit": "Take it as it is",
        "cancel": reverse("base-migration", args=[pk]),
    }
    return render(request, "web/confirm.html", context)


def _base(request: PersonRequest, pk: int) -> Base:
    return get_object_or_404(Base.objects.visible_to(request.user), pk=pk)
