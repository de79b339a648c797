"""Held pupils of whom something differs: what is new is written, what stood there is kept with its change."""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from django.db import models

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.adding import GROUP_COLUMNS, KEY_COLUMNS
from schoolgate.authority.importing.case import Case
from schoolgate.authority.importing.changes import GivesChange
from schoolgate.authority.importing.deciding import Rules
from schoolgate.authority.importing.held import keys_of_held, match_rows
from schoolgate.authority.importing.matching.keys import normal_guid
from schoolgate.authority.records.columns import ENROLMENT_COLUMNS, PUPIL_COLUMNS, enrolment_columns, pupil_columns
from schoolgate.authority.records.groups.attendance import ATTENDANCE
from schoolgate.authority.records.groups.canonical import canonical, digest_of
from schoolgate.authority.records.keys import search_keys, system_key_of
from schoolgate.authority.records.models import (
    Attendance,
    Enrolment,
    EnrolmentGroup,
    Pupil,
    PupilGroup,
    PupilKey,
    Replaced,
    row_key,
)
from schoolgate.authority.records.models.attendance import REGISTER_COLUMNS, register_columns
from schoolgate.authority.records.roll import is_on_roll
from schoolgate.commons.bulk import Values, insert, update

_GroupModel: TypeAlias = type[PupilGroup] | type[EnrolmentGroup]


def change_pupils(cases: Sequence[Case], base: Base, changes: GivesChange, rules: Rules) -> None:
    """Write what differs of held pupils, in the caller's transaction, and mark those of whom anything did."""
    _write_enrolments(cases, base, changes, rules)
    _write_groups(cases, changes)
    _write_registers(cases, base, changes)
    _update_pupils(cases)
    _write_keys(cases)


def _write_enrolments(cases: Iterable[Case], base: Base, changes: GivesChange, rules: Rules) -> None:
    new: list[Enrolment] = []
    changed: list[Values] = []
    for case in cases:
        columns = enrolment_columns(case.after, base)
        if case.holding.enrolment is None:
            change = changes.of(case.whose.rule, [rules.otherwise])
            enrolment = Enrolment(pupil=case.pupil, base=base, created_by=change, **columns)
            case.holding.enrolment = enrolment
            new.append(enrolment)
            case.is_changed = True
        elif _take(case.holding.enrolment, columns):
            changed.append((case.enrolment.pk, *columns.values()))
            case.is_changed = True
    Enrolment.objects.bulk_create(new)
    update(Enrolment, ("id", *ENROLMENT_COLUMNS), changed)


def _write_groups(cases: Iterable[Case], changes: GivesChange) -> None:
    replaced: list[Replaced] = []
    new: dict[_GroupModel, list[Values]] = {PupilGroup: [], EnrolmentGroup: []}
    changed: dict[_GroupModel, list[Values]] = {PupilGroup: [], EnrolmentGroup: []}
    for case in cases:
        for write in case.decisions.writes:
            if write.group is ATTENDANCE:
                continue
            case.is_changed = True
            change = changes.of(case.whose.rule, write.taken.values())
            of_pupil = write.group.of == "pupil"
            key = row_key(case.pupil_id if of_pupil else case.enrolment.pk, write.group)
            text = canonical(write.payload)
            row = case.holding.rows.get(write.group)
            if row is not None:
                replaced.append(Replaced.keep(row, change))
            rows = new if row is None else changed
            rows[PupilGroup if of_pupil else EnrolmentGroup].append((key, text, digest_of(text), change.pk))
    Replaced.objects.bulk_create(replaced)
    for model, added in new.items():
        insert(model, GROUP_COLUMNS, added)
        update(model, GROUP_COLUMNS, changed[model])


def _write_registers(cases: Iterable[Case], base: Base, changes: GivesChange) -> None:
    replaced: list[Replaced] = []
    new: list[Values] = []
    changed: list[Values] = []
    for case in cases:
        for write in case.decisions.writes:
            if write.group is not ATTENDANCE:
                continue
            change = changes.of(case.whose.rule, write.taken.values())
            for register in write.payload["Attendance"]:
                columns = register_columns(register, base)
                row = case.holding.registers.get((columns["year"], columns["place"]))
                if row is None:
                    new.append((case.enrolment.pk, change.pk, *columns.values()))
                elif row.register(base) != Attendance().take(register, base).register(base):
                    replaced.append(Replaced.keep(row, change))
                    changed.append((row.pk, change.pk, *columns.values()))
                else:
                    continue
                case.is_changed = True
    Replaced.objects.bulk_create(replaced)
    insert(Attendance, ("enrolment", "change", *REGISTER_COLUMNS), new)
    update(Attendance, ("id", "change", *REGISTER_COLUMNS), changed)


def _update_pupils(cases: Iterable[Case]) -> None:
    changed: list[Values] = []
    for case in cases:
        if case.is_changed:
            columns = pupil_columns(case.after)
            columns["active"] = is_on_roll(case.enrolment) or case.holding.on_another_roll
            if _take(case.pupil, columns):
                changed.append((case.pupil_id, *columns.values()))
    update(Pupil, ("id", *PUPIL_COLUMNS, "active"), changed)


def _write_keys(cases: Iterable[Case]) -> None:
    new: list[Values] = []
    gone: list[int] = []
    for case in cases:
        if not case.is_changed:
            continue
        held = case.holding.keys
        # A key of a school's system stays, when another has come: the pupil may come back with it.
        guids = {text for kind, text in held if kind is PupilKey.Kind.GUID}
        guids.add(normal_guid(system_key_of(case.after)))
        wanted = search_keys(case.after) | match_rows(keys_of_held(case.pupil, guids))
        new += [(case.pupil_id, kind, text) for kind, text in sorted(wanted - held.keys())]
        gone += [held[key] for key in held.keys() - wanted]
    insert(PupilKey, KEY_COLUMNS, new)
    if gone:
        PupilKey.objects.filter(pk__in=gone).delete()


def _take(row: models.Model, columns: dict[str, object]) -> bool:
    """Set the columns, and say whether any of them differed."""
    differing = {name: value for name, value in columns.items() if getattr(row, name) != value}
    for name, value in differing.items():
        setattr(row, name, value)
    return bool(differing)
