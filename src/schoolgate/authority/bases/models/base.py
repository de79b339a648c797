"""A base: a school as the LA knows it, with the exchange account that may send for it."""

from collections.abc import Mapping
from typing import Any, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Concat

from schoolgate.authority.bases.la import LA_NUMBER
from schoolgate.authority.bases.licensing import NONE, OUT_OF_COUNTY, STANDARD, Licensing
from schoolgate.commons.accounts.models import User
from schoolgate.documents.identifiers import la_number_fault, school_number_fault


def valid_la_number(text: str) -> None:
    """Three digits. A number in no list may be a new authority's; a sample number is for demonstrations only."""
    fault = la_number_fault(text, listed=False, demo=settings.SCHOOLGATE_DEMO)
    if fault:
        raise ValidationError(fault.reason, fault.code)


def valid_school_number(text: str) -> None:
    """Four digits."""
    fault = school_number_fault(text)
    if fault:
        raise ValidationError(fault.reason, fault.code)


SCHOOL_USER = "school user"
"""The role of a school's own people, who see their school in the School Portal and nothing else."""

SIMS_7 = "sims-7"
"""`Base.mis` of a school whose data comes in files, through the school's own site; SIMS 7 is the one most have."""


def fits(rule: Mapping[str, Any], own_la: str) -> models.Q:
    """What a group's rule takes (`BaseGroup.rule`); `own_la` is this authority's number."""
    found = models.Q()
    if rule.get("phases"):
        found &= models.Q(phase__in=rule["phases"])
    if rule.get("systems"):
        found &= models.Q(mis__in=rule["systems"])
    if rule.get("county"):
        own = models.Q(la=own_la)
        found &= own if rule["county"] == "in" else ~own
    if rule.get("name"):
        found &= models.Q(name__icontains=rule["name"])
    return found


class BaseQuerySet(models.QuerySet["Base"]):
    def visible_to(self, user: Any) -> Self:
        """The bases this user may know of: staff all, a school's own people and program theirs; others do not exist."""
        if user.is_machine:
            return self.filter(account=user)
        if user.role == SCHOOL_USER:
            return self.filter(people=user, active=True)
        return self if user.role in {"administrator", "officer"} else self.none()

    def open_to(self, account: User) -> Self:
        """The bases this exchange account may send and ask for today."""
        return self.filter(account=account, active=True)

    def fitting(self, rule: Mapping[str, Any]) -> Self:
        """Those that a group's rule takes (`BaseGroup.rule`)."""
        return self.filter(fits(rule, LA_NUMBER.get()))

    def with_dfe_number(self) -> Self:
        """Add `dfe`, the seven digits as one text to search by."""
        return self.annotate(dfe=Concat("la", "number"))

    def with_licence(self, licensing: Licensing) -> Self:
        """Add `county` (in or out) and `stands_on`, the licence of each base: standard, out-of-county or none."""
        theirs = OUT_OF_COUNTY if licensing.out_of_county else NONE
        elsewhere = ~models.Q(la=licensing.la) if licensing.la else models.Q(pk__in=[])
        return self.annotate(
            county=models.Case(
                models.When(elsewhere, then=models.Value("out")),
                default=models.Value("in"),
                output_field=models.CharField(),
            ),
            stands_on=models.Case(
                models.When(elsewhere, then=models.Value(theirs)),
                models.When(licensed=True, then=models.Value(STANDARD)),
                default=models.Value(NONE),
                output_field=models.CharField(),
            ),
        )


class Base(models.Model):
    """One school. Withdrawn LA numbers (820) are legal: schools keep the number they were born with.

    `licensed` counts for this authority's own schools only (see `licensing`); `licence_missed_at` is when the school's
    program was last turned away for want of a licence. `mis` says how the school's data comes: `SIMS_7` in files, else
    it is the name of the connector through which it is collected (`wire.mis.registry`). `people` are the school's own,
    who see it in the School Portal.
    """

    PHASES = (
        ("nursery", "Nursery"),
        ("primary", "Primary"),
        ("secondary", "Secondary"),
        ("all-through", "All-through"),
        ("special", "Special"),
        ("alternative", "Alternative provision"),
    )

    la = models.CharField("LA number", max_length=3, validators=[valid_la_number])
    number = models.CharField("school number", max_length=4, validators=[valid_school_number])
    name = models.CharField("name", max_length=150)
    phase = models.CharField("phase", max_length=12, blank=True, choices=[("", "Not known"), *PHASES])
    notes = models.TextField("notes", blank=True, max_length=2000)
    mis = models.CharField("school system", max_length=40, default=SIMS_7, db_index=True)
    active = models.BooleanField("active", default=True)
    licensed = models.BooleanField("standard licence", default=False)
    licence_missed_at = models.DateTimeField(null=True, blank=True, editable=False)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="bases")
    people = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="schools", blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = BaseQuerySet.as_manager()

    class Meta:
        ordering = ("la", "number")
        constraints = (
            models.UniqueConstraint(
                fields=("la", "number"),
                name="one_base_a_school",
                violation_error_message="There is such a base already.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.la} {self.number})"

    @property
    def dfe_number(self) -> str:
        """Seven digits, as schools write it: 8204321."""
        return self.la + self.number

    @property
    def is_collected(self) -> bool:
        """Whether its data is collected through an API; else it comes in files."""
        return self.mis != SIMS_7

    @property
    def out_of_county(self) -> bool:
        """Whether the school belongs to another LA than the one whose site this is."""
        return self.la != LA_NUMBER.get()
