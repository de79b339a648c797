"""Held pupils of whom something differs: what is new is written, what stood there is kept with its change."""

from collections.abc import Iterable, Sequence

from django.db import models

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.adding import GROUP_COLUMNS, KEY_COLUMNS
from schoolgate.authority.importing.bulk import Values, insert
from schoolgate.authority.importing.case import Case
from schoolgate.authority.importing.changes import Changes
from schoolgate.authority.importing.deciding import Rules
from schoolgate.authority.importing.held import keys_of_held, match_rows
from schoolgate.authority.importing.matching.keys import normal_guid
from schoolgate.authority.records.columns import ENROLMENT_COLUMNS, enrolment_columns, pupil_columns
from schoolgate.authority.records.groups.attendance import ATTENDANCE
from schoolgate.authority.records.groups.canonical import canonical, digest_of
from schoolgate.authority.records.groups.enrolment import ENROLMENT
from schoolgate.authority.records.keys import search_keys
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
from schoolgate.authority.records.models.attendance import REGISTER_COLUMNS
from schoolgate.authority.records.roll import is_on_roll


def change_pupils(cases: Sequence[Case], base: Base, changes: Changes, rules: Rules) -> None:
    """Write what differs of held pupils, in the caller's transaction, and mark those of whom anything did."""
    _write_enrolments(cases, base, changes, rules)
    _write_groups(cases, changes)
    _write_registers(cases, base, changes)
    _update_pupils(cases)
    _write_keys(cases)


def _write_enrolments(cases: Iterable[Case], base: Base, changes: Changes, rules: Rules) -> None:
    new: list[Enrolment] = []
    changed: list[Enrolment] = []
    for case in cases:
        columns = enrolment_columns(case.after, base)
        if case.holding.enrolment is None:
            change = changes.of(case.whose.rule, [rules.otherwise])
            enrolment = Enrolment(pupil=case.pupil, base=base, created_by=change, **columns)
            case.holding.enrolment = enrolment
            new.append(enrolment)
            case.is_changed = True
        elif _take(case.holding.enrolment, columns):
            changed.append(case.holding.enrolment)
            case.is_changed = True
    Enrolment.objects.bulk_create(new)
    if changed:
        Enrolment.objects.bulk_update(changed, ENROLMENT_COLUMNS)


def _write_groups(cases: Iterable[Case], changes: Changes) -> None:
    replaced: list[Replaced] = []
    new: dict[str, list[Values]] = {"pupil": [], "enrolment": []}
    of_pupils: list[PupilGroup] = []
    of_enrolments: list[EnrolmentGroup] = []
    for case in cases:
        for write in case.decisions.writes:
            if write.group is ATTENDANCE:
                continue
            case.is_changed = True
            change = changes.of(case.whose.rule, write.taken.values())
            row = case.holding.rows.get(write.group)
            if row is None:
                owner = case.pupil_id if write.group.of == "pupil" else case.enrolment.pk
                text = canonical(write.payload)
                new[write.group.of].append((row_key(owner, write.group), text, digest_of(text), change.pk))
                continue
            replaced.append(Replaced.keep(row, change))
            row.change = change
            row.take(write.payload)
            if isinstance(row, PupilGroup):
                of_pupils.append(row)
            else:
                of_enrolments.append(row)
    Replaced.objects.bulk_create(replaced)
    insert(PupilGroup, GROUP_COLUMNS, new["pupil"])
    insert(EnrolmentGroup, GROUP_COLUMNS, new["enrolment"])
    if of_pupils:
        PupilGroup.objects.bulk_update(of_pupils, GROUP_COLUMNS[1:])
    if of_enrolments:
        EnrolmentGroup.objects.bulk_update(of_enrolments, GROUP_COLUMNS[1:])


def _write_registers(cases: Iterable[Case], base: Base, changes: Changes) -> None:
    replaced: list[Replaced] = []
    new: list[Attendance] = []
    changed: list[Attendance] = []
    for case in cases:
        for write in case.decisions.writes:
            if write.group is not ATTENDANCE:
                continue
            change = changes.of(case.whose.rule, write.taken.values())
            for register in write.payload["Attendance"]:
                said = Attendance(enrolment=case.enrolment, change=change).take(register, base)
                row = case.holding.registers.get((said.year, said.place))
                if row is None:
                    new.append(said)
                elif row.register(base) != said.register(base):
                    replaced.append(Replaced.keep(row, change))
                    said.pk = row.pk
                    changed.append(said)
                else:
                    continue
                case.is_changed = True
    Replaced.objects.bulk_create(replaced)
    Attendance.objects.bulk_create(new)
    if changed:
        columns = ("change", *REGISTER_COLUMNS)
        Attendance.objects.bulk_create(changed, update_conflicts=True, unique_fields=["id"], update_fields=columns)


def _update_pupils(cases: Iterable[Case]) -> None:
    changed: list[Pupil] = []
    names: set[str] = set()
    for case in cases:
        if case.is_changed:
            columns = pupil_columns(case.after)
            columns["active"] = is_on_roll(case.enrolment) or case.holding.on_another_roll
            if taken := _take(case.pupil, columns):
                names |= taken
                changed.append(case.pupil)
    if changed:
        Pupil.objects.bulk_update(changed, sorted(names))


def _write_keys(cases: Iterable[Case]) -> None:
    new: list[Values] = []
    gone: list[int] = []
    for case in cases:
        if not case.is_changed:
            continue
        held = case.holding.keys
        # A key of a school's system stays, when another has come: the pupil may come back with it.
        guids = {text for kind, text in held if kind is PupilKey.Kind.GUID}
        guids.add(normal_guid(case.after.get(ENROLMENT, {}).get("GUID", "")))
        wanted = search_keys(case.after) | match_rows(keys_of_held(case.pupil, guids))
        new += [(case.pupil_id, kind, text) for kind, text in sorted(wanted - held.keys())]
        gone += [held[key] for key in held.keys() - wanted]
    insert(PupilKey, KEY_COLUMNS, new)
    if gone:
        PupilKey.objects.filter(pk__in=gone).delete()


def _take(row: models.Model, columns: dict[str, object]) -> set[str]:
    """Set the columns, and say which of them differed."""
    differing = {name for name, value in columns.items() if getattr(row, name) != value}
    for name in differing:
        setattr(row, name, columns[name])
    return differing
