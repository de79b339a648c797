"""The content of *Files Exported* goes after eight weeks; the receipt beside it, the row and the journal stay.

The file goes first and the row is written after it. A run that dies between the two leaves a row that still speaks of
a file: the next run finds no file and writes the row. The other way round a file that no row speaks of would stay for
ever, since nothing else is ever removed from these folders.
"""

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from schoolgate.commons.faults import fault_point
from schoolgate.commons.preferences.registry import NumberPreference
from schoolgate.commons.retention.kinds import Item, Kept, keeps
from schoolgate.school.exchange.export_job import sweep_spool
from schoolgate.school.exchange.folders import folders_if_any, folders_left, holds
from schoolgate.school.exchange.models import CorrectionList, FormerRoot, PersonnelSchool, State, Transfer
from schoolgate.school.exchange.models.transfer import ARRIVED
from schoolgate.school.exchange.places import PERSONNEL

OPEN = "The LA has not said yet what became of it."
AWAY = "Its folder cannot be reached."
CHANGED = "The file in Files Exported is not the one that was sent."


@keeps
class FilesExported(Kept):
    """The XML of files that arrived and whose outcome is known."""

    name = "files-exported"
    words = "Content of Files Exported"
    stays = "the receipt, the file’s line here, and the journal"
    why = "to look up what was sent while the LA may ask; children’s data lie about no longer than that"
    days = NumberPreference(
        "files-exported-days",
        default=56,
        meaning="for how many days the content of Files Exported is kept; 0 is for ever",
    )

    def over(self, before: datetime) -> Iterator[Item]:
        kept = Transfer.objects.filter(state__in=ARRIVED, filed_at__lt=before, content_gone_at=None).order_by(
            "filed_at"
        )
        for one in kept.only("name", "filed_at", "size", "state"):
            assert one.filed_at is not None  # it is filtered by
            held_back = OPEN if one.state == State.DELIVERED else ""
            yield Item(one.pk, one.name, one.filed_at, one.size, reverse("transfer", args=[one.pk]), held_back)

    def remove(self, item: Item) -> str:
        transfer = Transfer.objects.lean().filter(pk=item.key, state__in=(State.IMPORTED, State.REJECTED)).first()
        if transfer is None:
            return OPEN
        try:
            reason = _remove_file(transfer)
        except OSError:
            reason = AWAY
        if reason:
            return reason
        fault_point("retention.file-removed")
        with transaction.atomic():
            # What the check found quotes the file.
            this = Transfer.objects.filter(pk=transfer.pk)
            this.update(content_gone_at=timezone.now(), problems=[])
            lists = CorrectionList.objects.filter(transfer=transfer)
            lists.exclude(pk__in=CorrectionList.objects.standing()).delete()
        return ""

    def end(self) -> None:
        sweep_spool()


def _remove_file(transfer: Transfer) -> str:
    """Remove the very bytes that were sent, wherever root folders had them; why not, in words. Raises OSError.

    A root folder that was left and dismissed is looked into no more: what lies there is somebody else's business.
    """
    changed = removed = False
    for folder, must_be_there in _folders_it_may_lie_in(transfer):
        if not must_be_there.is_dir():
            return AWAY
        place = folder / transfer.filed_as
        if not (transfer.filed_as and os.path.lexists(place)):
            continue
        if holds(place, size=transfer.size, sha256=transfer.sha256):
            place.unlink()
            removed = True
        else:
            changed = True
    return CHANGED if changed and not removed else ""


def _folders_it_may_lie_in(transfer: Transfer) -> Iterator[tuple[Path, Path]]:
    """Each *Files Exported* that may hold it, with the folder that a person chose, which must be there.

    Of a school whose row for its staff is gone no folder is known: what lies there is somebody else's business too.
    """
    if transfer.kind == PERSONNEL:
        for row in PersonnelSchool.objects.at(transfer.place):
            yield Path(row.exported), Path(row.exported)
        return
    present = folders_if_any(transfer.la)
    former = FormerRoot.objects.filter(dismissed_at=None, la__in=["", transfer.la]).values_list("path", flat=True)
    for folders in [*([present] if present else []), *(folders_left(path, transfer.la) for path in former)]:
        yield folders.exported, folders.chosen
