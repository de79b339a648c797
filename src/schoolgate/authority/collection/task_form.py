"""The form of a scheduled task (reference 9.2; seed, "Creating a SIMS Primary Attendance Changed Data task")."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from typing import Any

from django import forms
from django.db.models import Q

from schoolgate.authority.bases.models import Base, BaseGroup
from schoolgate.authority.collection.models import Data, Owner, ScheduledTask, TransferType
from schoolgate.authority.collection.tasks import Wish
from schoolgate.commons.schedules.rules import WEEK, Monthly, Once, Rule, Weekly
from schoolgate.documents.codes.code_sets import code_set

ONCE, WEEKLY, MONTHLY = "once", "weekly", "monthly"
_PARTS = (
    ("", "name owner transfer_type kind"),
    ("Schools", "find"),
    ("", "bases groups"),
    ("Pupils", "nc_years looked_after leavers months_back"),
    ("When", "rhythm at first days day in_term"),
    ("Advanced", "every_minutes until last active"),
)
SHOWN = 60
"""So many schools stand in the form to be ticked; the others are looked for."""

ATTENDANCE_WORDS = "Attendance Changed Data (SIMS Primary), Attendance Data"
WRONG_TIME = "Enter the time as hours and minutes, for example 18:30."
_REPEATS = ((15, "15 minutes"), (30, "30 minutes"), (60, "hour"), (120, "2 hours"), (240, "4 hours"))


def _time(label: str, *, required: bool, help_text: str) -> forms.TimeField:
    return forms.TimeField(
        label=label,
        required=required,
        input_formats=["%H:%M", "%H.%M", "%H%M"],
        help_text=help_text,
        error_messages={"required": WRONG_TIME, "invalid": WRONG_TIME},
        widget=forms.TimeInput(format="%H:%M", attrs={"class": "time", "autocomplete": "off", "maxlength": 5}),
    )


def _day(label: str, help_text: str) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        help_text=help_text,
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )


@dataclass(frozen=True)
class Part:
    """Some fields of a form, shown together; with those by which schools are looked for a button comes."""

    title: str
    visible_fields: Sequence[forms.BoundField]
    finds: bool = False
    wide: bool = False


class TaskForm(forms.Form):
    """A task as it is shown and typed in."""

    name = forms.CharField(label="Task Name", max_length=100)
    owner = forms.ChoiceField(label="Owner", choices=Owner.choices, initial=Owner.LA)
    transfer_type = forms.ChoiceField(
        label="Transfer Type", choices=TransferType.choices, initial=TransferType.EXPORT_FROM_SCHOOL, disabled=True
    )
    kind = forms.ChoiceField(
        label="Data Filter Details",
        choices=[
            (Data.SNAPSHOT, "Snapshot Data"),
            (Data.CHANGED, "Changed Data"),
            (Data.ATTENDANCE, ATTENDANCE_WORDS),
            (Data.ATTAINMENT, "Attainment Data (SIMS 7 only)"),
        ],
        help_text="A snapshot is everything, changed data what is new since the last run. Of SIMS Primary there is "
        "changed attendance only.",
    )
    find = forms.CharField(
        label="Find schools",
        required=False,
        max_length=100,
        help_text="By name or number. Schools that are ticked stay.",
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    bases = forms.ModelMultipleChoiceField(
        queryset=Base.objects.none(),
        label="Schools",
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "many many-framed"}),
        help_text="Schools that send files and schools that are asked through an API (☁) never stand in one task.",
    )
    groups = forms.ModelMultipleChoiceField(
        queryset=BaseGroup.objects.none(),
        label="Groups of schools",
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "many many-framed"}),
    )
    nc_years = forms.MultipleChoiceField(
        label="National Curriculum years",
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "many"}),
        help_text="None chosen is all, those outside the years too.",
    )
    looked_after = forms.BooleanField(label="Looked after children only", required=False)
    leavers = forms.BooleanField(label="Leavers too", required=False)
    months_back = forms.IntegerField(
        label="Months of attendance",
        required=False,
        min_value=1,
        max_value=13,
        help_text="How far back a first attendance run goes, 1 to 13. Long spans take many calls.",
    )
    rhythm = forms.ChoiceField(
        label="When",
        choices=[(ONCE, "Once"), (WEEKLY, "Weekly"), (MONTHLY, "Monthly")],
        widget=forms.RadioSelect,
        initial=WEEKLY,
    )
    at = _time("Start time", required=True, help_text="Hours and minutes, for example 18:30.")
    first = _day("Start date", "The day of a task that runs once; else the first day on which it may run.")
    days = forms.TypedMultipleChoiceField(
        label="Days of the week",
        coerce=int,
        required=False,
        choices=[(number, day.capitalize()) for number, day in enumerate(WEEK)],
        widget=forms.CheckboxSelectMultiple(attrs={"class": "many"}),
    )
    day = forms.IntegerField(
        label="Day of the month",
        required=False,
        min_value=1,
        max_value=31,
        help_text="In a month that is shorter, its last day.",
    )
    in_term = forms.BooleanField(label="In term only", required=False)
    every_minutes = forms.TypedChoiceField(
        label="Again every",
        coerce=int,
        empty_value=None,
        required=False,
        choices=[("", "Not again on the same day"), *_REPEATS],
    )
    until = _time("Until", required=False, help_text="When to stop repeating on the same day.")
    last = _day("Expiry date", "The last day on which it may run.")
    active = forms.BooleanField(label="Active", required=False, initial=True)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        named: Any = self.fields
        named["bases"].queryset = Base.objects.filter(active=True)
        named["bases"].choices = [(base.pk, base_label(base)) for base in self._bases_to_choose()]
        named["groups"].queryset = BaseGroup.objects.order_by("name")
        named["nc_years"].choices = [(one.code, one.label) for one in code_set("nc_year") if not one.historic]

    @classmethod
    def of(cls, task: ScheduledTask) -> "TaskForm":
        """The form with what a task is now."""
        return cls(initial=initial_of(task))

    @property
    def parts(self) -> list[Part]:
        """All fields, in the order in which they are asked."""
        return [
            Part(title, [self[name] for name in names.split()], finds=names == "find", wide="bases" in names)
            for title, names in _PARTS
        ]

    def as_typed(self) -> "TaskForm":
        """The same form, nothing of it judged."""
        given: Any = self.data
        several = {"bases", "groups", "nc_years", "days"}
        typed = {
            name: given.getlist(name) if name in several else given.get(name, "")
            for name in self.fields
            if not self.fields[name].disabled
        }
        return type(self)(initial=typed)

    def _bases_to_choose(self) -> list[Base]:
        """Those that are ticked, and with them those that are looked for, as far as they are shown."""
        chosen = self["bases"].value() or ()
        ticked = Base.objects.filter(pk__in=[pk for pk in chosen if str(pk).isdecimal() and len(str(pk)) < 19])
        found = Base.objects.filter(active=True).with_dfe_number()
        if text := str(self["find"].value() or "").replace("\0", "").strip():
            found = found.filter(Q(name__icontains=text) | Q(dfe__startswith=text.replace(" ", "")))
        shown = {base.pk: base for base in (*ticked.order_by("name"), *found.order_by("name")[:SHOWN])}
        return list(shown.values())

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if self.errors:
            return given
        rhythm, first, last = given["rhythm"], given["first"], given["last"]
        if rhythm == ONCE and not first:
            self.add_error("first", "Choose the day on which it runs.")
        if rhythm == WEEKLY and not given["days"]:
            self.add_error("days", "Choose at least one day of the week.")
        if rhythm == MONTHLY and not given["day"]:
            self.add_error("day", "Choose the day of the month.")
        if first and last and last < first:
            self.add_error("last", "It would expire before it starts. Choose a later expiry date.")
        if given["until"] and not given["every_minutes"]:
            self.add_error("every_minutes", "Choose how often it runs again until then.")
        elif given["until"] and given["until"] < given["at"]:
            self.add_error("until", "It would stop before it starts. Choose a later time.")
        return given

    def rule(self) -> Rule:
        """When it is due."""
        given = self.cleaned_data
        at: time = given["at"]
        repeat: Mapping[str, Any] = {"every_minutes": given["every_minutes"], "until": given["until"]}
        if given["rhythm"] == ONCE:
            return Once(at, given["first"], **repeat)
        limits = {"first": given["first"], "last": given["last"], **repeat}
        if given["rhythm"] == WEEKLY:
            return Weekly(at, frozenset(given["days"]), **limits)
        return Monthly(at, given["day"], **limits)

    def wish(self) -> Wish:
        """The task as it was typed in."""
        given = self.cleaned_data
        return Wish(
            name=given["name"],
            owner=given["owner"],
            data=given["kind"],
            rule=self.rule(),
            bases=tuple(given["bases"]),
            groups=tuple(given["groups"]),
            in_term=given["in_term"],
            leavers=given["leavers"],
            looked_after=given["looked_after"],
            nc_years=tuple(given["nc_years"]),
            months_back=given["months_back"],
            active=given["active"],
        )


def initial_of(task: ScheduledTask) -> dict[str, Any]:
    """What stands in the form of a task."""
    rule = task.rule
    said: dict[str, Any] = {
        "name": task.name,
        "owner": task.owner,
        "kind": task.data,
        "bases": [base.pk for base in task.bases.all()],
        "groups": [group.pk for group in task.groups.all()],
        "nc_years": task.nc_years,
        "looked_after": task.looked_after,
        "leavers": task.leavers,
        "months_back": task.months_back,
        "at": rule.at,
        "first": rule.first,
        "last": rule.last,
        "in_term": task.in_term,
        "every_minutes": rule.every_minutes,
        "until": rule.until,
        "active": task.active,
    }
    match rule:
        case Once(on=day):
            return {**said, "rhythm": ONCE, "first": day}
        case Monthly(day=number):
            return {**said, "rhythm": MONTHLY, "day": number}
        case Weekly(days=days):
            return {**said, "rhythm": WEEKLY, "days": sorted(days)}
    return said


def base_label(base: Base) -> str:
    """A school among those to choose from; the cloud says that it is asked through an API."""
    return f"{base} ☁ API" if base.is_collected else str(base)
