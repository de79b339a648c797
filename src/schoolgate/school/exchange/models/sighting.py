from django.db import models


class Sighting(models.Model):
    """What stood in the *Files Not Exported* of a place (``places``) when we last looked, by our own clock (DESIGN 2).

    `size` (bytes) and `changed_ns` (the file system's time of change) are those of the look at `seen_at`, the first
    that found them so. `dealt_with`: in that very form the file was read and has its row, so there is nothing more
    to do with it until it changes.
    """

    place = models.CharField(max_length=7)
    name = models.CharField(max_length=300)
    size = models.BigIntegerField()
    changed_ns = models.BigIntegerField()
    seen_at = models.DateTimeField()
    dealt_with = models.BooleanField(default=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("place", "name"), name="one_sighting_a_file"),)

    def __str__(self) -> str:
        return f"{self.place}: {self.size} bytes"
