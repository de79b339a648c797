"""One made-up row in every table, so that whoever sees or changes anything that is no business of theirs is found."""

import zlib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from hashlib import blake2b
from typing import Any

from django.apps import apps
from django.db.models import Field, Model

from schoolgate.authority.records.models import Pupil

PK = 8204
"""The number of every planted row, and so of whatever it refers to: an address with it is one of a real row."""

ANOTHER = PK + 1
"""The number of a second pupil, for pages and rows that are about two."""

NAME = "Zyxley"
UPN = "D820432123017"
SECRETS = (NAME, NAME.lower(), UPN)
"""What stands in all their texts."""

_KNOWN: dict[str, Any] = {
    "la": "820",
    "number": "4321",
    "upn": UPN,
    "username": NAME.lower(),
    "role": "officer",
    "payload_text": f'{{"Surname":"{NAME}"}}',
    "incoming_text": f'"{NAME}"',
    "value_text": f'"{NAME}"',
    "entry_text": f'{{"full":false,"groups":{{"basic-details":{{"Surname":"{NAME}"}}}},"invalid":[]}}',
    "rule": "new/import",
    "item": "Surname",
    "HeldBackRow.group": "pupil",
    "HeldBackRow.recorded_raw": f'[{{"Surname":"{NAME}"}}]',
    "SuspendedResult.recorded_who": f'{{"Surname":"{NAME}"}}',
    "SuspendedResult.recorded_results": "{}",
    "OutboxEntry.kind": "file",
    "OutboxEntry.document": "student",
    "Connection.connector": "sims-primary",
    "ScheduledTask.recorded_rule": {"form": "weekly", "at": "18:30", "days": ["thursday"]},
    "BaseGroup.rule": {},
    "ReceivedFile.kind": "student",
    "Transfer.state": "imported",
    "RefusedDelivery.kind": "student",
    "RefusedDelivery.code": "unknown-file",
    "RuleSet.effects": {"otherwise": "always-conflict", "groups": {}, "items": {}},
    "Met.packed": zlib.compress(b"{}"),
    "Met.entered_packed": b"",
    "TwoChildren.other": ANOTHER,
    "FinancialYear.last_day": date(2014, 4, 30),
    "Delivery.body": f'{{"data":"{NAME}"}}',
}
"""Columns of which a page could make nothing if they held any text."""

_REFERRED_TO = {"destination"}
"""What a row must refer to, or the database refuses it, although the column may be empty."""

_OF_TYPE: dict[str, Any] = {
    "BooleanField": False,
    "DateField": date(2013, 5, 1),
    "DateTimeField": datetime(2026, 11, 23, 18, 30, tzinfo=UTC),
    "BinaryField": bytes(16),
    "JSONField": {},
    "GenericIPAddressField": "192.0.2.7",
}


def our_models() -> list[type[Model]]:
    """Every table of Schoolgate's own."""
    return [model for model in apps.get_models() if model.__module__.startswith("schoolgate.")]


def plant() -> None:
    """A row in every table of Schoolgate's own; they refer to one another by their one number."""
    Pupil.objects.bulk_create([Pupil(**dict(_values(Pupil)) | {"id": ANOTHER})])
    for model in our_models():
        if not model._base_manager.filter(pk=PK).exists():
            model._base_manager.bulk_create([model(**dict(_values(model)))])


def _values(model: type[Model]) -> Iterator[tuple[str, Any]]:
    for column in model._meta.concrete_fields:
        if (known := _KNOWN.get(f"{model.__name__}.{column.name}")) is not None:
            yield column.attname, known
        elif column.primary_key or (column.is_relation and (not column.null or column.name in _REFERRED_TO)):
            yield column.attname, PK
        elif not column.null:
            yield column.attname, _value(column)


def _value(column: "Field[Any, Any]") -> Any:
    kind = column.get_internal_type()
    if column.name in _KNOWN:
        return _KNOWN[column.name]
    if column.has_default():
        return column.get_default()
    if column.choices:
        return next(value for value, _ in column.flatchoices if value != "")
    if kind in _OF_TYPE:
        return _OF_TYPE[kind]
    return NAME[: column.max_length] if kind in {"CharField", "TextField", "SlugField"} else 1


def all_there_is() -> dict[str, str]:
    """A digest of each table, whoever's it is: what differs was changed."""
    return {model._meta.label: _digest_of(model) for model in apps.get_models() if model._meta.managed}


def _digest_of(model: type[Model]) -> str:
    digest = blake2b(digest_size=16)
    for row in model._base_manager.order_by("pk").values_list():
        digest.update(repr([bytes(one) if isinstance(one, memoryview) else one for one in row]).encode())
    return digest.hexdigest()
