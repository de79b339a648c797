"""All data groups, and what of a record belongs to none.

To add a group: a file beside this one, and its line here with a number that was never used.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from schoolgate.authority.records.groups.addresses import ADDRESSES
from schoolgate.authority.records.groups.attainment import ATTAINMENT
from schoolgate.authority.records.groups.attendance import ATTENDANCE
from schoolgate.authority.records.groups.basic_details import BASIC_DETAILS
from schoolgate.authority.records.groups.contacts import CONTACTS
from schoolgate.authority.records.groups.contracts import CONTRACTS
from schoolgate.authority.records.groups.curriculum import CURRICULUM
from schoolgate.authority.records.groups.data_group import DataGroup, Item, Payload, together
from schoolgate.authority.records.groups.disabilities import DISABILITIES
from schoolgate.authority.records.groups.engagement import ENGAGEMENT
from schoolgate.authority.records.groups.enrolment import ENROLMENT
from schoolgate.authority.records.groups.ethnicity import ETHNICITY
from schoolgate.authority.records.groups.exclusions import EXCLUSIONS
from schoolgate.authority.records.groups.free_meals import FREE_MEALS
from schoolgate.authority.records.groups.identifiers import IDENTIFIERS
from schoolgate.authority.records.groups.looked_after import LOOKED_AFTER
from schoolgate.authority.records.groups.qualifications import QUALIFICATIONS
from schoolgate.authority.records.groups.school_history import SCHOOL_HISTORY
from schoolgate.authority.records.groups.sen_history import SEN_HISTORY
from schoolgate.authority.records.groups.sen_needs import SEN_NEEDS
from schoolgate.authority.records.groups.service_child import SERVICE_CHILD
from schoolgate.authority.records.groups.staff_absences import STAFF_ABSENCES
from schoolgate.authority.records.groups.staff_contact import STAFF_CONTACT
from schoolgate.authority.records.groups.staff_details import STAFF_DETAILS
from schoolgate.authority.records.groups.staff_identifiers import STAFF_IDENTIFIERS
from schoolgate.authority.records.groups.telephones import TELEPHONES
from schoolgate.authority.records.subjects import PUPIL, STAFF, Subject
from schoolgate.documents.students.entries import WRAPPERS, Record

GROUPS: tuple[DataGroup, ...] = (
    IDENTIFIERS,
    BASIC_DETAILS,
    ADDRESSES,
    TELEPHONES,
    CONTACTS,
    ETHNICITY,
    FREE_MEALS,
    LOOKED_AFTER,
    SERVICE_CHILD,
    DISABILITIES,
    SEN_HISTORY,
    SEN_NEEDS,
    STAFF_IDENTIFIERS,
    STAFF_DETAILS,
    STAFF_CONTACT,
    QUALIFICATIONS,
    ENROLMENT,
    ATTENDANCE,
    EXCLUSIONS,
    ATTAINMENT,
    SCHOOL_HISTORY,
    ENGAGEMENT,
    CONTRACTS,
    STAFF_ABSENCES,
    CURRICULUM,
)
"""In the order of their numbers, which is that of a screen's tabs."""

PUPIL_GROUPS = tuple(group for group in GROUPS if group.subject == PUPIL)
STAFF_GROUPS = tuple(group for group in GROUPS if group.subject == STAFF)

_ADDITIONS = "what a school system adds for itself says nothing to another program"
LEFT_OUT: Mapping[str, str] = {
    "BasicDetails/SuppInfo": _ADDITIONS,
    "SENhistory/SuppInfo": _ADDITIONS,
    "Address/SuppInfo": _ADDITIONS,
    "Contacts/SuppInfo": _ADDITIONS,
    "Contacts/Address/SuppInfo": _ADDITIONS,
    "SchoolHistory/SuppInfo": _ADDITIONS,
    "StaffContact/Address/SuppInfo": _ADDITIONS,
}
"""What a record may hold that is not held here, and why. Of the pupil's own SuppInfo the system's name and key are."""

