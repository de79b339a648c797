"""When to send: the handbook's seven tick boxes and one time."""

from datetime import time
from typing import Any

from django import forms

from schoolgate.commons.schedules.rules import WEEK, Weekly
from schoolgate.school.exchange.schedule_in_words import SUNDAY_FIRST

WRONG_TIME = "Enter the time as hours and minutes, for example 18:30."


class DaysField(forms.TypedMultipleChoiceField):
    """Any number of days: none is a choice too, and nothing left out."""

    def validate(self, value: list[str]) -> None:
        if value:
            super().validate(value)


class ScheduleForm(forms.Form):
    """Days and time of the one schedule for everything."""

    days = DaysField(
        label="Days",
        coerce=int,
        choices=[(day, WEEK[day].capitalize()) for day in SUNDAY_FIRST],
        widget=forms.CheckboxSelectMultiple,
        help_text="Without a day nothing is sent by itself.",
    )
    at = forms.TimeField(
        label="Executes at",
        input_formats=["%H:%M", "%H.%M", "%H%M"],
        help_text="Hours and minutes, for example 18:30. Choose a time at which this computer is on.",
        error_messages={"required": WRONG_TIME, "invalid": WRONG_TIME},
        widget=forms.TimeInput(format="%H:%M", attrs={"class": "time", "autocomplete": "off", "maxlength": 5}),
    )

    @classmethod
    def of(cls, rule: Weekly) -> "ScheduleForm":
        """The form with what is set now."""
        return cls(initial={"days": sorted(rule.days), "at": rule.at})

    def rule(self) -> Weekly:
        """What was chosen."""
        given: dict[str, Any] = self.cleaned_data
        at: time = given["at"]
        return Weekly(at.replace(second=0, microsecond=0), frozenset(given["days"]))
