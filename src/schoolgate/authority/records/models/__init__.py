from schoolgate.authority.records.models.attendance import Attendance
from schoolgate.authority.records.models.change import Change
from schoolgate.authority.records.models.decision import Decision
from schoolgate.authority.records.models.enrolment import Enrolment
from schoolgate.authority.records.models.group_rows import EnrolmentGroup, PupilGroup, group_of, owner_of, row_key
from schoolgate.authority.records.models.merged import MergedInto
from schoolgate.authority.records.models.pupil import Pupil, StaffMember
from schoolgate.authority.records.models.pupil_key import PupilKey
from schoolgate.authority.records.models.refusal import Refusal
from schoolgate.authority.records.models.replaced import Replaced
from schoolgate.authority.records.models.restriction import Restriction
from schoolgate.authority.records.models.settled import Settled

__all__ = [
    "Attendance",
    "Change",
    "Decision",
    "Enrolment",
    "EnrolmentGroup",
    "MergedInto",
    "Pupil",
    "PupilGroup",
    "PupilKey",
    "Refusal",
    "Replaced",
    "Restriction",
    "Settled",
    "StaffMember",
    "group_of",
    "owner_of",
    "row_key",
]
