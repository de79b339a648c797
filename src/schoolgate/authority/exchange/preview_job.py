"""The job that finds out what an import would do, for a person who asks."""

from typing import Any

from django.db import transaction
from django.db.models import Max
from django.http import HttpRequest

from schoolgate.authority.exchange.import_job import ruling_of
from schoolgate.authority.importing.applying import Applying, ChangedMeanwhile
from schoolgate.authority.importing.aside import Aside
from schoolgate.authority.importing.carrying_out import PROBLEMS_KEPT, recognise, told_problem
from schoolgate.authority.importing.guarding import few_pupils, is_older, roll_of
from schoolgate.authority.importing.models import Import, Preview, Waiting
from schoolgate.authority.importing.opening import open_document
from schoolgate.authority.importing.previewing import Outlook, is_stale, keep, look_ahead, upto_now
from schoolgate.authority.importing.reading import Refused
from schoolgate.authority.records.models import Pupil
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.commons.jobs.kinds import JobKind, RunningJob, register
from schoolgate.commons.jobs.models import Job, State
from schoolgate.commons.jobs.submitting import submit


@register
class PreviewImport(JobKind):
    """What one import would do, were it carried out now."""

    name = "preview import"
    label = "Previewing imports"

    def words(self, args: dict[str, Any]) -> str:
        return f"Previewing the import of {args['name']}"

    def run(self, running: RunningJob) -> dict[str, Any] | None:
        this = Import.objects.select_related("base").get(pk=running.args["import"])
        while True:
            try:
                preview = _look(this, running)
            except ChangedMeanwhile:
                continue
            return {"pupils": preview.pupils, **preview.counts.get("pupils", {})}


def ask_for_preview(this: Import, *, by: User | None, request: HttpRequest | None = None) -> None:
    """Have a preview made, in the place of the one before it; once where several ask."""
    with transaction.atomic():
        record("import previewed", by=by, target=f"import {this.pk}, {this.source_name}", request=request)
        if preview_job(this) is None:
            submit(PreviewImport.name, {"import": this.pk, "name": this.source_name}, key=_key(this))


def preview_job(this: Import) -> Job | None:
    """The job that makes a preview now, or will."""
    return Job.objects.filter(key=_key(this), state__in=[State.READY, State.RUNNING]).order_by("pk").first()


def stale(preview: Preview) -> bool:
    """Whether an import may do something else than the preview says."""
    return is_stale(preview, ruling_of(preview.of.base).key)


def _key(this: Import) -> str:
    return f"preview {this.pk}"


def _look(this: Import, running: RunningJob) -> Preview:
    ruling, upto = ruling_of(this.base), upto_now()
    newest_pupil = Pupil.people.aggregate(newest=Max("pk"))["newest"] or 0
    try:
        document = open_document(this, demo=ruling.demo)
        with Aside() as aside:
            found = recognise(
                this,
                document,
                ruling,
                job=0,
                aside=aside,
                on_progress=lambda number: running.progress(number, 0, "reading"),
            )
            applying = Applying(this, ruling.rules, job=0, newest_pupil=newest_pupil, addresses=ruling.addresses)
            outlook = look_ahead(
                applying, found, aside, lambda done, total: running.progress(done, total, "looking ahead")
            )
    except Refused as refused:
        preview = keep(this, Outlook(), [], ruling.key, upto)
        preview.problems = [told_problem(problem) for problem in refused.problems[:PROBLEMS_KEPT]]
        preview.save(update_fields=["problems"])
        return preview
    asks = [Waiting.OLDER] if is_older(this) else []
    if this.full and few_pupils(roll_of(this.base, this.told_of), found):
        asks.append(Waiting.FEW)
    return keep(this, outlook, [str(one) for one in asks if one not in this.agreed], ruling.key, upto)
