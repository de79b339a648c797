"""A school's form of its own task: what its kind of base has, and nothing of other schools (reference 9.2, 9.8)."""

from dataclasses import replace
from typing import Any

from django import forms

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection.models import Data, Owner, ScheduledTask, TransferType
from schoolgate.authority.collection.task_fields import ATTENDANCE_CHANGED, TaskFields, fields_of
from schoolgate.authority.collection.task_form import ATTENDANCE_CHANGED_WORDS
from schoolgate.authority.collection.wishes import TaskRefused, Wish
from schoolgate.wire.mis.connector import Capabilities, Group
from schoolgate.wire.mis.registry import all_connectors

_FILTERS = {"nc-year": "nc_years", "looked-after": "looked_after", "leavers": "leavers"}

Choices = list[tuple[str, Any]]


class OwnTaskForm(TaskFields):
    """A task of this one school, made or, with `task`, changed by its own people."""

    PARTS = (
        ("", "name transfer_type kind"),
        ("Pupils", "nc_years looked_after leavers months_back"),
        ("When", "rhythm at first days day in_term"),
        ("Advanced", "every_minutes until last active"),
    )

    transfer_type = forms.ChoiceField(
        label="Transfer Type", choices=TransferType.choices, initial=TransferType.EXPORT_FROM_SCHOOL, disabled=True
    )

    def __init__(self, *args: Any, base: Base, task: ScheduledTask | None = None) -> None:
        super().__init__(*args, initial=_initial(task))
        self._base, self._task = base, task
        kind: Any = self.fields["kind"]
        kind.choices = kinds_of(base, task)
        kind.help_text = "A snapshot is everything, changed data what is new since the last run."
        if base.is_collected and (task is None or task.transfer_type == TransferType.EXPORT_FROM_SCHOOL):
            only: Any = self.fields["transfer_type"]
            only.choices = [(TransferType.EXPORT_FROM_SCHOOL.value, TransferType.EXPORT_FROM_SCHOOL.label)]
        for name in _not_asked(base):
            del self.fields[name]

    def wish(self) -> Wish:
        """The task as it was typed in; what is not asked stays as it is."""
        wished = self.wished()
        if self._task is None:
            return Wish(owner=Owner.SCHOOL, bases=(self._base,), **wished)
        return replace(Wish.of(self._task), **wished)

    def refuse(self, refused: TaskRefused) -> None:
        """Say why such a task cannot be, at its field where the form has it."""
        self.add_error(refused.field if refused.field in self.fields else None, refused.sentence)


def kinds_of(base: Base, task: ScheduledTask | None = None) -> Choices:
    """Data Filter Details that a base of its kind has, and what stands in a task that had another before.

    Of SIMS Primary there is only *All Attendance Changed Data* in the attendance section (seed, "Scheduled task data
    options"); of another API what its connector can do.
    """
    found = _of_files() if not base.is_collected else _of_api(base.mis)
    stands = fields_of(task)["kind"] if task is not None else ""
    if stands and stands not in _values(found):
        found.append((stands, _words_of(stands)))
    return found


def _of_files() -> Choices:
    return [(data.value, data.label) for data in (Data.SNAPSHOT, Data.CHANGED, Data.ATTENDANCE, Data.ATTAINMENT)]


def _of_api(mis: str) -> Choices:
    can = _capabilities(mis)
    found: Choices = [(Data.SNAPSHOT.value, Data.SNAPSHOT.label)]
    if can is None or can.change_model != "none":
        found.append((Data.CHANGED.value, Data.CHANGED.label))
    if can is None or Group.ATTENDANCE in can.groups:
        changed = can is None or (can.attendance_changes and can.change_model != "none")
        words = "All Attendance Changed Data" if changed else "All Attendance Data"
        found.append(("Attendance Data", [(ATTENDANCE_CHANGED, words)]))
    return found


def _not_asked(base: Base) -> list[str]:
    """Fields that mean nothing for a base of its kind."""
    if not base.is_collected:
        return ["months_back"]
    can = _capabilities(base.mis)
    return [] if can is None else [name for filter_, name in _FILTERS.items() if filter_ not in can.filters]


def _capabilities(mis: str) -> Capabilities | None:
    """What the base's system can do; None where its connector is no longer there."""
    connector = all_connectors().get(mis)
    return connector.capabilities if connector is not None else None


def _initial(task: ScheduledTask | None) -> dict[str, Any]:
    return {} if task is None else {**fields_of(task), "transfer_type": task.transfer_type}


def _values(choices: Choices) -> set[str]:
    return {value for one, more in choices for value in (dict(more) if isinstance(more, list) else [one])}


def _words_of(kind: str) -> str:
    return ATTENDANCE_CHANGED_WORDS if kind == ATTENDANCE_CHANGED else f"{Data(kind).label} (SIMS 7 only)"
