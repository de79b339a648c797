from collections.abc import Iterable
from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Q

from schoolgate.authority.bases.models import Base
from schoolgate.authority.records.groups.attendance import one_a_session, two_a_session
from schoolgate.authority.records.groups.data_group import Payload
from schoolgate.authority.records.models.change import Change
from schoolgate.authority.records.models.enrolment import Enrolment
from schoolgate.authority.records.models.masking import OfPupil, restricted_pupils
from schoolgate.authority.records.subjects import STAFF
from schoolgate.documents.students.entries import Record

_COUNTED = (
    ("SessionsPossible", "possible"),
    ("SessionsAttended", "attended"),
    ("SessionsAuthorised", "authorised"),
    ("SessionsUnauthorised", "unauthorised"),
)

REGISTER_COLUMNS = ("year", "place", "urn", "school_name", *(column for _, column in _COUNTED), "first_day", "marks")


class AttendanceQuerySet(OfPupil["Attendance"]):
    def of_restricted(self) -> Q:
        """The registers of restricted pupils' enrolments."""
        return Q(enrolment__pupil__in=restricted_pupils())

    def of_staff(self) -> Q:
        """Registers of staff: there are none."""
        return Q(enrolment__pupil__kind=STAFF)


class Attendance(models.Model):
    """A register: one academic year of an enrolment.

    `year` is the one it began in. `marks` holds two characters a session (four a calendar day, from `first_day` on):
    codes have two since 2024. `place` is empty for the base's own register; a register of another school that the base
    tells of has that school's LA and school number there.
    """

    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="attendance", db_index=False)
    year = models.SmallIntegerField()
    place = models.CharField(max_length=10, blank=True)
    urn = models.CharField(max_length=6, blank=True)
    school_name = models.CharField(max_length=100, blank=True)
    possible = models.SmallIntegerField(null=True)
    attended = models.SmallIntegerField(null=True)
    authorised = models.SmallIntegerField(null=True)
    unauthorised = models.SmallIntegerField(null=True)
    first_day = models.DateField(null=True)
    marks = models.TextField(blank=True)
    change = models.ForeignKey(Change, models.PROTECT, related_name="attendance")

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        ordering = ("-year", "place")
        constraints = (models.UniqueConstraint(fields=("enrolment", "year", "place"), name="one_register_a_year"),)

    @property
    def is_empty(self) -> bool:
        """Whether it says nothing: what it had said was undone."""
        counted = (getattr(self, column) for _, column in _COUNTED)
        return not (self.marks or self.urn or self.school_name) and all(count is None for count in counted)

    @property
    def school_year(self) -> str:
        """As schools write it: 2026/27."""
        return f"{self.year}/{(self.year + 1) % 100:02}"

    def take(self, register: Record, base: Base) -> Self:
        """Take a register as a document has it, told by `base`. Raises as `register_columns`."""
        for column, value in register_columns(register, base).items():
            setattr(self, column, value)
        return self

    def register(self, base: Base) -> Record:
        """The register as a document has it; `base` is the enrolment's."""
        told = {
            "Year": f"{self.year:04}",
            "LEA": self.place[:3] or base.la,
            "Estab": self.place[3:] or base.number,
            "URN": self.urn,
            "SchoolName": self.school_name,
            **{name: str(getattr(self, column)) for name, column in _COUNTED if getattr(self, column) is not None},
        }
        register: Record = {name: text for name, text in told.items() if text}
        if self.first_day and self.marks:
            marks = {"AttendanceStartDate": self.first_day.isoformat(), "AttendanceMarks": one_a_session(self.marks)}
            register["AttendSessions"] = marks
        return register


def register_columns(register: Record, base: Base) -> dict[str, Any]:
    """`REGISTER_COLUMNS`, in their order, of a register as a document has it, told by `base`.

    Raises KeyError for what is lacking and ValueError for what is no number or date; with our own schemas neither can
    be.
    """
    place = register["LEA"] + register["Estab"]
    marked = register.get("AttendSessions", {})
    first_day = marked.get("AttendanceStartDate")
    return {
        "year": int(register["Year"]),
        "place": "" if place == base.dfe_number else place,
        "urn": register.get("URN", "")[:6],
        "school_name": register.get("SchoolName", "")[:100],
        **{column: int(register[name]) if name in register else None for name, column in _COUNTED},
        "first_day": date.fromisoformat(first_day) if first_day else None,
        "marks": two_a_session(marked.get("AttendanceMarks", "")),
    }


def attendance_payload(rows: Iterable[Attendance], base: Base) -> Payload | None:
    """What is held of the data group attendance of one enrolment; None where no row says anything."""
    registers = [row.register(base) for row in rows if not row.is_empty]
    return {"Attendance": registers} if registers else None
