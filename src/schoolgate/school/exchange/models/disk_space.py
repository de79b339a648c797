from django.db import models

LEAST_BYTES = 1_000_000_000
LEAST_PART = 0.05


class DiskSpace(models.Model):
    """How much room a disk had when the rounds of this site looked last; `free` and `total` in bytes.

    `total` is 0 where the folder on it could not be read: a share that is away, a folder that was removed.
    """

    class Disk(models.TextChoices):
        HOME = "home", "the disk of this program"
        ROOT = "root", "the disk of the root folder"

    disk = models.CharField(max_length=10, choices=Disk.choices, unique=True)
    free = models.BigIntegerField()
    total = models.BigIntegerField()
    measured_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.get_disk_display()}: {self.free} of {self.total} bytes free"

    @property
    def is_away(self) -> bool:
        """Whether its folder could not be read."""
        return self.total == 0

    @property
    def nearly_full(self) -> bool:
        """Less than 5 % or 1 GB free."""
        return not self.is_away and self.free < max(LEAST_BYTES, LEAST_PART * self.total)
