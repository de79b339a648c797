"""Every file this site knows, for the command line: those sent or waiting, and those held back."""

from typing import Any

from schoolgate.school.exchange.models import Correction, CorrectionList, HeldBackFile, Transfer
from schoolgate.school.exchange.words import outcome_words
from schoolgate.wire.correction_words import how_to_correct, item_words, why_not_taken

FILE_COLUMNS = ("name", "kind", "pupils", "la", "school", "state", "when", "tries", "outcome")


def list_files() -> list[dict[str, Any]]:
    """One row a file, the newest first; states as DESIGN 5 spells them, `held back` for a file without a transfer.

    `la` is the LA the file goes to, or whose folder it lies in; `school` seven digits; `when` an aware time.
    """
    rows = [_transfer_row(transfer) for transfer in Transfer.objects.lean()]
    rows += [_held_back_row(held_back) for held_back in HeldBackFile.objects.defer("problems")]
    return sorted(rows, key=lambda row: row["when"], reverse=True)


def _transfer_row(transfer: Transfer) -> dict[str, Any]:
    return {
        "name": transfer.name,
        "kind": transfer.kind,
        "pupils": transfer.pupils,
        "la": transfer.la,
        "school": transfer.base,
        "state": str(transfer.state),
        "when": transfer.changed_at,
        "tries": transfer.attempts,
        "outcome": outcome_words(transfer),
        "counts": transfer.outcome.get("counts") or {},
        "reason": transfer.reason,
        "warnings": transfer.warnings,
        "sha256": transfer.sha256,
        "receipt": transfer.receipt_ref,
        "filed_as": transfer.filed_as,
    }


def _held_back_row(held_back: HeldBackFile) -> dict[str, Any]:
    return {
        "name": held_back.name,
        "kind": "",
        "pupils": held_back.pupils,
        "la": held_back.la,
        "school": held_back.school,
        "state": "held back",
        "when": held_back.since,
        "tries": 0,
        "outcome": held_back.sentence,
        "counts": {},
        "reason": held_back.reason,
        "warnings": held_back.warnings,
        "sha256": held_back.sha256,
        "receipt": "",
        "filed_as": "",
    }


def tell_outcome(transfer: Transfer) -> dict[str, Any]:
    """What the LA made of one file: the outcome as it told it, and what it did not take as far as that is kept here.

    `told_at` is when that list was fetched, None where there is none yet.
    """
    kept = CorrectionList.objects.filter(transfer=transfer).first()
    return {
        "name": transfer.name,
        "sha256": transfer.sha256,
        "la": transfer.la,
        "school": transfer.base,
        "state": str(transfer.state),
        "words": outcome_words(transfer),
        "outcome": transfer.outcome,
        "told_at": kept.told_at if kept else None,
        "total": kept.total if kept else 0,
        "to_correct": [_correction_row(one) for one in kept.corrections.all()] if kept else [],
    }


def _correction_row(one: Correction) -> dict[str, Any]:
    return {
        "pupil": one.pupil,
        "upn": one.upn,
        "item": item_words(one.item),
        "value": one.value,
        "code": one.code,
        "why": why_not_taken(one.code),
        "remedy": how_to_correct(one.item, one.code),
        "since": one.since,
        "new": one.new,
    }
