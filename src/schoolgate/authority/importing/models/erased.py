from django.db import models
from django.utils import timezone

from schoolgate.authority.records.models.visible import ForStaff
from schoolgate.authority.records.subjects import SUBJECTS


class ErasedKey(models.Model):
    """One thing that an erased person was known by, as a keyed digest (`erased.note_erased`), for good.

    It tells nobody who it was; it answers only whether an entry of a document might be the same person. `request` is
    the reference of the request by which it was erased.
    """

    subject = models.CharField(max_length=5, choices=SUBJECTS)
    digest = models.BinaryField(max_length=16)
    request = models.CharField(max_length=20)
    at = models.DateTimeField(default=timezone.now)

    objects = ForStaff["ErasedKey"].as_manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("subject", "digest"), name="one_row_a_key_of_the_erased"),)

    def __repr__(self) -> str:
        return f"<ErasedKey {self.pk}>"
