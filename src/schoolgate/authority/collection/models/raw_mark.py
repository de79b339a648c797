from django.db import models

from schoolgate.authority.bases.models import Base
from schoolgate.authority.records.models.visible import ForStaff


class RawMark(models.Model):
    """What a session's mark was in the school's own code, where that is not the code that is held.

    `key` is the vendor's for the pupil. By it marks can be read anew when a code's meaning is corrected.
    """

    base = models.ForeignKey(Base, models.CASCADE, related_name="+")
    key = models.CharField(max_length=100)
    day = models.DateField()
    session = models.CharField(max_length=2)
    code = models.CharField(max_length=20)

    objects = ForStaff["RawMark"].as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("base", "key", "day", "session"), name="collection_one_raw_mark_a_session"),
        )
        indexes = (models.Index(fields=("base", "code"), name="collection_raw_marks_by_code"),)

    def __str__(self) -> str:
        return self.code
