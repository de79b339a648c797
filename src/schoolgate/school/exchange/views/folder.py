"""The root folder (handbook 04, "Entering the Root Folder"), and what stayed in former ones."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.school.exchange.administration.folder_rules import is_synced
from schoolgate.school.exchange.administration.roots import (
    dismiss,
    is_another,
    require_usable,
    set_root_folder,
)
from schoolgate.school.exchange.folders import FolderRefused, root_folder, where_files_lie
from schoolgate.school.exchange.forms.folder import SiteForm
from schoolgate.school.exchange.models import Destination, DiskSpace, FormerRoot
from schoolgate.school.exchange.preferences import EXPIRY_NOTICE_DAYS, SCHOOL_NAME, SETTLE_SECONDS

OFFICE = ("administrator", "sender")
SYNCED = (
    "This folder seems to be kept by a program such as OneDrive, Dropbox or Google Drive. It may lock, rename or take "
    "away files, and pupils’ data would lie with its company too. Better choose a folder that no such program keeps."
)


@who("administrator")
def folder(request: PersonRequest) -> HttpResponseBase:
    """Where files lie; everything else comes after it. A change of the root folder is asked about first."""
    form = SiteForm(request.POST) if request.method == "POST" else SiteForm.as_it_is()
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            if is_another(given["root_folder"]) and not given["confirmed"]:
                require_usable(given["root_folder"], make=given["make_folder"])
                return render(request, "school_exchange/folder_change.html", _question(form))
            _save(request, given)
        except FolderRefused as error:
            form.add_error("root_folder", str(error))
        else:
            return redirect("administration")
    context = {
        "form": form,
        "root": root_folder(),
        "pairs": Destination.objects.with_folders(),
        "disks": DiskSpace.objects.order_by("disk"),
        "former_roots": FormerRoot.objects.to_tell(),
    }
    return render(request, "school_exchange/folder.html", context, status=422 if form.errors else 200)


def _question(form: SiteForm) -> dict[str, Any]:
    wanted = form.cleaned_data["root_folder"]
    kept = [form[name] for name in form.fields if name != "confirmed"]
    return {"kept": kept, "wanted": wanted, "root": root_folder(), "synced": SYNCED if is_synced(wanted) else ""}


def _save(request: PersonRequest, given: dict[str, Any]) -> None:
    wanted = given["root_folder"]
    changes = is_another(wanted) if root_folder() else bool(where_files_lie())
    set_root_folder(wanted, make=given["make_folder"], by=request.user, request=request)
    with transaction.atomic():
        SCHOOL_NAME.set(given["school_name"], by=request.user, request=request)
        SETTLE_SECONDS.set(given["settle_seconds"], by=request.user, request=request)
        EXPIRY_NOTICE_DAYS.set(given["expiry_notice_days"], by=request.user, request=request)
    if changes:
        messages.warning(request, "The new folders were made. Today tells within a minute what stayed in the old ones.")
    if is_synced(wanted):
        messages.warning(request, SYNCED)
    messages.success(request, "Saved.")


@who(*OFFICE)
def former_root(request: PersonRequest, pk: int) -> HttpResponseBase:
    """What stayed in a former root folder, and what to do about it."""
    former = get_object_or_404(FormerRoot.objects.visible_to(request.user), pk=pk, dismissed_at=None)
    return render(request, "school_exchange/former_root.html", {"former": former, "root": root_folder()})


@who(*OFFICE)
def dismiss_former_root(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Speak no more of a former root folder, after a question."""
    former = get_object_or_404(FormerRoot.objects.visible_to(request.user), pk=pk, dismissed_at=None)
    if request.method == "POST":
        dismiss(former, by=request.user, request=request)
        messages.success(request, "The first page speaks of that folder no more. Its files are still there.")
        return redirect("today")
    question = {
        "heading": "Dismiss this former root folder?",
        "text": f"{former}: what lies there stays there and is not sent. The first page never speaks of it again.",
        "submit": "Dismiss",
        "cancel": reverse("former-root", args=[former.pk]),
    }
    return render(request, "web/confirm.html", question)
