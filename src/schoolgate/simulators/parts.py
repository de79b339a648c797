"""Into which parts a pupil's record falls: what school systems keep as a row of its own each."""

from schoolgate.documents.students.entries import Record
from schoolgate.wire.mis.connector import Group

_ELSEWHERE = frozenset(
    {"Address", "Contacts", "Email", "Exclusions", "FSMhistory", "Phones", "SENhistory", "SchoolHistory"}
)
"""What of a record is no part of PUPIL."""
_OF_ENROLMENT = frozenset({"EnrolStatus", "NCyearActual"})


def parts_of(record: Record, group: Group) -> dict[str, Record]:
    """The parts of a group (not attendance) by a key that stays when their values change."""
    match group:
        case Group.PUPIL:
            own = {name: value for name, value in record.items() if name not in _ELSEWHERE}
            details = {name: value for name, value in record["BasicDetails"].items() if name not in _OF_ENROLMENT}
            return {"": own | {"BasicDetails": details}}
        case Group.ENROLMENT:
            details = {name: record["BasicDetails"][name] for name in sorted(_OF_ENROLMENT)}
            return {stay["EntryDate"]: stay | details for stay in record["SchoolHistory"]}
        case Group.ADDRESS:
            return {"": {name: record[name] for name in ("Address", "Phones", "Email") if name in record}}
        case Group.CONTACT:
            return {contact["GUID"]: contact for contact in record["Contacts"]}
        case Group.SEN:
            stages: list[Record] = record.get("SENhistory", {}).get("SEN", [])
            needs = {"SENneeds": record.get("SENhistory", {}).get("SENneeds", [])}
            newest = len(stages) - 1
            return {stage["StartDate"]: stage | (needs if at == newest else {}) for at, stage in enumerate(stages)}
        case Group.ENTITLEMENT:
            return {meals["FSMstartDate"]: meals for meals in record.get("FSMhistory", {}).get("FSMinstance", [])}
        case Group.EXCLUSION:
            return {f"{one['StartDate']} {one['StartTime']}": one for one in record.get("Exclusions", [])}
    raise ValueError(f"Marks are no part of a record: {group}.")
