from typing import Any, Self

from django.db import models
from django.utils import timezone

from schoolgate.school.exchange.models.transfer import State, Transfer


class CorrectionListQuerySet(models.QuerySet["CorrectionList"]):
    def due(self) -> Self:
        """Those that the LA is to be asked for: its answer is newer than what is kept here."""
        return self.filter(due=True, transfer__state=State.IMPORTED)

    def standing(self) -> Self:
        """Those of the newest imported file of each school and LA: what they say holds today."""
        newer = Transfer.objects.filter(
            kind=models.OuterRef("transfer__kind"),
            source_la=models.OuterRef("transfer__source_la"),
            source_school=models.OuterRef("transfer__source_school"),
            la=models.OuterRef("transfer__la"),
            state=State.IMPORTED,
            received_at__gt=models.OuterRef("transfer__received_at"),
        )
        return self.filter(~models.Exists(newer), transfer__state=State.IMPORTED)


class CorrectionList(models.Model):
    """What an LA did not take of a school's values, as of one imported file.

    `due` when the LA has said something new of the file since `told_at`, when the list was fetched (None: not yet).
    `total` is the true number of its corrections, `to_do` of those that the school can see to; of the former as many
    are kept as an office can use. `kinds` holds pairs of item and number, the most frequent first.
    """

    transfer = models.OneToOneField(Transfer, models.CASCADE, related_name="correction_list")
    due = models.BooleanField(default=True, db_index=True)
    told_at = models.DateTimeField(null=True)
    total = models.PositiveIntegerField(default=0)
    to_do = models.PositiveIntegerField(default=0)
    kinds = models.JSONField(default=list)

    objects = CorrectionListQuerySet.as_manager()

    def __repr__(self) -> str:
        return f"<CorrectionList of transfer {self.transfer_id}>"


class CorrectionQuerySet(models.QuerySet["Correction"]):
    def visible_to(self, user: Any) -> Self:
        return self if user.role in {"administrator", "sender"} else self.none()

    def to_do(self) -> Self:
        """What schools can put right in their MIS today."""
        return self.filter(for_school=True, of__in=CorrectionList.objects.standing())


class Correction(models.Model):
    """One value, or one whole pupil (no `item`), that an LA did not take. It names a child, so it stands on pages only.

    `pupil` is how the school's own file names the child (empty where that is not held any more), `value` what was
    sent. `new`: this very file was the first to say it. `for_school` is false for what the LA itself decides.
    """

    of = models.ForeignKey(CorrectionList, models.CASCADE, related_name="corrections")
    pupil = models.CharField(max_length=200, blank=True)
    upn = models.CharField("UPN", max_length=20, blank=True)
    group = models.CharField(max_length=40, blank=True)
    item = models.CharField(max_length=60, blank=True)
    value = models.CharField(max_length=300, blank=True)
    code = models.CharField(max_length=40)
    since = models.DateTimeField(default=timezone.now)
    new = models.BooleanField(default=True)
    for_school = models.BooleanField(default=True)

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        ordering = ("-new", "pk")

    def __repr__(self) -> str:
        return f"<Correction {self.pk}>"
