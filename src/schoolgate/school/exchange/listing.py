"""Every file this site knows, for the command line: those sent or waiting, and those held back."""

from typing import Any

from schoolgate.school.exchange.models import HeldBackFile, Transfer
from schoolgate.school.exchange.words import outcome_words

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
        "reason": held_back.reason,
        "warnings": held_back.warnings,
        "sha256": held_back.sha256,
        "receipt": "",
        "filed_as": "",
    }
