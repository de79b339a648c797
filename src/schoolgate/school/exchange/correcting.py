"""What a school can put right: the values and pupils of its files that an LA did not take, with the words for them.

The list is the LA's; the names of the children are not: those come from the school's own copy of the file.
"""

import logging
from collections.abc import Collection, Iterator
from typing import Any, BinaryIO

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from schoolgate.commons.schemas import site_shelf
from schoolgate.documents.problems import DocumentError, counts_by_kind
from schoolgate.documents.students.reader import StudentFile
from schoolgate.documents.students.wording import label_of
from schoolgate.school.exchange.models import Correction, CorrectionList, Transfer
from schoolgate.school.exchange.taking import fill_spool, spool
from schoolgate.wire.correction_words import LA_DECIDES, item_words, value_words
from schoolgate.wire.exchange import ExchangeClient, RefusedValue
from schoolgate.wire.exchange_errors import Refused

log = logging.getLogger(__name__)

MOST_KEPT = 1_000
MOST_PAGES = 100


def note_to_be_fetched(transfer: Transfer) -> None:
    """The LA has said something new of an imported file: its list is to be fetched."""
    CorrectionList.objects.update_or_create(transfer=transfer, defaults={"due": True})


def fetch_lists(client: ExchangeClient, travelling: Q) -> None:
    """Fetch the lists that are due of files that travel with one login. Raises an ExchangeError.

    A file that the LA does not tell of keeps the list that it has, and is asked for again.
    """
    due = CorrectionList.objects.due().filter(transfer__in=Transfer.objects.filter(travelling))
    for this in due.select_related("transfer").defer("transfer__problems"):
        try:
            refused = list(_refused(client, this.transfer))
        except Refused as error:
            log.info("The LA does not tell what it took of a file: %s", error.code)
            continue
        _keep(this, refused)


def _refused(client: ExchangeClient, transfer: Transfer) -> Iterator[RefusedValue]:
    cursor = ""
    for _ in range(MOST_PAGES):
        page = client.refused(transfer.kind, transfer.name, transfer.sha256, cursor)
        yield from page.values
        if not page.more or page.cursor == cursor:
            return
        cursor = page.cursor


def _keep(this: CorrectionList, refused: Collection[RefusedValue]) -> None:
    pupils = [problem for problem in this.transfer.outcome.get("problems", ()) if _is_of_pupil(problem)]
    numbers = {problem["pupil"] for problem in pupils}
    by_upn, by_number = _names(this.transfer, {value.upn for value in refused}, numbers)
    corrections = [
        Correction(
            of=this,
            pupil=by_number.get(problem["pupil"], f"Pupil {problem['pupil']}")[:200],
            code=str(problem["code"])[:40],
            since=this.transfer.received_at or timezone.now(),
            for_school=problem["code"] not in LA_DECIDES,
        )
        for problem in pupils
    ]
    # The new ones first: of a long list no more is kept than an office can use.
    corrections += [
        Correction(
            of=this,
            pupil=by_upn.get(value.upn, "")[:200],
            upn=value.upn[:20],
            group=value.group[:40],
            item=value.item[:60],
            value=value_words(value.value)[:300],
            code=value.code[:40],
            since=value.since or timezone.now(),
            new=value.new,
        )
        for value in sorted(refused, key=lambda one: not one.new)
    ]
    with transaction.atomic():
        this.corrections.all().delete()
        Correction.objects.bulk_create(corrections[:MOST_KEPT])
        this.due, this.told_at = False, timezone.now()
        this.total, this.to_do = len(corrections), sum(one.for_school for one in corrections)
        this.kinds = counts_by_kind(item_words(one.item) for one in corrections)
        this.save()


def _is_of_pupil(problem: Any) -> bool:
    return isinstance(problem, dict) and isinstance(problem.get("pupil"), int) and isinstance(problem.get("code"), str)


def _names(
    transfer: Transfer, upns: Collection[str], numbers: Collection[int]
) -> tuple[dict[str, str], dict[int, str]]:
    """How the school's own file names these pupils, by UPN and by their number in it; as far as it is still held."""
    by_upn: dict[str, str] = {}
    by_number: dict[int, str] = {}
    if not (upns or numbers):
        return by_upn, by_number
    fill_spool(transfer)
    try:
        with spool().open(transfer.sha256) as plain:
            for number, upn, label in _pupils(plain):
                if upn in upns:
                    by_upn.setdefault(upn, label)
                if number in numbers:
                    by_number[number] = label
    except (OSError, EOFError, DocumentError):
        log.info("The school's own copy of a file cannot be read: its list names no pupils.")
    return by_upn, by_number


def _pupils(plain: BinaryIO) -> Iterator[tuple[int, str, str]]:
    """Number, UPN and name of each pupil of a file."""
    for entry in StudentFile(plain, site_shelf()).entries():
        yield entry.number, str(entry.record.get("UPN", "")), label_of(entry.record, entry.number)
