"""What is held beside what waits, for many conflicts in few queries."""

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.crypto import salted_hmac

from schoolgate.authority.importing.models import Conflict
from schoolgate.authority.records.groups.attendance import ATTENDANCE
from schoolgate.authority.records.groups.canonical import canonical
from schoolgate.authority.records.groups.data_group import DataGroup, Payload
from schoolgate.authority.records.groups.forms import Value
from schoolgate.authority.records.models import Attendance, Enrolment, EnrolmentGroup, PupilGroup, row_key
from schoolgate.authority.records.models.attendance import attendance_payload
from schoolgate.authority.records.showing import in_one_line


@dataclass(frozen=True, slots=True)
class Pair:
    """A conflict with what is held where it would be written."""

    conflict: Conflict
    payload: Payload
    """Of the whole group; empty where nothing is held."""
    row: PupilGroup | EnrolmentGroup | None
    """None where nothing is held, and of attendance, which has a row a register."""
    at_base: bool
    """The pupil is still known at the base that said it: else nothing can be written."""

    @property
    def group(self) -> DataGroup:
        """The group of the item."""
        return self.conflict.data_group

    @property
    def held(self) -> Value | None:
        """The held value; None: none."""
        return self.payload.get(self.conflict.item)

    @property
    def ours(self) -> str:
        """The held value on one line; empty: none."""
        return in_one_line(self.group, self.conflict.item, self.payload)

    @property
    def theirs(self) -> str:
        """The incoming value on one line."""
        return in_one_line(self.group, self.conflict.item, {self.conflict.item: self.conflict.incoming})

    @property
    def seen(self) -> str:
        """Stands for both values, so that a person who decides can say which two that was: 16 hexadecimal digits.

        Keyed with the site's secret, for it stands in pages and among jobs: whoever reads those could else try a day,
        or a sex, until it fits.
        """
        both = [self.conflict.pk, bytes(self.conflict.incoming_digest).hex(), self.held]
        return salted_hmac("conflict seen", canonical(both), algorithm="sha256").hexdigest()[:16]

    @property
    def differs(self) -> bool:
        """Whether taking the incoming value would change anything."""
        return bool(self.group.differing(self.payload, {self.conflict.item: self.conflict.incoming}))


def side_by_side(conflicts: Collection[Conflict]) -> list[Pair]:
    """The conflicts in their order, each with what is held now. Five queries at most, whatever their number."""
    enrolments = {
        (enrolment.pupil_id, enrolment.base_id): enrolment
        for enrolment in Enrolment.objects.filter(
            pupil__in={one.pupil_id for one in conflicts}, base__in={one.base_id for one in conflicts}
        )
    }
    keys: dict[int, int] = {}
    registers: set[int] = set()
    for one in conflicts:
        group, enrolment = one.data_group, enrolments.get((one.pupil_id, one.base_id))
        if group is ATTENDANCE:
            registers |= {enrolment.pk} if enrolment else set()
        elif group.of == "pupil" or enrolment:
            keys[one.pk] = row_key(enrolment.pk if group.of == "enrolment" and enrolment else one.pupil_id, group)
    of_pupil = {keys[one.pk] for one in conflicts if one.pk in keys and one.data_group.of == "pupil"}
    of_enrolment = {keys[one.pk] for one in conflicts if one.pk in keys and one.data_group.of == "enrolment"}
    pupil_rows = {row.key: row for row in PupilGroup.objects.filter(key__in=of_pupil)} if of_pupil else {}
    rows = {row.key: row for row in EnrolmentGroup.objects.filter(key__in=of_enrolment)} if of_enrolment else {}
    marks: dict[int, list[Attendance]] = {}
    for register in Attendance.objects.filter(enrolment__in=registers) if registers else ():
        marks.setdefault(register.enrolment_id, []).append(register)
    pairs = []
    for one in conflicts:
        enrolment = enrolments.get((one.pupil_id, one.base_id))
        row = (pupil_rows if one.data_group.of == "pupil" else rows).get(keys.get(one.pk, -1))
        payload = row.payload if row else {}
        if one.data_group is ATTENDANCE and enrolment:
            payload = attendance_payload(marks.get(enrolment.pk, []), one.base) or {}
        pairs.append(Pair(one, payload, row, enrolment is not None))
    return pairs
