"""What a base has told of a pupil, made up again from what is held: the entry of somebody who waits once more."""

import json
from typing import Any

from schoolgate.authority.importing.deciding import BY_A_PERSON, NOT_IMPORTED, Incoming, Invalid
from schoolgate.authority.records.groups.attendance import ATTENDANCE
from schoolgate.authority.records.groups.data_group import DataGroup, Payload
from schoolgate.authority.records.groups.registry import group_numbered
from schoolgate.authority.records.models import Attendance, Enrolment, EnrolmentGroup, Pupil, PupilGroup, Refusal
from schoolgate.authority.records.models.attendance import attendance_payload


def incoming_as_held(pupil: Pupil, enrolment: Enrolment) -> Incoming:
    """What is held of a pupil and one enrolment, and what was refused of its base, as if its base told all of it.

    The same as the base told where nobody else told anything. Else it may hold what another said; the base's next
    file takes its place.
    """
    payloads: dict[DataGroup, Payload] = {}
    rows = (*PupilGroup.objects.of(pupil.pk), *EnrolmentGroup.objects.of(enrolment.pk))
    for row in rows:
        if payload := row.payload:
            payloads[row.group] = payload
    registers = list(Attendance.objects.filter(enrolment=enrolment))
    if (register := attendance_payload(registers, enrolment.base)) is not None:
        payloads[ATTENDANCE] = register
    invalid = []
    for refusal in Refusal.objects.filter(pupil=pupil, base=enrolment.base_id).order_by("pk"):
        group, value = group_numbered(refusal.group), json.loads(refusal.value_text)
        if refusal.code in BY_A_PERSON or refusal.code == NOT_IMPORTED:
            payloads[group] = {**payloads.get(group, {}), refusal.item: _joined(group, refusal.item, payloads, value)}
        else:
            invalid.append(Invalid(group, refusal.item, refusal.code, value if isinstance(value, str) else str(value)))
    return Incoming(payloads, full=False, invalid=tuple(invalid))


def _joined(group: DataGroup, item: str, payloads: dict[DataGroup, Payload], value: Any) -> Any:
    held = payloads.get(group, {}).get(item)
    return value if held is None else group.form_of(item).join(held, value)
