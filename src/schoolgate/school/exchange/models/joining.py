from typing import Any, Self

from django.db import models
from django.utils import timezone

from schoolgate.commons.sealed import SealedTextField


class JoiningQuerySet(models.QuerySet["Joining"]):
    def visible_to(self, user: Any) -> Self:
        return self if user.role == "administrator" else self.none()

    def asked(self) -> Self:
        """Those whose answer is not known: it may have got lost."""
        return self.filter(joined_at=None)

    def joined(self) -> Self:
        """Those that the LA answered, and whose entry was not made yet."""
        return self.exclude(joined_at=None)


class Joining(models.Model):
    """An LA that is being joined: from before it is asked until its entry and schools are made from the answer.

    `request` is what the LA knows a repetition by, so it is kept before the first call. `code` goes with the answer;
    `mark`, by which the code is known again, with the row. `bases` are the account's schools, each {la, school, name,
    licensed}.
    """

    address = models.CharField(max_length=300)
    code = SealedTextField(blank=True)
    mark = models.CharField(max_length=64, blank=True)
    request = models.CharField(max_length=64, blank=True)
    asked_at = models.DateTimeField(default=timezone.now)

    joined_at = models.DateTimeField(null=True)
    la = models.CharField(max_length=3, blank=True)
    la_name = models.CharField(max_length=150, blank=True)
    contact = models.CharField(max_length=200, blank=True)
    user = models.CharField(max_length=150, blank=True)
    password = SealedTextField(blank=True)
    password_expires_at = models.DateTimeField(null=True)
    bases = models.JSONField(default=list)

    confirmed_at = models.DateTimeField(null=True)
    may_replace = models.BooleanField(default=False)

    objects = JoiningQuerySet.as_manager()

    class Meta:
        ordering = ("asked_at", "pk")

    def __str__(self) -> str:
        return f"joining {self.la_name or self.address}"
