"""One row for each data group of a pupil and of an enrolment, by an integer key made of owner and group.

Keys of one owner stand together, which is worth three times the writing speed of a key of two columns; so there is no
foreign key to the owner. A payload is canonical JSON in a text: a database's own JSON type would not give the same
bytes back, and its digest would be lost (DESIGN 7).
"""

import json
from typing import Any, Self, cast

from django.db import models
from django.db.models import F, Q, QuerySet
from django.db.models.lookups import In

from schoolgate.authority.records.groups.canonical import canonical, digest_of
from schoolgate.authority.records.groups.data_group import DataGroup, Payload
from schoolgate.authority.records.groups.registry import group_numbered
from schoolgate.authority.records.models.change import Change
from schoolgate.authority.records.models.enrolment import Enrolment
from schoolgate.authority.records.models.masking import OfPupil, restricted_pupils
from schoolgate.authority.records.models.pupil import Pupil, StaffMember
from schoolgate.authority.records.models.visible import ModelT_co

GROUP_BITS = 6


def row_key(owner: int, group: DataGroup) -> int:
    """The key of the row that holds ``group`` of the pupil or enrolment with the id ``owner``."""
    return owner << GROUP_BITS | group.number


def owner_of(key: int) -> int:
    """The id of the pupil or enrolment that a row is of."""
    return key >> GROUP_BITS


def group_of(key: int) -> DataGroup:
    """The data group that a row holds; raises KeyError for a number that is none."""
    return group_numbered(key & ((1 << GROUP_BITS) - 1))


def keys_of_owners(owners: "QuerySet[Any, Any]") -> Q:
    """Which rows, by a `key` made of owner and group, are of these: a query for numbers of pupils or enrolments."""
    return Q(In(F("key").bitrightshift(GROUP_BITS), owners.query))


def restricted_enrolments() -> "QuerySet[Enrolment, Any]":
    """The numbers of restricted pupils' enrolments, for a subquery."""
    return Enrolment.objects.filter(pupil__in=restricted_pupils()).order_by().values("pk")


def members_of_staff() -> "QuerySet[Pupil, Any]":
    """The numbers of all members of staff, for a subquery."""
    return StaffMember.objects.order_by().values("pk")


def engagements() -> "QuerySet[Enrolment, Any]":
    """The numbers of all enrolments of members of staff, for a subquery."""
    return Enrolment.objects.staff().order_by().values("pk")


class GroupRows(OfPupil[ModelT_co]):
    def of(self, owner: int) -> Self:
        """The rows of one pupil or enrolment, in the groups' order."""
        return self.filter(key__gte=owner << GROUP_BITS, key__lt=(owner + 1) << GROUP_BITS).order_by("key")


class GroupRow(models.Model):
    """What is held of one group: its text, the digest of that text, and the change that wrote it."""

    key = models.BigIntegerField(primary_key=True)
    payload_text = models.TextField()
    digest = models.BinaryField(max_length=16)
    change = models.ForeignKey(Change, models.PROTECT, related_name="%(class)ss")

    class Meta:
        abstract = True

    @property
    def owner(self) -> int:
        """The id of the pupil or enrolment."""
        return owner_of(self.key)

    @property
    def group(self) -> DataGroup:
        """The data group."""
        return group_of(self.key)

    @property
    def payload(self) -> Payload:
        """What is held, a new object each time."""
        return cast("Payload", json.loads(self.payload_text))

    def take(self, payload: Payload) -> Self:
        """Hold this payload from now on: its text and digest."""
        self.payload_text = canonical(payload)
        self.digest = digest_of(self.payload_text)
        return self


class PupilGroups(GroupRows["PupilGroup"]):
    def of_restricted(self) -> Q:
        """The groups of restricted pupils."""
        return keys_of_owners(restricted_pupils())

    def of_staff(self) -> Q:
        """The groups of members of staff."""
        return keys_of_owners(members_of_staff())


class EnrolmentGroups(GroupRows["EnrolmentGroup"]):
    def of_restricted(self) -> Q:
        """The groups of restricted pupils' enrolments."""
        return keys_of_owners(restricted_enrolments())

    def of_staff(self) -> Q:
        """The groups of engagements."""
        return keys_of_owners(engagements())


class PupilGroup(GroupRow):
    """A group of a pupil, whoever tells of it."""

    objects = PupilGroups.as_manager()

    def __repr__(self) -> str:
        return f"<PupilGroup {self.key}>"


class EnrolmentGroup(GroupRow):
    """A group of an enrolment. Attendance has rows of its own (`Attendance`)."""

    objects = EnrolmentGroups.as_manager()

    def __repr__(self) -> str:
        return f"<EnrolmentGroup {self.key}>"
