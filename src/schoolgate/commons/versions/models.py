from django.db import models
from django.utils import timezone

TABLE = "versions_programversion"


class ProgramVersion(models.Model):
    """A version of the program that has brought this database up to date, and when it first did.

    Programs of all versions read this table, the older ones too: it keeps its name and these columns for good.
    """

    version = models.CharField(max_length=40, unique=True)
    first_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = TABLE
        ordering = ("first_at", "id")

    def __str__(self) -> str:
        return self.version
