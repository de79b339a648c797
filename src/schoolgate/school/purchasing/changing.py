"""How a row of the ledger's set-up is changed: as its reader saw it, checked, and told in the audit, before → after."""

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.dispatch import Signal
from django.http import HttpRequest

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.commons.web.templatetags.web import money

coding_changed = Signal()
"""Sent in the transaction of every change by which a line may find a coding, or a year, that it did not find before:
what waits for one is to be looked at again. `year`: the financial year."""


class SetUpRefused(Exception):
    """Something cannot be set up so; the message is a sentence for the person who asked.

    `faults` are the sentences by the field they are about; "" is about the whole.
    """

    def __init__(self, faults: Mapping[str, str] | str) -> None:
        self.faults = {"": faults} if isinstance(faults, str) else dict(faults)
        super().__init__(" ".join(self.faults.values()))


class ChangedMeanwhile(Exception):
    """Somebody else has changed the row since the person saw it. Nothing was written."""


def save(
    row: models.Model,
    values: Mapping[str, Any],
    *,
    what: str,
    seen: Mapping[str, Any] | None = None,
    by: User | None,
    request: HttpRequest | None = None,
) -> bool:
    """Make a new row with these values, or give them to one that is there; False: they are its values already.

    `what` is the word for such a row in the audit ("fund"). `seen` are the values that the person saw. Raises
    SetUpRefused: a value is not well-formed, or another row is called so; and ChangedMeanwhile.
    """
    with transaction.atomic():
        new = row.pk is None
        target = row if new else _held(row)
        if seen is not None and any(getattr(target, name) != value for name, value in seen.items()):
            raise ChangedMeanwhile
        changed = [name for name, value in values.items() if new or getattr(target, name) != value]
        if not changed:
            return False
        details = told(values) if new else differences(target, values)
        for name in changed:
            setattr(target, name, values[name])
        _check(target, changed)
        try:
            with transaction.atomic():
                target.save(update_fields=None if new else changed)
        except IntegrityError:
            raise SetUpRefused("There is another of this name already.") from None
        record(f"{what} {'added' if new else 'changed'}", by=by, target=str(target), details=details, request=request)
    for name in changed:
        setattr(row, name, getattr(target, name))
    return True


def _held(row: models.Model) -> models.Model:
    """The row as it is now, which nobody else changes until the transaction ends."""
    rows = type(row)._base_manager  # noqa: SLF001  whatever a model calls its managers
    return rows.select_for_update(no_key=True).get(pk=row.pk)


def remove(row: models.Model, *, what: str, by: User | None, request: HttpRequest | None = None) -> None:
    """Take away a row that nothing uses. Raises SetUpRefused where something does: then it can be closed."""
    with transaction.atomic():
        record(f"{what} removed", by=by, target=str(row), request=request)
        try:
            row.delete()
        except models.ProtectedError:
            raise SetUpRefused(f"This {what} is in use and stays. Close it: then nothing new is coded to it.") from None


def told(values: Mapping[str, Any]) -> str:
    """Values as the audit has them: "code 01; name Delegated budget"."""
    return "; ".join(f"{_word(name)} {_told(value)}" for name, value in values.items() if value not in ("", None))


def differences(row: models.Model, values: Mapping[str, Any]) -> str:
    """What these values change of a row: "budget 1,000.00 → 1,250.00"."""
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    return "; ".join(f"{_word(name)} {_told(getattr(row, name))} → {_told(value)}" for name, value in changed.items())


def _word(name: str) -> str:
    return name.replace("_", " ")


def _told(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return money(value)
    return "–" if value in ("", None) else str(value)


def _check(row: models.Model, names: Collection[str]) -> None:
    # What may be missing in the row may be missing here; Django asks whether a form may leave it out.
    left_out = {
        field.name
        for field in row._meta.concrete_fields  # noqa: SLF001  Django's own way to ask a model
        if field.name not in names or (field.null and getattr(row, field.name) is None)
    }
    try:
        row.clean_fields(exclude=left_out)
    except ValidationError as error:
        raise SetUpRefused({name: " ".join(said) for name, said in error.message_dict.items()}) from None
