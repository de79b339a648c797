from django.conf import settings
from django.db import models
from django.utils import timezone

from schoolgate.authority.bases.models import Base
from schoolgate.authority.records.models.visible import ForStaff


class TasksLock(models.Model):
    """The school keeps its tasks to itself: *Lockdown tasks to school use only* (seed: "Locking down").

    While the row is there the authority neither adds, changes, runs, copies nor deletes tasks of the base; what is
    there keeps running on its times.
    """

    base = models.OneToOneField(Base, models.CASCADE, related_name="tasks_lock")
    since = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = ForStaff["TasksLock"].as_manager()

    def __str__(self) -> str:
        return f"tasks of {self.base_id} locked"
