from typing import ClassVar

from django.db import models
from django.db.models import Q

from schoolgate.authority.records.models.change import Change
from schoolgate.authority.records.models.masking import Kept, restricted_pupils
from schoolgate.authority.records.models.visible import KeptModel
from schoolgate.authority.records.subjects import HUMANS, LEADER, NOUNS, PUPIL, STAFF, SUBJECTS, Subject

NAME_LENGTH = 100
"""A document's names have 35 characters at most; an operator's own schema may allow more."""


class PupilQuerySet(Kept["Pupil"]):
    def of_restricted(self) -> Q:
        """The restricted pupils themselves."""
        return Q(pk__in=restricted_pupils())

    def of_staff(self) -> Q:
        """The members of staff themselves."""
        return Q(kind=STAFF)


_Managed = models.Manager.from_queryset(PupilQuerySet)


class _People(_Managed["Pupil"]):
    """Persons, of one kind or of both."""

    def __init__(self, kind: Subject | None = None) -> None:
        super().__init__()
        self._kind = kind

    def get_queryset(self) -> "models.QuerySet[Pupil]":
        everybody = super().get_queryset()
        return everybody.filter(kind=self._kind) if self._kind else everybody


class Pupil(KeptModel):
    """A pupil as the LA holds it, or a member of a school's staff (ADR 024). What is known stands in its groups.

    `objects` are the pupils, `StaffMember.objects` the staff and `people` both, for what is told whose row it is: so
    whoever forgets that there are staff finds none. The kind of a row never changes.

    The fields from `surname` to `former_upn` are copies of the groups' items (`columns.pupil_columns`), for lists and
    for matching, so that neither opens a group; `surname_key` and `forename_key` are names in normal form, to sort by.
    `active`: on the roll of some base. Of a member of staff `upn` is the teacher number, else the National Insurance
    number, and `former_upn` the latter beside the former.
    """

    kind = models.CharField(max_length=5, choices=SUBJECTS, default=PUPIL)
    surname = models.CharField(max_length=NAME_LENGTH, blank=True)
    forename = models.CharField(max_length=NAME_LENGTH, blank=True)
    middle_names = models.CharField(max_length=NAME_LENGTH, blank=True)
    preferred_surname = models.CharField(max_length=NAME_LENGTH, blank=True)
    preferred_forename = models.CharField(max_length=NAME_LENGTH, blank=True)
    former_surname = models.CharField(max_length=NAME_LENGTH, blank=True)
    born = models.DateField(null=True, db_index=True)
    sex = models.CharField(max_length=1, blank=True)
    upn = models.CharField(max_length=13, blank=True)
    former_upn = models.CharField(max_length=13, blank=True)
    surname_key = models.CharField(max_length=400, blank=True)
    forename_key = models.CharField(max_length=400, blank=True)
    active = models.BooleanField(default=True)
    created_by = models.ForeignKey(Change, models.PROTECT, related_name="pupils_created")

    objects = _People(PUPIL)
    people = _People()

    class Meta:
        ordering = ("surname_key", "forename_key", "id")
        indexes = (
            models.Index(fields=("surname_key", "forename_key"), name="pupils_by_name"),
            models.Index(fields=("surname_key", "forename_key"), condition=Q(kind=STAFF), name="staff_by_name"),
        )

    def __str__(self) -> str:
        return f"{self.forename} {self.surname}"

    def __repr__(self) -> str:
        return f"<Pupil {self.pk}>"

    @property
    def subject(self) -> Subject:
        """Of whom the row is."""
        return STAFF if self.kind == STAFF else PUPIL

    @property
    def listed_name(self) -> str:
        """As lists have it, `Okafor, Daniel`; who has no name is told by number."""
        named = ", ".join(part for part in (self.surname, self.forename) if part)
        return named or f"{self.noun.capitalize()} {self.pk}"

    @property
    def noun(self) -> str:
        """What sentences call the person."""
        return NOUNS[self.subject][0]

    @property
    def human(self) -> str:
        """What questions of who is who call the person."""
        return HUMANS[self.subject][0]

    @property
    def humans(self) -> str:
        """The same of two."""
        return HUMANS[self.subject][1]

    @property
    def leader_is(self) -> str:
        """What the one of several schools is that leads."""
        return LEADER[self.subject]


class StaffMember(Pupil):
    """A member of a school's staff, for lists: the same row under its own name."""

    objects: ClassVar[_People] = _People(STAFF)

    class Meta:
        proxy = True
