from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from schoolgate.authority.records.models.visible import ForStaff
from schoolgate.commons.jobs.models import Job


class AddressListLoads(ForStaff["AddressListLoad"]):
    def in_use(self) -> Self:
        """The one whose addresses count; none before the first."""
        return self.filter(state=AddressListLoad.State.IN_USE)


class AddressListLoad(models.Model):
    """One load of the authority's own list of addresses (reference 9.5): at most one is in use.

    `source_key` is the digest of the file's bytes, which are kept until the load has ended. Of `lines` below the
    headings `records` became addresses, `refused` could not; the rest is history, which a gazetteer keeps with what
    counts. `problems` tells the first of those that were refused: `{line, code}`. `why_not` is what a
    person is asked, or why it is not loaded; `agreed` and `answered_by` are what one said.
    """

    class State(models.TextChoices):
        LOADING = "loading", "Loading"
        ASKS = "asks", "Waiting for you"
        IN_USE = "in use", "In use"
        REPLACED = "replaced", "Replaced"
        REFUSED = "refused", "Not loaded"
        DISCARDED = "discarded", "Discarded"

    source_name = models.CharField(max_length=200)
    source_key = models.CharField(max_length=64)
    state = models.CharField(max_length=9, choices=State.choices, default=State.LOADING)
    asked_at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    agreed = models.BooleanField(default=False)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    loaded_at = models.DateTimeField(null=True)
    lines = models.PositiveIntegerField(default=0)
    records = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    problems: Any = models.JSONField(default=list)
    why_not = models.TextField(blank=True)
    job = models.ForeignKey(Job, models.DO_NOTHING, null=True, related_name="+", db_constraint=False)

    objects = AddressListLoads.as_manager()

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("state",), condition=models.Q(state="in use"), name="one_address_list_in_use"
            ),
        )

    def __str__(self) -> str:
        return self.source_name


class ListedAddress(models.Model):
    """An address of a list, by what it is looked up: its UPRN, and its post code with its number and with its name.

    The keys and the street are in normal form (`addresses.houses`), and empty where the house has none; `text` is for
    people.
    """

    load = models.ForeignKey(AddressListLoad, models.CASCADE, related_name="addresses", db_index=False)
    uprn = models.BigIntegerField()
    by_number = models.CharField(max_length=240)
    by_name = models.CharField(max_length=240)
    street = models.CharField(max_length=120)
    text = models.CharField(max_length=400)

    objects = ForStaff["ListedAddress"].as_manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("load", "uprn"), name="one_row_a_uprn"),)
        indexes = (
            models.Index(fields=("load", "by_number"), name="addresses_by_number"),
            models.Index(fields=("load", "by_name"), name="addresses_by_name"),
        )

    def __repr__(self) -> str:
        return f"<ListedAddress {self.pk}>"
