"""*Backups*: is there one of today, where, and what to see to after a restore (SCREENS 5.6)."""

from django.conf import settings
from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.accounts.models import ADMINISTRATOR
from schoolgate.commons.backups.forms import BackupsForm
from schoolgate.commons.backups.models import Backup
from schoolgate.commons.backups.restored import what_to_check
from schoolgate.commons.backups.scheduling import BACKUP, FOLDER, ask_for_backup, next_backup
from schoolgate.commons.backups.standing import note_seen, unseen_restorations, what_backups_need
from schoolgate.commons.jobs.models import Job
from schoolgate.commons.web.tables import Column, NotYet, Table


@who(ADMINISTRATOR)
def backups(request: PersonRequest) -> HttpResponseBase:
    """All backups, and where and when they are made."""
    form = BackupsForm(request.POST) if request.method == "POST" else BackupsForm.as_it_is()
    if request.method == "POST" and form.is_valid() and form.save(by=request.user, request=request):
        messages.success(request, "Saved.")
        return redirect("backups")
    table = Table(
        [
            Column("made_at", "Of", kind="time"),
            Column("size", "Size", kind="size"),
            Column("written", "Written anew", kind="size"),
            Column("files", "Files", kind="number"),
            Column("folder", "Where", search=True),
            Column("ended_at", "Read again", kind="time"),
        ],
        Backup.objects.all(),
        request,
        name="backups",
        noun=("backup", "backups"),
        empty=NotYet("No backup was made yet."),
    )
    context = {
        "form": form,
        "folder": FOLDER.get(),
        "next_backup": next_backup(),
        "last_job": Job.objects.filter(kind=BACKUP).first(),
        "newest": Backup.objects.first(),
        "needed": [needed for needed in what_backups_need() if needed.code != "restored"],
        "restored": unseen_restorations(),
        "to_check": what_to_check(),
        "key_file": settings.SCHOOLGATE_HOME.key_file,
    }
    if request.method == "POST":
        return render(request, "backups/backups.html", {**context, "table": table})
    return table.response("backups/backups.html", context)


@who(ADMINISTRATOR)
@require_POST
def back_up_now(request: PersonRequest) -> HttpResponseBase:
    """Make a backup now, by a job."""
    if not FOLDER.get():
        messages.error(request, "Say first where backups are to be made.")
        return redirect("backups")
    return redirect("job", ask_for_backup(by=request.user).pk)


@who(ADMINISTRATOR)
@require_POST
def restored_seen(request: PersonRequest) -> HttpResponseBase:
    """Somebody has seen to what a restore left out."""
    note_seen(by=request.user, request=request)
    messages.success(request, "It is told on the first page no more.")
    return redirect("backups")