_BY_SUBJECT: Mapping[Subject, tuple[DataGroup, ...]] = {PUPIL: PUPIL_GROUPS, STAFF: STAFF_GROUPS}
_IN_ROWS: Mapping[tuple[str, Subject], tuple[DataGroup, ...]] = {
    (of, subject): tuple(group for group in groups if group.of == of and group is not ATTENDANCE)
    for of in ("pupil", "enrolment")
    for subject, groups in _BY_SUBJECT.items()
}
_BY_NUMBER = {group.number: group for group in GROUPS}
_BY_NAME = {group.name: group for group in GROUPS}
_BY_PATH = {item.path: (group.number, item.form) for group in GROUPS for item in group.items}
_ABOVE_ITEMS = {path.rpartition("/")[0] for path in _BY_PATH} - {""}


def groups_of(subject: Subject) -> tuple[DataGroup, ...]:
    """The groups that tell of pupils, or of staff."""
    return _BY_SUBJECT[subject]


def in_rows(of: Literal["pupil", "enrolment"], subject: Subject) -> tuple[DataGroup, ...]:
    """The groups that have one row each for a pupil, or for an enrolment; attendance has rows of its own."""
    return _IN_ROWS[of, subject]


def group_numbered(number: int) -> DataGroup:
    """The group with this permanent number; raises KeyError."""
    return _BY_NUMBER[number]


def group_named(name: str) -> DataGroup:
    """The group called ``name``, as ``basic-details``; raises KeyError."""
    return _BY_NAME[name]


def read_groups(record: Record) -> Iterator[tuple[DataGroup, Payload]]:
    """What a record says, of a pupil or a member of staff, group by group; those it says nothing of are left out.

    The same as each group's own ``read``, by one walk over the record instead of one for each item.
    """
    payloads: dict[int, Payload] = {}
    subject = subject_of(record)
    _read_below("", record, payloads)
    for number in sorted(payloads):
        # What a system adds for itself may have a pupil's names.
        if _BY_NUMBER[number].subject == subject:
            yield _BY_NUMBER[number], payloads[number]


def subject_of(record: Record) -> Subject:
    """Of whom a record tells."""
    return STAFF if "StaffDetails" in record else PUPIL


def _read_below(path: str, record: Record, payloads: dict[int, Payload]) -> None:
    for name, value in record.items():
        here = path + name
        if here in _BY_PATH:
            number, form = _BY_PATH[here]
            if (read := form.read(value)) is not None:
                payloads.setdefault(number, {})[name] = read
        elif here in _ABOVE_ITEMS and isinstance(value, dict):
            _read_below(f"{here}/", value, payloads)


def items_in(record: Record) -> Iterator[tuple[DataGroup, str]]:
    """The items of which a record says anything, right or wrong: each by its group and name."""
    for path, (number, _) in _BY_PATH.items():
        value: object = record
        for step in path.split("/"):
            value = value.get(step) if isinstance(value, dict) else None
        if value is not None:
            yield _BY_NUMBER[number], path.rpartition("/")[2]


def write_groups(payloads: Mapping[DataGroup, Payload]) -> Record:
    """The record that says all this again."""
    return together(group.write(payload) for group, payload in payloads.items())


def item_at(steps: Sequence[str]) -> tuple[DataGroup, Item] | None:
    """The group and item that a value of a document belongs to, None for what is left out.

    ``steps`` are element names from below the pupil, a place in a list behind: ``("Contacts", "Contact[2]", "Email")``,
    as ``documents.students.values.Finding`` has them.
    """
    names: list[str] = []
    for step in steps:
        name = step.partition("[")[0]
        if not (names and WRAPPERS.get(names[-1]) == name):
            names.append({"Gender": "Sex", "GenderCurrent": "Sex", "Reason": "Reasons"}.get(name, name))
    path = "/".join(names)
    if any(f"{path}/".startswith(f"{left}/") for left in LEFT_OUT):
        return None
    for group in GROUPS:
        for item in group.items:
            if path == item.path or path.startswith(f"{item.path}/"):
                return group, item
    return None
