from typing import Self

from django.db import models

from schoolgate.authority.exchange.models.outbox_entry import OutboxEntry
from schoolgate.authority.records.models import Pupil
from schoolgate.authority.records.models.masking import OfPupil


class ToldOfQuerySet(OfPupil["ToldOf"]):
    def by_open_files(self) -> Self:
        """Those told of by files that schools have not got yet."""
        return self.filter(entry__in=OutboxEntry.objects.open().files())


class ToldOf(models.Model):
    """A file in the outbox tells of somebody, also once a later file has said all of it anew."""

    entry = models.ForeignKey(OutboxEntry, models.CASCADE, related_name="told_of", db_index=False)
    pupil = models.ForeignKey(Pupil, models.CASCADE, related_name="+")

    objects = ToldOfQuerySet.as_manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("entry", "pupil"), name="one_row_a_person_in_a_file"),)

    def __repr__(self) -> str:
        return f"<ToldOf {self.pk}>"
