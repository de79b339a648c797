from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from schoolgate.commons.sealed import SealedTextField


class CodeBatchQuerySet(models.QuerySet["CodeBatch"]):
    def visible_to(self, user: Any) -> Self:
        """Staff see all batches, everybody else none."""
        return self if user.role in {"administrator", "officer"} else self.none()


class CodeBatch(models.Model):
    """Connection codes that were made together, so that their letters can be printed together again.

    `words` says what they were made for: "schools.csv", "3 chosen schools", a school's name.
    """

    words = models.CharField(max_length=200)
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = CodeBatchQuerySet.as_manager()

    class Meta:
        ordering = ("-made_at", "-id")

    def __str__(self) -> str:
        return self.words


class ConnectionCodeQuerySet(models.QuerySet["ConnectionCode"]):
    def visible_to(self, user: Any) -> Self:
        """Staff see all codes, everybody else none."""
        return self if user.role in {"administrator", "officer"} else self.none()

    def unused(self) -> Self:
        """The newest code of each account that was not used: good still, or run out."""
        return self.filter(used_at=None, replaced_at=None)

    def good(self) -> Self:
        """The codes a school can join with now."""
        return self.unused().filter(expires_at__gt=timezone.now())


class ConnectionCode(models.Model):
    """What a school's program shows once to get its account's user name and a first password.

    Its letters and digits are found by a keyed `digest`; the text itself is sealed until it is used or has run out,
    so that letters can be printed again, and wiped then. `request_digest` and `password_mark` say who used it and for
    which password: the same caller may ask again after a lost answer.
    """

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="connection_codes")
    batch = models.ForeignKey(CodeBatch, models.PROTECT, related_name="codes")
    digest = models.CharField(max_length=64, unique=True)
    code = SealedTextField(null=True)
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True, blank=True)
    replaced_at = models.DateTimeField(null=True, blank=True)
    request_digest = models.CharField(max_length=64, blank=True)
    password_mark = models.CharField(max_length=128, blank=True)
    refused_at = models.DateTimeField(null=True, blank=True)

    objects = ConnectionCodeQuerySet.as_manager()

    class Meta:
        ordering = ("account__username", "-id")

    def __repr__(self) -> str:
        return f"<ConnectionCode of {self.account_id}>"

    @property
    def state(self) -> str:
        """In words: waiting, used, replaced or expired."""
        if self.used_at:
            return "used"
        if self.replaced_at:
            return "replaced"
        return "waiting" if self.expires_at > timezone.now() else "expired"
