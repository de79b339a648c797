"""Forms of importing: when it is done, and why a document is kept out."""

from datetime import time
from typing import Any

from django import forms

from schoolgate.commons.schedules.rules import WEEK, Weekly

TIME = "Enter the time as hours and minutes, for example 07:30."
EVERY = (("", "Once"), ("30", "Every 30 minutes"), ("60", "Every hour"), ("120", "Every 2 hours"))


class WhenForm(forms.Form):
    """Days, a time, and how often again on each of the days."""

    days = forms.TypedMultipleChoiceField(
        label="Days",
        coerce=int,
        choices=[(number, day.capitalize()) for number, day in enumerate(WEEK)],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Without a day nothing is imported by itself.",
    )
    at = forms.TimeField(
        label="At",
        input_formats=["%H:%M", "%H.%M", "%H%M"],
        help_text="Hours and minutes, for example 07:30. Choose a time at which this computer is on.",
        error_messages={"required": TIME, "invalid": TIME},
        widget=forms.TimeInput(format="%H:%M", attrs={"class": "time", "autocomplete": "off", "maxlength": 5}),
    )
    every = forms.ChoiceField(label="How often", choices=EVERY, required=False)
    until = forms.TimeField(
        label="Until",
        input_formats=["%H:%M", "%H.%M", "%H%M"],
        required=False,
        help_text="The last time of the day; only when it is done more than once.",
        error_messages={"invalid": TIME},
        widget=forms.TimeInput(format="%H:%M", attrs={"class": "time", "autocomplete": "off", "maxlength": 5}),
    )

    @classmethod
    def of(cls, rule: Weekly) -> "WhenForm":
        """The form with what is set now."""
        every = str(rule.every_minutes or "")
        return cls(initial={"days": sorted(rule.days), "at": rule.at, "every": every, "until": rule.until})

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = self.cleaned_data
        until, at = given.get("until"), given.get("at")
        if until and not given.get("every"):
            self.add_error("until", "Choose how often, or leave this empty.")
        elif until and at and until < at:
            self.add_error("until", "It is before the first time of the day.")
        return given

    def rule(self) -> Weekly:
        """What was chosen."""
        given: dict[str, Any] = self.cleaned_data
        until: time | None = given["until"]
        return Weekly(
            given["at"].replace(second=0),
            frozenset(given["days"]),
            every_minutes=int(given["every"]) if given["every"] else None,
            until=until.replace(second=0) if until else None,
        )


class KeepOutForm(forms.Form):
    """Why a document is not imported."""

    reason = forms.CharField(
        label="Why",
        max_length=200,
        help_text="For example: the supplier sent it twice. It stands beside the document and in the audit.",
        error_messages={"required": "Say why the document is kept out."},
    )
