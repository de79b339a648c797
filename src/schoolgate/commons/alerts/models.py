"""Who wants to be told what, what is to be told, and the mails that told it."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from schoolgate.commons.jobs.models import Job, State

TRIES_UNTIL_TOLD = 3
"""A server that asks to come again later is no trouble yet."""


class Choice(models.Model):
    """That a person turned an alert on or off; without a row it is as it comes."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    alert = models.CharField(max_length=40)
    on = models.BooleanField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("person", "alert"), name="one_choice_an_alert"),)

    def __str__(self) -> str:
        return f"{self.alert} {'on' if self.on else 'off'}"


class Event(models.Model):
    """Something to be told at once. It waits until its alert's mail is made (`told_at`), with others of its kind.

    `key` stands for the thing itself: the same again within a while is no news. `text` is a sentence that names no
    child, `link` an address on this site.
    """

    alert = models.CharField(max_length=40)
    key = models.CharField(max_length=120)
    text = models.CharField(max_length=300)
    link = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(default=timezone.now)
    told_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("id",)
        indexes = (
            models.Index(fields=("alert", "at"), condition=Q(told_at=None), name="events_to_be_told"),
            models.Index(fields=("alert", "key", "-at"), name="events_of_a_thing"),
        )

    def __str__(self) -> str:
        return self.text


class MailQuerySet(models.QuerySet["Mail"]):
    def visible_to(self, user: Any) -> Self:
        """One's own; administrators see everybody's."""
        if not user.is_authenticated or user.is_machine:
            return self.none()
        return self if user.role == "administrator" else self.filter(person=user)

    def stuck(self) -> Self:
        """Those that do not get out: given up, or tried several times; and after which no other of the person's did."""
        later = Mail.objects.filter(person=OuterRef("person"), pk__gt=OuterRef("pk"), sent_at__isnull=False)
        given_up = Q(job__state__in=[State.FAILED, State.PARKED])
        in_trouble = Q(job__state__in=[State.READY, State.RUNNING], job__attempt__gte=TRIES_UNTIL_TOLD)
        return self.filter(given_up | in_trouble & ~Q(job__error=""), ~Exists(later), sent_at=None)


class Mail(models.Model):
    """A mail to a person: numbers and links, never a child's name. A job sends it; `sent_at` is when a server took it.

    `key` says what of its alert it tells (a day, a bundle): for one key a person has one mail at most.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    alert = models.CharField(max_length=40)
    key = models.CharField(max_length=40)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    made_at = models.DateTimeField(default=timezone.now, db_index=True)
    sent_at = models.DateTimeField(null=True)
    sent_to = models.EmailField(blank=True)
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+")

    objects = MailQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        constraints = (models.UniqueConstraint(fields=("person", "alert", "key"), name="one_mail_a_person_and_key"),)
        indexes = (models.Index(fields=("id",), condition=Q(sent_at=None), name="mails_not_sent"),)

    def __str__(self) -> str:
        return self.subject

    @property
    def state(self) -> str:
        """In words: sent, waiting, failed, or not sent where that was not wanted any more."""
        if self.sent_at:
            return "sent"
        words = {State.READY: "waiting", State.RUNNING: "waiting", State.FAILED: "failed", State.PARKED: "failed"}
        return words.get(State(self.job.state), "not sent") if self.job is not None else "not sent"

    @property
    def trouble(self) -> str:
        """Why it is not sent, with the server's words; nothing while all goes well."""
        return self.job.error if self.job is not None and not self.sent_at else ""
