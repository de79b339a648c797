"""What the authority's people are told at once, and the lines that files, imports and schools have in the summary."""

from datetime import datetime

from django.utils import timezone

from schoolgate.authority.bases.la import SILENT_DAYS
from schoolgate.authority.bases.models import Base
from schoolgate.authority.exchange.endings import ending_soon
from schoolgate.authority.exchange.models import ReceivedFile, RefusedDelivery
from schoolgate.authority.exchange.silence import silent
from schoolgate.authority.importing.models import Import, ImportState, Waiting
from schoolgate.commons.accounts.models import User
from schoolgate.commons.alerts.kinds import Alert, add_alert, is_staff
from schoolgate.commons.alerts.summary import Line, page, summary_line
from schoolgate.commons.alerts.telling import tell_at_once

FAILED_IMPORT = add_alert(
    Alert(
        "failed-import",
        "An import failed",
        "at once",
        may_have=is_staff,
        on=is_staff,
        one="An import failed",
        many="{} imports failed",
        page="imports",
    )
)
TRIPPED_GUARD = add_alert(
    Alert(
        "tripped-guard",
        "A file waits, because something about it is odd",
        "at once",
        may_have=is_staff,
        on=is_staff,
        one="A file waits for you",
        many="{} files wait for you",
        page="imports",
    )
)
GUARDS = frozenset({Waiting.OLDER, Waiting.FEW})


def note_import(this: Import, link: str) -> None:
    """Note for a mail what of an import cannot wait: that it failed by itself, or that a guard holds it."""
    whose = f"{this.source_name} of {this.base.name}"
    key = f"import {this.pk}"
    if this.waiting in GUARDS:
        tell_at_once(TRIPPED_GUARD.name, f"{whose} waits. {Waiting(this.waiting).label}", key=key, link=link)
    elif this.failed_at and not this.not_imported_because:
        tell_at_once(FAILED_IMPORT.name, f"{whose} was not imported.", key=key, link=link)


def counted(number: int, one: str, many: str) -> str:
    """A number with its noun: 1 file, 1,200 files."""
    return f"{number:,} {one if number == 1 else many}"


@summary_line
def _failed(reader: User, since: datetime) -> Line | None:
    number = Import.objects.visible_to(reader).left_failed().count()
    return (
        Line(f"{counted(number, 'import', 'imports')} failed.", page("imports", "?stands=failed")) if number else None
    )


@summary_line
def _waiting(reader: User, since: datetime) -> Line | None:
    number = Import.objects.visible_to(reader).listed().in_state(ImportState.WAITING).count()
    if not number:
        return None
    wait = "waits" if number == 1 else "wait"
    return Line(f"{counted(number, 'file', 'files')} {wait} for you.", page("imports", "?stands=waiting"))


@summary_line
def _silent(reader: User, since: datetime) -> Line | None:
    days = SILENT_DAYS.get()
    number = silent(Base.objects.visible_to(reader), days, timezone.now()).count()
    schools = counted(number, "school has", "schools have")
    return Line(f"{schools} sent nothing for {days} days.", page("reports") + "silent-bases") if number else None


@summary_line
def _endings(reader: User, since: datetime) -> Line | None:
    number = len(ending_soon())
    what = "password, code or certificate has" if number == 1 else "passwords, codes or certificates have"
    return Line(f"{number:,} {what} ended or will end soon.", page("expiring")) if number else None


@summary_line
def _files(reader: User, since: datetime) -> Line | None:
    files = ReceivedFile.objects.visible_to(reader).filter(received_at__gte=since).count()
    imported = Import.objects.visible_to(reader).of_files().filter(completed_at__gte=since).count()
    text = f"{counted(files, 'file was', 'files were')} received, {imported:,} imported."
    return Line(text, page("received-files"), needs_somebody=False)


@summary_line
def _refused(reader: User, since: datetime) -> Line | None:
    number = RefusedDelivery.objects.visible_to(reader).filter(last_at__gte=since).count()
    text = f"{counted(number, 'delivery was', 'deliveries were')} refused at the door."
    return Line(text, page("refused-deliveries"), needs_somebody=False) if number else None
