from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from schoolgate.authority.bases.models import SCHOOL_USER, SIMS_7, Base, BaseGroup, BaseQuerySet
from schoolgate.authority.records.models.visible import ForStaff
from schoolgate.commons.schedules.rules import Rule, rule_of
from schoolgate.wire.mis.connector import Filters


class Owner(models.TextChoices):
    LA = "la", "LA"
    SCHOOL = "school", "School"


class TransferType(models.TextChoices):
    EXPORT_FROM_SCHOOL = "export-from-school", "Export from School"
    IMPORT_TO_SCHOOL = "import-to-school", "Import to School (SIMS 7 only)"
    TWO_WAY = "two-way", "Two-way (SIMS 7 only)"


SENDS_BACK = frozenset({TransferType.IMPORT_TO_SCHOOL, TransferType.TWO_WAY})
"""Types of tasks that put what was changed here into the outbox of their schools (ADR 025)."""


class Phase(models.IntegerChoices):
    """The older kind comes from the old product only, and ends with SIMS 7 (ADR 020)."""

    ONE = 1, "Phase 1"
    TWO = 2, "Phase 2"


class Data(models.TextChoices):
    """Data Filter Details (seed; reference 9.2)."""

    SNAPSHOT = "snapshot", "Snapshot Data"
    CHANGED = "changed", "Changed Data"
    ATTENDANCE = "attendance", "Attendance Data"
    ATTAINMENT = "attainment", "Attainment Data"


class Sources(models.TextChoices):
    """Which kind of base a task is for: the two are never collected by one task (reference 9.2: seed)."""

    FILES = "files", "SIMS 7 and others that send files"
    API = "api", "SIMS Primary and other systems with an API"


class ScheduledTaskQuerySet(ForStaff["ScheduledTask"]):
    def visible_to(self, user: Any) -> Self:
        """Staff see all; a school's own people those that collect their schools, by name or through a group."""
        if getattr(user, "role", None) != SCHOOL_USER:
            return super().visible_to(user)
        return self.naming(Base.objects.visible_to(user))

    def naming(self, bases: BaseQuerySet) -> Self:
        """Those that name one of these bases, itself or through a group."""
        groups = [
            group
            for group in BaseGroup.objects.filter(tasks__isnull=False).distinct()
            if group.bases.filter(pk__in=bases.values("pk")).exists()
        ]
        named = ScheduledTask.objects.filter(Q(bases__in=bases) | Q(groups__in=groups))
        return self.filter(pk__in=named.order_by().values("pk"))


class ScheduledTask(models.Model):
    """What to collect from which bases and when (reference 9.2).

    Who is collected are `bases` and all in `groups` that are of its `sources` today. `recorded_rule` is when
    (`commons.schedules.rules`), without the terms, which are added while it runs `in_term` only; the schedule called
    `schedule_name` carries it while the task is `active`.
    A task of `Sources.API` for attendance may name bases still on SIMS 7: it starts for them when they migrate. `phase`
    is ONE for tasks of the old product that were not migrated yet: one base each. `continues` is the task of SIMS 7
    bases whose migrated ones this one has taken on. `locked_at`: the school keeps this one task to itself (`locks`).
    `stopped_because` says why it is not active where no person switched it off. `asked_for_at`: the school asks to take
    it over.
    `sent_groups` are the names of the data groups that go back to schools, where its type sends any (`SENDS_BACK`);
    none is all that may.
    `folder`, of a task for attainment, is where files with it lie on this server (`attainment.folder`): they are read
    instead of asking the school.
    `months_back` limits attendance that is read by days. `version` goes up with each change, so that of two people who
    change a task at once the second is told.
    """

    name = models.CharField("task name", max_length=100)
    owner = models.CharField("owner", max_length=6, choices=Owner.choices, default=Owner.LA)
    transfer_type = models.CharField(
        "transfer type", max_length=20, choices=TransferType.choices, default=TransferType.EXPORT_FROM_SCHOOL
    )
    data = models.CharField("data filter details", max_length=10, choices=Data.choices)
    sources = models.CharField("kind of base", max_length=5, choices=Sources.choices)
    leavers = models.BooleanField("leavers", default=False)
    looked_after = models.BooleanField("looked after children only", default=False)
    nc_years = models.JSONField("National Curriculum years", default=list, blank=True)
    sent_groups = models.JSONField("data groups to send", default=list, blank=True)
    folder = models.CharField("folder of attainment files", max_length=200, blank=True)
    months_back = models.PositiveSmallIntegerField("months of attendance", null=True, blank=True)
    bases = models.ManyToManyField(Base, related_name="tasks", blank=True)
    groups = models.ManyToManyField(BaseGroup, related_name="tasks", blank=True)
    recorded_rule = models.JSONField()
    in_term = models.BooleanField("in term only", default=False)
    active = models.BooleanField("active", default=True)
    phase = models.PositiveSmallIntegerField(choices=Phase.choices, default=Phase.TWO)
    continues = models.ForeignKey("self", models.SET_NULL, null=True, related_name="continued_by")
    stopped_because = models.CharField(max_length=200, blank=True)
    locked_at = models.DateTimeField(null=True)
    locked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    asked_for_at = models.DateTimeField(null=True)
    asked_for_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)
    made_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = ScheduledTaskQuerySet.as_manager()

    class Meta:
        ordering = ("name", "id")

    def __str__(self) -> str:
        return self.name

    @property
    def rule(self) -> Rule:
        return rule_of(self.recorded_rule)

    @property
    def schedule_name(self) -> str:
        return f"task {self.pk}"

    @property
    def sends_back(self) -> bool:
        """Whether it sends to schools what was changed here."""
        return self.transfer_type in SENDS_BACK

    @property
    def reads_folder(self) -> bool:
        """Whether it reads files on this server instead of asking schools."""
        return self.data == Data.ATTAINMENT and bool(self.folder) and self.takes

    @property
    def takes(self) -> bool:
        """Whether it takes data from schools."""
        return self.transfer_type != TransferType.IMPORT_TO_SCHOOL

    @property
    def filters(self) -> Filters:
        return Filters(frozenset(self.nc_years), looked_after=self.looked_after, leavers=self.leavers)

    @property
    def named_bases(self) -> BaseQuerySet:
        """All active bases it names, whatever their kind."""
        groups = list(self.groups.all())
        named = Q(tasks=self) | Q(groups__in=[group for group in groups if not group.by_rule])
        found = Base.objects.filter(named, active=True)
        for group in groups:
            if group.by_rule:
                found = found | group.bases
        return Base.objects.filter(pk__in=found.values("pk"))

    @property
    def collected_bases(self) -> BaseQuerySet:
        """Those of them that it is for today."""
        by_file = Q(mis=SIMS_7)
        return self.named_bases.filter(by_file if self.sources == Sources.FILES else ~by_file)

    @property
    def waiting_bases(self) -> BaseQuerySet:
        """Those of them for which it starts when they migrate (seed, "Creating a SIMS Primary Attendance … task")."""
        return self.named_bases.filter(mis=SIMS_7) if self.sources == Sources.API else Base.objects.none()
