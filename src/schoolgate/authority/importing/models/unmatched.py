from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.models.source_import import Import
from schoolgate.authority.records.models import Decision, Pupil, Restriction
from schoolgate.authority.records.models.masking import OfPupil, restricted_pupils
from schoolgate.authority.records.subjects import NOUNS, STAFF, number_words


class UnmatchedQuerySet(OfPupil["Unmatched"]):
    def of_restricted(self) -> Q:
        """Those who might be a restricted pupil, or were taken back from one."""
        return Q(near_restricted=True) | Q(not_of__in=restricted_pupils())

    def of_staff(self) -> Q:
        """Members of staff, as the document told of them in which they stood last."""
        return Q(seen_in__subject=STAFF)


class Unmatched(models.Model):
    """An incoming pupil who matches nobody for sure, and waits for a person (reference 9.4).

    `seen_in` and `number` say where it stood last (0: not known), `why` why nobody decided for it
    (`recognising.WhyNot`). `sign` stands for who it is as its base knows it, so that next week's entry takes the place
    of this one. `entry_text` is all that was said (`waiting.entry_text`), and `digest` its digest.
    `held_back` keeps a record off the list: a person discarded it, or undid the import that had added it; it stays so
    as long as the base sends the same child. `near_restricted`: it might be a restricted pupil, so that only people
    with the right see it. `not_of`: a person took it back from this pupil, to whom no rule matches entries of its base
    from then on.
    """

    class HeldBack(models.TextChoices):
        NO = "", "Waits"
        DISCARDED = "discarded", "Discarded"
        UNDONE = "undone", "Its import was undone"

    base = models.ForeignKey(Base, models.CASCADE, related_name="unmatched", db_index=False)
    seen_in = models.ForeignKey(Import, models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    sign = models.BinaryField(max_length=16)
    why = models.CharField(max_length=40)
    surname = models.CharField(max_length=100, blank=True)
    forename = models.CharField(max_length=100, blank=True)
    surname_key = models.CharField(max_length=400, blank=True, db_index=True)
    born = models.DateField(null=True, db_index=True)
    sex = models.CharField(max_length=1, blank=True)
    upn = models.CharField(max_length=13, blank=True, db_index=True)
    year_group = models.CharField(max_length=2, blank=True)
    entry_text = models.TextField()
    digest = models.BinaryField(max_length=16)
    since = models.DateTimeField(default=timezone.now, db_index=True)
    near_restricted = models.BooleanField(default=False)
    held_back = models.CharField(max_length=10, choices=HeldBack.choices, blank=True)
    not_of = models.ForeignKey(Pupil, models.SET_NULL, null=True, related_name="+")
    assigned_to = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    objects = UnmatchedQuerySet.as_manager()

    class Meta:
        ordering = ("surname_key", "id")
        constraints = (models.UniqueConstraint(fields=("base", "sign"), name="one_row_an_unmatched_pupil"),)
        indexes = (models.Index(fields=("since",), condition=Q(held_back=""), name="waiting_unmatched_by_age"),)

    def __repr__(self) -> str:
        return f"<Unmatched {self.pk}>"

    @property
    def named(self) -> str:
        """What the audit calls it; by its first word the audit knows who may read of staff."""
        name = f"unmatched record {self.pk} of {self.base.dfe_number}"
        return f"{STAFF}, {name}" if self.seen_in.subject == STAFF else name

    @property
    def noun(self) -> str:
        """What sentences call the person."""
        return NOUNS[self.seen_in.told_of][0]

    @property
    def number_words(self) -> str:
        """What the person's own number is called."""
        return number_words(self.seen_in.told_of)

    @property
    def seen(self) -> str:
        """Stands for what it says and for whether it is held back, so that who decides can say what was seen."""
        said = bytes(self.digest).hex()
        return f"{said}-{self.held_back}" if self.held_back else said

    def is_of_restricted(self) -> bool:
        """Whether only people with the right see it, and what is decided on it."""
        return self.near_restricted or Restriction.objects.filter(pupil=self.not_of_id).exists()


class KnownAs(models.Model):
    """A pupil as a base tells of it, whom a person matched by hand: `keys` are the signs by which that was decided.

    The base's entry with this `sign` (`Unmatched.sign`) is taken for the pupil from then on, whatever rules say; so are
    others, of this base or another, that the keys fit when no rule finds anybody. `entry_text` is what the base said
    then: where the match is taken back, that waits again.
    """

    pupil = models.ForeignKey(Pupil, models.CASCADE, related_name="known_as")
    base = models.ForeignKey(Base, models.CASCADE, related_name="+", db_index=False)
    sign = models.BinaryField(max_length=16)
    keys: Any = models.JSONField()
    entry_text = models.TextField(blank=True)
    decision = models.ForeignKey(Decision, models.PROTECT, null=True, related_name="known_as")

    objects = OfPupil["KnownAs"].as_manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("base", "sign"), name="one_row_a_pupil_known_as"),)

    def __repr__(self) -> str:
        return f"<KnownAs {self.pk}>"
