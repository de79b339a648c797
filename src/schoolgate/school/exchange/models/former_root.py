from typing import Any, Self

from django.db import models
from django.utils import timezone


class FormerRootQuerySet(models.QuerySet["FormerRoot"]):
    def visible_to(self, user: Any) -> Self:
        """Everybody who sends files may see what stayed behind."""
        return self if user.role in {"administrator", "sender"} else self.none()

    def to_tell(self) -> Self:
        """Those that something still lies in, or that cannot be looked into, and that nobody dismissed."""
        something = ~models.Q(waiting=0) | ~models.Q(sent=0) | ~models.Q(trouble="")
        return self.filter(something, dismissed_at=None)


class FormerRoot(models.Model):
    """A folder that was the root folder once (handbook 04: its files are not copied to the new one).

    Or, where `la` names an LA, the *Files Not Exported* that version 3 used for it; `exported` is the other of the two.

    The rounds of this site count what lies in the folders *Files Not Exported* in it: `waiting` files that were not
    sent, and `sent` ones whose very bytes an LA has received. `trouble` says why they cannot be counted. It is looked
    into for as long as nobody dismisses it, since an MIS may go on saving there.
    """

    path = models.CharField(max_length=500, unique=True)
    la = models.CharField(max_length=3, blank=True)
    exported = models.CharField(max_length=500, blank=True)
    replaced_at = models.DateTimeField(default=timezone.now)
    waiting = models.PositiveIntegerField(default=0)
    sent = models.PositiveIntegerField(default=0)
    trouble = models.CharField(max_length=200, blank=True)
    looked_at = models.DateTimeField(null=True)
    dismissed_at = models.DateTimeField(null=True)

    objects = FormerRootQuerySet.as_manager()

    class Meta:
        ordering = ("replaced_at", "pk")

    def __str__(self) -> str:
        return self.path

    @property
    def words(self) -> str:
        """What kind of folder it was."""
        return f"former folder of LA {self.la}" if self.la else "former root folder"

    @property
    def known_empty(self) -> bool:
        """Whether the last look succeeded and found nothing."""
        return self.looked_at is not None and not (self.waiting or self.sent or self.trouble)
