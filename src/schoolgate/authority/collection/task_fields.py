"""What is asked of every scheduled task, whoever makes it: name, data, pupils and times (reference 9.2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from typing import Any, ClassVar

from django import forms

from schoolgate.authority.collection.models import Data, ScheduledTask, Sources
from schoolgate.commons.schedules.rules import WEEK, Monthly, Once, Rule, Weekly
from schoolgate.documents.codes.code_sets import code_set

ONCE, WEEKLY, MONTHLY = "once", "weekly", "monthly"
ATTENDANCE_CHANGED = "attendance-changed"
"""Of the choices under *Data Filter Details* the one that asks for attendance of `Sources.API`."""
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


class TaskFields(forms.Form):
    """The fields of a task that the authority and a school fill in alike. `PARTS` is the order: title, names."""

    PARTS: ClassVar[tuple[tuple[str, str], ...]] = ()

    name = forms.CharField(label="Task Name", max_length=100)
    kind = forms.ChoiceField(label="Data Filter Details")
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
        named["nc_years"].choices = [(one.code, one.label) for one in code_set("nc_year") if not one.historic]

    @property
    def parts(self) -> list[Part]:
        """All fields, in the order in which they are asked."""
        return [
            Part(
                title,
                [self[name] for name in names.split() if name in self.fields],
                finds=names == "find",
                wide="bases" in names,
            )
            for title, names in self.PARTS
        ]

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

    def wished(self) -> dict[str, Any]:
        """What was typed into these fields, by the names of a `Wish`; what this form does not ask is not there."""
        given = self.cleaned_data
        changed = given["kind"] == ATTENDANCE_CHANGED
        asked = ("in_term", "leavers", "looked_after", "nc_years", "months_back", "active")
        return {
            "name": given["name"],
            "data": Data.ATTENDANCE if changed else given["kind"],
            "sources": Sources.API if changed else "",
            "rule": self.rule(),
            **{
                name: tuple(value) if isinstance(value := given[name], list) else value
                for name in asked
                if name in given
            },
        }


def fields_of(task: ScheduledTask) -> dict[str, Any]:
    """What stands in these fields of a task."""
    rule = task.rule
    said: dict[str, Any] = {
        "name": task.name,
        "kind": ATTENDANCE_CHANGED if (task.data, task.sources) == (Data.ATTENDANCE, Sources.API) else task.data,
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
