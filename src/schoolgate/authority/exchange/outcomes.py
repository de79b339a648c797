"""What became of the files, as the API tells it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from schoolgate.authority.exchange.feedback import fed_back, numbers_as_sent, value_as_sent
from schoolgate.authority.exchange.kinds import KINDS
from schoolgate.authority.exchange.models import ReceivedFile
from schoolgate.authority.exchange.problems import ApiProblem
from schoolgate.authority.records.groups.registry import group_numbered
from schoolgate.authority.records.models import Refusal
from schoolgate.commons.accounts.models import User
from schoolgate.commons.programs.door import rfc3339

PAGE = 100
# Commits become visible out of order. What is younger than any commit takes is told by the next call, so that a
# cursor never passes something that was still on its way.
SETTLED_AFTER = timedelta(seconds=3)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def told(file: ReceivedFile) -> dict[str, Any]:
    """A received file as every call tells it: `{file, receipt, outcome}`."""
    return {
        "file": {
            "kind": file.kind,
            "name": file.name,
            "sha256": file.sha256,
            "size": file.size,
            "la": file.base.la,
            "school": file.base.number,
            "received": rfc3339(file.received_at),
        },
        "receipt": file.receipt,
        "outcome": file.outcome,
    }


def standing_refusals(file: ReceivedFile) -> QuerySet[Refusal]:
    """What the authority does not take of the base's values and the file, or one before it, said, as `fed_back` tells
    it: none of a file that is not imported."""
    job = file.its_import.job_id if file.its_import else None
    return (
        fed_back(file.base, KINDS[file.kind].tells_of).exclude(first_seen_in__gt=job) if job else Refusal.objects.none()
    )


def refusals_of(file: ReceivedFile, cursor: str) -> dict[str, Any]:
    """One page of `standing_refusals`.

    `new` says whether this very file was the first; `value` and `upn` are the school's own, as it sent them (no UPN
    where that is not known; of a member of staff `upn` is the number as `numbers_as_sent` has it).

    Raises ApiProblem `cursor-malformed`.
    """
    job = file.its_import.job_id if file.its_import else None
    standing = standing_refusals(file)
    if cursor:
        if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 19):
            raise ApiProblem("cursor-malformed")
        standing = standing.filter(pk__gt=int(cursor))
    page = list(standing.order_by("pk")[: PAGE + 1])
    shown = page[:PAGE]
    numbers = numbers_as_sent(file.base, {refusal.pupil_id for refusal in shown})
    return {
        "items": [
            {
                "upn": numbers.get(refusal.pupil_id, ""),
                "group": group_numbered(refusal.group).name,
                "item": refusal.item,
                "value": value_as_sent(refusal),
                "code": refusal.code,
                "since": rfc3339(refusal.since),
                "new": refusal.first_seen_in == job,
            }
            for refusal in shown
        ],
        "next": str(shown[-1].pk) if shown else cursor,
        "more": len(page) > PAGE,
    }


def outcomes_after(account: User, cursor: str) -> dict[str, Any]:
    """The outcomes of the account's bases that changed after `cursor` (all when empty), oldest first, one page.

    `next` is the cursor to go on from, `more` says whether to ask again at once. Raises ApiProblem `cursor-malformed`.
    """
    files = ReceivedFile.objects.of_account(account).filter(outcome_changed_at__lt=timezone.now() - SETTLED_AFTER)
    if cursor:
        at, pk = _read_cursor(cursor)
        files = files.filter(Q(outcome_changed_at__gt=at) | Q(outcome_changed_at=at, pk__gt=pk))
    page = list(files.select_related("base", "its_import__job").order_by("outcome_changed_at", "pk")[: PAGE + 1])
    shown = page[:PAGE]
    return {
        "outcomes": [told(file) for file in shown],
        "next": _cursor_of(shown[-1]) if shown else cursor,
        "more": len(page) > PAGE,
    }


def _cursor_of(file: ReceivedFile) -> str:
    return f"{(file.outcome_changed_at - EPOCH) // MICROSECOND}-{file.pk}"


def _read_cursor(cursor: str) -> tuple[datetime, int]:
    at, dash, pk = cursor.partition("-")
    if not (dash and cursor.isascii() and at.isdigit() and pk.isdigit() and len(at) < 18 and len(pk) < 19):
        raise ApiProblem("cursor-malformed")
    try:
        return EPOCH + int(at) * MICROSECOND, int(pk)
    except OverflowError:
        raise ApiProblem("cursor-malformed") from None
