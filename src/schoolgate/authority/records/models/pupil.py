from django.db import models
from django.db.models import Q

from schoolgate.authority.records.models.change import Change
from schoolgate.authority.records.models.masking import Kept, restricted_pupils
from schoolgate.authority.records.models.visible import KeptModel

NAME_LENGTH = 100
"""A document's names have 35 characters at most; an operator's own schema may allow more."""


class PupilQuerySet(Kept["Pupil"]):
    def of_restricted(self) -> Q:
        """The restricted pupils themselves."""
        return Q(pk__in=restricted_pupils())


class Pupil(KeptModel):
    """A pupil as the LA holds it. What is known of it stands in its groups.

    The fields from `surname` to `former_upn` are copies of the groups' items (`columns.pupil_columns`), for lists and
    for matching, so that neither opens a group; `surname_key` and `forename_key` are names in normal form, to sort by.
    `active`: on the roll of some base.
    """

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

    objects = PupilQuerySet.as_manager()

    class Meta:
        ordering = ("surname_key", "forename_key", "id")
        indexes = (models.Index(fields=("surname_key", "forename_key"), name="pupils_by_name"),)

    def __str__(self) -> str:
        return f"{self.forename} {self.surname}"

    def __repr__(self) -> str:
        return f"<Pupil {self.pk}>"
