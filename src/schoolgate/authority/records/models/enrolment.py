from django.db import models

from schoolgate.authority.bases.models import Base
from schoolgate.authority.records.models.change import Change
from schoolgate.authority.records.models.masking import Kept
from schoolgate.authority.records.models.pupil import Pupil
from schoolgate.authority.records.models.visible import KeptModel


class Enrolment(KeptModel):
    """A pupil at a base, once for both however often it comes and goes. A pupil may have several at a time.

    Of a member of staff it is the engagement there: `entered` is when the person came to the school, `left` when the
    last contract there ended.

    `status` (a code of enrolment_status: C current, M main, S subsidiary, P previous ...), `year_group`, `entered` and
    `left` are copies of what the base's groups say (`columns.enrolment_columns`), of the newest stay.
    """

    pupil = models.ForeignKey(Pupil, models.CASCADE, related_name="enrolments", db_index=False)
    base = models.ForeignKey(Base, models.PROTECT, related_name="enrolments")
    status = models.CharField(max_length=1, blank=True)
    year_group = models.CharField(max_length=2, blank=True)
    entered = models.DateField(null=True)
    left = models.DateField(null=True)
    created_by = models.ForeignKey(Change, models.PROTECT, related_name="enrolments_created")

    objects = Kept["Enrolment"].as_manager()

    class Meta:
        ordering = ("-entered", "-id")
        constraints = (models.UniqueConstraint(fields=("pupil", "base"), name="one_enrolment_a_pupil_and_base"),)
