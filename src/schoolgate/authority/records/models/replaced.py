import json
from typing import Self, cast

from django.db import models
from django.db.models import Q

from schoolgate.authority.records.groups.canonical import canonical
from schoolgate.authority.records.groups.data_group import Payload
from schoolgate.authority.records.models.attendance import Attendance
from schoolgate.authority.records.models.change import Change
from schoolgate.authority.records.models.group_rows import (
    EnrolmentGroup,
    PupilGroup,
    engagements,
    keys_of_owners,
    members_of_staff,
    restricted_enrolments,
)
from schoolgate.authority.records.models.masking import OfPupil, restricted_pupils

Row = PupilGroup | EnrolmentGroup | Attendance
"""What has a history."""


class ReplacedQuerySet(OfPupil["Replaced"]):
    def of_restricted(self) -> Q:
        """What stood in rows of restricted pupils: in their groups, their enrolments' groups and their registers."""
        registers = Attendance.objects.filter(enrolment__pupil__in=restricted_pupils()).order_by().values("pk")
        return (
            (Q(table=Replaced.Table.PUPIL_GROUP) & keys_of_owners(restricted_pupils()))
            | (Q(table=Replaced.Table.ENROLMENT_GROUP) & keys_of_owners(restricted_enrolments()))
            | Q(table=Replaced.Table.ATTENDANCE, key__in=registers)
        )

    def of_staff(self) -> Q:
        """What stood in rows of members of staff: in their groups, and in those of their engagements."""
        return (Q(table=Replaced.Table.PUPIL_GROUP) & keys_of_owners(members_of_staff())) | (
            Q(table=Replaced.Table.ENROLMENT_GROUP) & keys_of_owners(engagements())
        )

    def of(self, row: Row) -> Self:
        """What stood in this row before, newest first."""
        return self.filter(table=Replaced.table_of(row), key=row.pk).order_by("-id")


class Replaced(models.Model):
    """What stood in a row until another change wrote it: a group's payload, or a register.

    `written_by` wrote it, `replaced_by` ended it. There is none at first arrival: the row itself names its change.
    """

    class Table(models.IntegerChoices):
        PUPIL_GROUP = 1
        ENROLMENT_GROUP = 2
        ATTENDANCE = 3

    table = models.SmallIntegerField(choices=Table.choices)
    key = models.BigIntegerField()
    payload_text = models.TextField()
    written_by = models.ForeignKey(Change, models.PROTECT, related_name="+")
    replaced_by = models.ForeignKey(Change, models.PROTECT, related_name="replaced")

    objects = ReplacedQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        indexes = (models.Index(fields=("table", "key", "-id"), name="what_stood_in_a_row"),)

    @classmethod
    def keep(cls, row: Row, change: Change) -> Self:
        """What stands in ``row`` and what ``change`` will write over; not saved yet. Of a register with its base."""
        if isinstance(row, Attendance):
            text = canonical({"Attendance": [row.register(row.enrolment.base)]})
        else:
            text = row.payload_text
        return cls(
            table=cls.table_of(row), key=row.pk, payload_text=text, written_by_id=row.change_id, replaced_by=change
        )

    @staticmethod
    def table_of(row: Row) -> "Replaced.Table":
        """Which table a row is of."""
        if isinstance(row, PupilGroup):
            return Replaced.Table.PUPIL_GROUP
        return Replaced.Table.ENROLMENT_GROUP if isinstance(row, EnrolmentGroup) else Replaced.Table.ATTENDANCE

    @property
    def payload(self) -> Payload:
        """What stood there; of a register, what attendance would hold with it alone."""
        return cast("Payload", json.loads(self.payload_text))
