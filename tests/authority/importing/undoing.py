"""An import that is undone in tests, and what is held but for what an undo leaves behind."""

from typing import Any

from django.db import transaction
from tests.authority.importing.importing_files import held

from schoolgate.authority.importing.models import Import
from schoolgate.authority.importing.undoing_imports import Progress, ask_to_undo, carry_out_undo
from schoolgate.commons.accounts.models import User


def nobody_told(*_: object) -> None:
    """Stands for whoever is told how an undo goes."""


def take_back(this: Import, *, by: User | None = None) -> Progress:
    """Undo an import from the ask to the end."""
    with transaction.atomic():
        assert ask_to_undo(this, "The wrong file.", by=by)
    this.refresh_from_db()
    return carry_out_undo(this, nobody_told, nobody_told)


def held_but_for_refusals(*, missing: bool = True) -> dict[str, list[Any]]:
    """What an undo must bring back: rows that say nothing any more do not count, nor, if so told, what is missing."""
    told = held()
    del told["refusals"]
    if not missing:
        del told["missing"]
    told["groups"] = [row for row in told["groups"] if row[-1] != "{}"]
    told["of enrolments"] = [row for row in told["of enrolments"] if row[-1] != "{}"]
    told["registers"] = [row for row in told["registers"] if row[-2] or row[-1]]
    return told
