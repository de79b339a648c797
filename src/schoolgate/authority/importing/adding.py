"""New pupils, written as plain rows with ids taken beforehand: nothing is held of them to be read or compared with.

Nearly all the time of a first import goes here, which is why no row becomes an object on its way.
"""

from collections.abc import Sequence

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.case import Case
from schoolgate.authority.importing.changes import GivesChange
from schoolgate.authority.importing.deciding import Rules
from schoolgate.authority.importing.held import keys_of_columns, match_rows
from schoolgate.authority.records.columns import (
    ENROLMENT_COLUMNS,
    PUPIL_COLUMNS,
    enrolment_columns,
    pupil_columns,
    tells_of,
)
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
    row_key,
)
from schoolgate.authority.records.models.attendance import REGISTER_COLUMNS, register_columns
from schoolgate.authority.records.roll import says_on_roll
from schoolgate.commons.bulk import Values, insert, take_ids

GROUP_COLUMNS = ("key", "payload_text", "digest", "change")
KEY_COLUMNS = ("pupil", "kind", "text")


def add_pupils(cases: Sequence[Case], base: Base, changes: GivesChange, rules: Rules) -> None:
    """Write new pupils and their first enrolment, in the caller's transaction. The cases get their ids."""
    rows = _Rows(base, changes, rules)
    ids = zip(take_ids(Pupil, len(cases)), take_ids(Enrolment, len(cases)), strict=True)
    for case, (pupil_id, enrolment_id) in zip(cases, ids, strict=True):
        case.pupil_id, case.is_changed = pupil_id, True
        rows.make(case, enrolment_id)
    rows.insert()


class _Rows:
    """The rows of some new pupils, table by table."""

    def __init__(self, base: Base, changes: GivesChange, rules: Rules) -> None:
        self.base = base
        self.changes = changes
        self.rules = rules
        self.pupils: list[Values] = []
        self.enrolments: list[Values] = []
        self.groups: list[Values] = []
        self.enrolment_groups: list[Values] = []
        self.registers: list[Values] = []
        self.keys: list[Values] = []

    def make(self, case: Case, enrolment_id: int) -> None:
        change = self.changes.of(case.whose.rule, [self.rules.otherwise]).pk
        of_pupil, of_enrolment = pupil_columns(case.after), enrolment_columns(case.after, self.base)
        active = says_on_roll(of_enrolment["status"], of_enrolment["left"])
        subject = tells_of(case.after)
        self.pupils.append((case.pupil_id, subject, change, active, *of_pupil.values()))
        self.enrolments.append((enrolment_id, case.pupil_id, self.base.pk, change, *of_enrolment.values()))
        for write in case.decisions.writes:
            written_by = self.changes.of(case.whose.rule, write.taken.values()).pk
            if write.group is ATTENDANCE:
                for register in write.payload["Attendance"]:
                    columns = register_columns(register, self.base)
                    self.registers.append((enrolment_id, written_by, *columns.values()))
                continue
            text = canonical(write.payload)
            if write.group.of == "pupil":
                self.groups.append((row_key(case.pupil_id, write.group), text, digest_of(text), written_by))
            else:
                self.enrolment_groups.append((row_key(enrolment_id, write.group), text, digest_of(text), written_by))
        guids = [system_key_of(case.after)]
        keys = search_keys(case.after) | match_rows(keys_of_columns(of_pupil, guids, subject))
        self.keys += [(case.pupil_id, kind, text) for kind, text in sorted(keys)]

    def insert(self) -> None:
        insert(Pupil, ("id", "kind", "created_by", "active", *PUPIL_COLUMNS), self.pupils)
        insert(Enrolment, ("id", "pupil", "base", "created_by", *ENROLMENT_COLUMNS), self.enrolments)
        insert(PupilGroup, GROUP_COLUMNS, self.groups)
        insert(EnrolmentGroup, GROUP_COLUMNS, self.enrolment_groups)
        insert(Attendance, ("enrolment", "change", *REGISTER_COLUMNS), self.registers)
        insert(PupilKey, KEY_COLUMNS, self.keys)
