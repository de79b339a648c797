"""The job that undoes an import, and who is told how it ends."""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse

from schoolgate.authority.bases.la import LA_NUMBER
from schoolgate.authority.importing.models import Import
from schoolgate.authority.importing.telling import refusals_changed
from schoolgate.authority.importing.undoing_imports import Progress, ask_to_undo, carry_out_undo
from schoolgate.authority.records.subjects import NOUNS, PUPIL, Subject
from schoolgate.commons.accounts.models import User
from schoolgate.commons.jobs.kinds import JobKind, RunningJob, register
from schoolgate.commons.jobs.submitting import submit
from schoolgate.commons.journal import writing as journal

LONGEST_REASON = 500
"""Characters."""


@register
class UndoImport(JobKind):
    """The undo of one import."""

    name = "undo import"
    label = "Undoing imports"

    def words(self, args: dict[str, Any]) -> str:
        return f"Undoing the import of {args['name']}"

    def run(self, running: RunningJob) -> dict[str, Any] | None:
        this = Import.objects.select_related("base", "undo__by").get(pk=running.args["import"])
        done = carry_out_undo(this, lambda number, of: running.progress(number, of, "undoing"), _tell)
        return {"put_back": done.put_back, "left": done.left, "removed": done.removed}


def undo_import(this: Import, reason: str, *, by: User | None, request: HttpRequest | None = None) -> bool:
    """Ask for an import to be undone; imports of its base wait until it is. False: it cannot be undone (any more)."""
    with transaction.atomic():
        if not ask_to_undo(this, reason[:LONGEST_REASON], by=by, request=request):
            return False
        # The key of the base's imports: neither shall meet the other half done.
        args = {"import": this.pk, "name": this.source_name}
        submit(UndoImport.name, args, key=f"import {this.base.dfe_number}")
    return True


def undone_in_words(done: Progress, subject: Subject = PUPIL) -> str:
    """What an undo did: `12 values put back, 2 pupils removed, 4 values stay`."""
    one, many = NOUNS[subject]
    told = [
        (done.put_back, "value put back", "values put back"),
        (done.removed, f"{one} removed", f"{many} removed"),
        (done.taken_back - done.removed, "time at the school removed", "times at the school removed"),
        (done.left, "value stays, changed since", "values stay, changed since"),
    ]
    said = [f"{number:,} {words if number == 1 else of_several}" for number, words, of_several in told if number]
    return ", ".join(said) or "nothing"


def _tell(this: Import) -> None:
    """The school, of what is refused of its values now, and people here by the journal; in the undo's last commit."""
    refusals_changed(this.base)
    who = this.undo.by if this.undo and this.undo.by else "the command line"
    did = undone_in_words(Progress(**this.undone), this.told_of)
    journal.write(
        "INFO",
        f"The import of {this.source_name} was undone by {who}: {did}.",
        la=this.base.la,
        destination_la=LA_NUMBER.get(),
        school=this.base.number,
        link=reverse("import", args=[this.pk], urlconf=settings.ROOT_URLCONF),
    )
