from django.db import models

from schoolgate.authority.records.models.masking import OfPupil
from schoolgate.authority.records.models.pupil import Pupil


class PupilKey(models.Model):
    """Something a pupil is found by, in the one form in which it is looked for: small letters of ASCII and digits.

    `keys.search_keys` makes NAME, UPN and POSTCODE, for people who search. GUID and NAME_AND_BIRTH are the importer's,
    who matches by them and by UPN: their texts are what it looks for. Of a member of staff UPN holds the teacher number
    and the National Insurance number.
    """

    class Kind(models.IntegerChoices):
        NAME = 1, "a name, or a part of one"
        UPN = 2, "the UPN, or a former one"
        POSTCODE = 3, "the post code"
        GUID = 4, "the key of a school's system"
        NAME_AND_BIRTH = 5, "a whole name and the date of birth"

    pupil = models.ForeignKey(Pupil, models.CASCADE, related_name="keys")
    kind = models.SmallIntegerField(choices=Kind.choices)
    text = models.CharField(max_length=400)

    objects = OfPupil["PupilKey"].as_manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("kind", "text", "pupil"), name="one_row_a_key_of_a_pupil"),)

    def __repr__(self) -> str:
        return f"<PupilKey {self.pk}>"
