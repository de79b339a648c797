"""B2B:Personnel: export and import of staff files, by school or for all, and what was told of them (handbook 06)."""

from django.contrib import messages
from django.db import transaction
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.audit.recording import record
from schoolgate.commons.jobs.kinds import words_of
from schoolgate.commons.jobs.models import Job
from schoolgate.commons.jobs.models import State as JobState
from schoolgate.commons.journal.models import JournalLine, JournalQuerySet
from schoolgate.commons.journal.views import lines_table
from schoolgate.commons.web.tables import Column, NotYet, Table
from schoolgate.school.exchange.administration.personnel import why_not_ready
from schoolgate.school.exchange.asking import (
    EXPORT,
    IMPORT,
    ask_for_exports,
    ask_for_file,
    ask_for_imports,
    place_of_job,
    staff_places,
)
from schoolgate.school.exchange.folders import folders_chosen
from schoolgate.school.exchange.models import Destination, HeldBackFile, ImportedFile, PersonnelSchool, Transfer
from schoolgate.school.exchange.models.imported_file import ImportedFileQuerySet
from schoolgate.school.exchange.places import PERSONNEL, is_of_staff
from schoolgate.school.exchange.preferences import PERSONNEL_URL
from schoolgate.school.exchange.scheduling import next_run
from schoolgate.school.exchange.views.connection import TEST_CONNECTION
from schoolgate.school.exchange.words import StateWords

OFFICE = ("administrator", "sender")
LAST = 10
LIVE_SECONDS = 2


@who(*OFFICE)
def personnel(request: PersonRequest) -> HttpResponseBase:
    """The tab: the address, the schools, and the last lines of its journal."""
    under_way = _under_way()
    table = Table(
        [
            Column("name", "School Name", search=True, link=lambda one: reverse("personnel-school", args=[one.pk])),
            Column("la", "LA No.", kind="code", exact=True),
            Column("number", "School No.", kind="code", exact=True, search=True),
            Column("trouble", "State", kind="state", value=lambda one: "trouble" if one.has_trouble else "all right"),
            Column("connected_at", "Last connected", kind="time"),
            Column("imported_at", "Last import", kind="time"),
            TEST_CONNECTION,
        ],
        PersonnelSchool.objects.visible_to(request.user),
        request,
        name="personnel-schools",
        noun=("school", "schools"),
        empty=NotYet("No school yet. Add the school whose personnel files are sent."),
        live_seconds=LIVE_SECONDS if under_way else 0,
    )
    context = {
        "address": PERSONNEL_URL.get(),
        "may_set_up": request.user.role == "administrator",
        "not_ready": why_not_ready(),
        "next_run": next_run(),
        "held_back": HeldBackFile.objects.visible_to(request.user).of_staff().count(),
        "under_way": _in_words(under_way[:LAST]),
        "lines": _lines(request)[:LAST],
    }
    return table.response("school_exchange/personnel.html", context)


@who(*OFFICE)
def personnel_school(request: PersonRequest, pk: int) -> HttpResponseBase:
    """One school: what waits, what went, what came, and the buttons."""
    school = _school(request, pk)
    files = Transfer.objects.visible_to(request.user).lean().at(school.place)
    under_way = [job for job in _under_way() if place_of_job(job.args) == school.place]
    context = {
        "school": school,
        "folders": folders_chosen(school),
        "may_set_up": request.user.role == "administrator",
        "not_ready": why_not_ready(),
        "found": files.unasked(),
        "held_back": HeldBackFile.objects.visible_to(request.user).defer("problems").filter(place=school.place),
        "last": [(one, StateWords(one)) for one in files.exclude(pk__in=files.unasked().values("pk"))[:LAST]],
        "imported": _imported(request).filter(la=school.la, school=school.number)[:LAST],
        "lines": _lines(request).filter(la=school.la, school=school.number)[:LAST],
        "under_way": _in_words(under_way),
        "live_seconds": LIVE_SECONDS if under_way else 0,
    }
    return render(request, "school_exchange/personnel_school.html", context)


@who(*OFFICE)
@require_POST
def export_personnel(request: PersonRequest) -> HttpResponseBase:
    """Send what lies in the folders of all schools."""
    if not (places := _ready(request)):
        return redirect("personnel")
    with transaction.atomic():
        record("export asked for", by=request.user, target="all personnel files", request=request)
        ask_for_exports(places, by_person=True)
    messages.success(request, "Looking into the folders and sending what waits.")
    return redirect("personnel")


