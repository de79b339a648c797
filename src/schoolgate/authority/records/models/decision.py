from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from schoolgate.authority.records.models.masking import OfPupil


class DecisionQuerySet(OfPupil["Decision"]):
    def of_restricted(self) -> Q:
        """Those on restricted pupils: their reasons may tell what nobody else may know."""
        return Q(on_restricted=True)

    def of_staff(self) -> Q:
        """Those on members of staff."""
        return Q(on_staff=True)


class Decision(models.Model):
    """What one person did in one step: accepted a value or four hundred, matched a pupil, changed a value, undid one.

    Changes name the decision they came of, so that a step can be told and taken back whole: `undoes` is the one that
    this took back, and `undone_at` when this one was. `so_far` is what one that undoes conflicts has done, so that it
    goes on where it broke off (`importing.conflicts.taking_back.TakenBack`). `reason` is the person's own words.
    `on_restricted`: some pupil that it was about was a restricted one then, or became one later. `on_staff`: it was
    about members of staff.
    """

    class Kind(models.TextChoices):
        CONFLICTS = "conflicts", "Conflicts decided"
        MATCH = "match", "Matched by hand"
        ADD = "add", "Added by hand"
        DISCARD = "discard", "Unmatched record discarded"
        UNMATCH = "unmatch", "Match taken back"
        MERGE = "merge", "Two records merged"
        BY_HAND = "by-hand", "Changed by hand"
        UNDO = "undo", "Undone"
        RESTRICT = "restrict", "Restricted"

    kind = models.CharField(max_length=12, choices=Kind.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    reason = models.TextField(blank=True)
    undoes = models.OneToOneField("self", models.PROTECT, null=True, related_name="undone_by")
    undone_at = models.DateTimeField(null=True)
    so_far = models.JSONField(default=dict)
    on_restricted = models.BooleanField(default=False)
    on_staff = models.BooleanField(default=False)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.get_kind_display()}"
