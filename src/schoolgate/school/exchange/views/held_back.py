"""Files that are held back: why, and what may be done."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http.response import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.filestore import NoSpace
from schoolgate.commons.web.tables import AllGood, Column, Table
from schoolgate.school.exchange import held_back_actions as actions
from schoolgate.school.exchange.folders import FolderRefused
from schoolgate.school.exchange.models import Destination, HeldBackFile, PersonnelSchool, Transfer
from schoolgate.school.exchange.places import is_of_staff

OFFICE = ("administrator", "sender")

ACTIONS: dict[str, Callable[..., Any]] = {
    "try-again": actions.look_again,
    "rename": actions.rename_and_send,
    "move": actions.move_to_its_folder,
    "put-away": actions.put_with_exported,
    "dismiss": actions.dismiss,
}


@who(*OFFICE)
def held_back_files(request: PersonRequest) -> HttpResponseBase:
    """All files that are not sent, each with its reason."""
    table = Table(
        [
            Column("name", "File", search=True, link=lambda file: reverse("held-back-file", args=[file.pk])),
            Column("place", "Folder of", kind="code", exact=True),
            Column("school", "School", kind="code", exact=True),
            Column("sentence", "Why", search=True),
            Column("refusals", "Problems", kind="number"),
            Column("since", "Since", kind="time", dates=True),
        ],
        HeldBackFile.objects.visible_to(request.user).defer("problems"),
        request,
        name="held-back",
        noun=("file", "files"),
        empty=AllGood("No file is held back."),
    )
    return table.response("school_exchange/held_back_files.html")


@who(*OFFICE)
def held_back_file(request: PersonRequest, file_id: int) -> HttpResponseBase:
    """Problems in this file: what to put right, by child and item, in the office's words; a page to print."""
    file = get_object_or_404(HeldBackFile.objects.visible_to(request.user), pk=file_id)
    context = {
        "file": file,
        "held_back": file,
        "contact": Destination.objects.contact_of(file.right_la or file.la),
        "place_words": _place_words(file),
        "back": reverse("held-back-files"),
        "uploaded": file.origin == HeldBackFile.Origin.UPLOAD,
        "right_destination": Destination.objects.filter(la=file.right_la).first() if file.right_la else None,
    }
    return render(request, "school_exchange/held_back_file.html", context)


def _place_words(file: HeldBackFile) -> str:
    row = PersonnelSchool.objects.at(file.place).first() if is_of_staff(file.place) else None
    return f"{row}, {row.not_exported}" if row else f"LA {file.la}"


@who(*OFFICE)
@require_POST
def act(request: PersonRequest, file_id: int, action: str) -> HttpResponseBase:
    """Do what a button of the page says."""
    file = get_object_or_404(HeldBackFile.objects.visible_to(request.user), pk=file_id)
    if action not in ACTIONS:
        raise Http404
    try:
        taken = ACTIONS[action](file, by=request.user, request=request)
    except (actions.CannotBeDone, FolderRefused, NoSpace) as error:
        messages.error(request, str(error))
        return redirect("held-back-file", file.pk)
    if isinstance(taken, Transfer):
        messages.success(request, "The file passed the checks.")
        return redirect("transfer", taken.pk)
    if isinstance(taken, HeldBackFile):
        messages.warning(request, "The file was looked at again and is still held back.")
        return redirect("held-back-file", taken.pk)
    messages.success(request, "Done.")
    return redirect("held-back-files")