@who(*OFFICE)
@require_POST
def export_personnel_school(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Send the ticked files of a school; without a `which` of "chosen", all that lie in its folder (handbook 06)."""
    school = _school(request, pk)
    if not _ready(request):
        return redirect("personnel-school", school.pk)
    if request.POST.get("which") == "chosen":
        return _export_chosen(request, school)
    with transaction.atomic():
        record("export asked for", by=request.user, target=school.base, request=request)
        ask_for_exports([school.place], by_person=True)
    messages.success(request, "Looking into the folder and sending what waits.")
    return redirect("personnel-school", school.pk)


@who(*OFFICE)
@require_POST
def import_personnel(request: PersonRequest) -> HttpResponseBase:
    """Fetch what the LA has for all schools."""
    if not (places := _ready(request)):
        return redirect("personnel")
    with transaction.atomic():
        record("import asked for", by=request.user, target="all personnel files", request=request)
        ask_for_imports(places, by_person=True)
    messages.success(request, "Asking the LA what it has for the schools.")
    return redirect("personnel")


@who(*OFFICE)
@require_POST
def import_personnel_school(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Fetch what the LA has for a school."""
    school = _school(request, pk)
    if _ready(request):
        with transaction.atomic():
            record("import asked for", by=request.user, target=school.base, request=request)
            ask_for_imports([school.place], by_person=True)
        messages.success(request, "Asking the LA what it has for this school.")
    return redirect("personnel-school", school.pk)


@who(*OFFICE)
def imported_files(request: PersonRequest) -> HttpResponseBase:
    """Every file that came from an LA, the newest first."""
    table = Table(
        [
            Column("found_at", "Date", kind="time", dates=True),
            Column("placed_as", "File", search=True),
            Column("la", "LA No.", kind="code", exact=True),
            Column("school", "School No.", kind="code", exact=True),
            Column("state", "State", value=lambda one: one.state_words),
            Column("folder", "Files Imported", kind="long"),
            Column("size", "Size", kind="size"),
        ],
        ImportedFile.objects.visible_to(request.user),
        request,
        name="imported-files",
        noun=("file", "files"),
        empty=NotYet("No file came from an LA yet. Import asks for them."),
    )
    return table.response("school_exchange/imported_files.html")


@who(*OFFICE)
@require_POST
def import_files(request: PersonRequest) -> HttpResponseBase:
    """Fetch what every LA has, for pupils' and for personnel folders, as the schedule does."""
    places = [*Destination.objects.values_list("la", flat=True), *staff_places()]
    with transaction.atomic():
        record("import asked for", by=request.user, target="all files", request=request)
        ask_for_imports(places, by_person=True)
    messages.success(request, "Asking the LAs what they have.")
    return redirect("imported-files")


@who(*OFFICE)
def personnel_journal(request: PersonRequest) -> HttpResponseBase:
    """The tab's own journal, which has no Dest. LA No. (handbook 04, "Viewing Logs")."""
    table = lines_table(
        request,
        _lines(request),
        empty="Nothing has happened yet.",
        without=("destination_la",),
        refresh_words="Refresh",
    )
    return table.response("school_exchange/personnel_journal.html")


def _export_chosen(request: PersonRequest, school: PersonnelSchool) -> HttpResponseBase:
    keys = [int(key) for key in request.POST.getlist("chosen") if key.isascii() and key.isdigit() and len(key) < 19]
    chosen = list(Transfer.objects.visible_to(request.user).lean().unasked().at(school.place).filter(pk__in=keys))
    with transaction.atomic():
        for transfer in chosen:
            record("file sent", by=request.user, target=transfer.name, request=request)
            ask_for_file(transfer)
    if chosen:
        messages.success(request, f"{'The file is' if len(chosen) == 1 else f'{len(chosen)} files are'} being sent.")
    else:
        messages.error(request, "Tick a file first that waits.")
    return redirect("personnel-school", school.pk)


def _ready(request: PersonRequest) -> list[str]:
    """The places to go through; none, and it is said why, while something must be entered first."""
    if sentence := why_not_ready():
        messages.error(request, sentence)
        return []
    return staff_places()


def _school(request: PersonRequest, pk: int) -> PersonnelSchool:
    return get_object_or_404(PersonnelSchool.objects.visible_to(request.user), pk=pk)


def _imported(request: PersonRequest) -> ImportedFileQuerySet:
    return ImportedFile.objects.visible_to(request.user).filter(document=PERSONNEL)


def _lines(request: PersonRequest) -> JournalQuerySet:
    return JournalLine.objects.visible_to(request.user).shown().filter(kind=PERSONNEL)


def _in_words(jobs: list[Job]) -> list[tuple[str, Job]]:
    return [(words_of(job.kind, job.args), job) for job in jobs]


def _under_way() -> list[Job]:
    jobs = Job.objects.filter(kind__in=[EXPORT, IMPORT], state__in=[JobState.READY, JobState.RUNNING])
    return [job for job in jobs if is_of_staff(place_of_job(job.args))]
