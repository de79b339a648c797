"""The forms of alerts."""

from collections.abc import Sequence
from typing import Any

from django import forms

from schoolgate.commons.alerts.choosing import Chosen
from schoolgate.commons.alerts.kinds import How

_WHEN: dict[How, str] = {
    "daily summary": "One mail each weekday: counts and links, never a name.",
    "at once": "By mail within ten minutes, together with others of its kind.",
}


class ChoicesForm(forms.Form):
    """What one person is told: a box for each alert that this person may have."""

    def __init__(self, *args: Any, chosen: Sequence[Chosen], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for one in chosen:
            self.fields[one.alert.name] = forms.BooleanField(
                required=False, label=one.alert.words, help_text=_WHEN[one.alert.how], initial=one.on
            )

    @property
    def on(self) -> list[str]:
        """The names of the alerts that are ticked."""
        return [name for name, ticked in self.cleaned_data.items() if ticked]


class SummaryTimeForm(forms.Form):
    at = forms.TimeField(
        label="Time of the daily summary",
        help_text="Monday to Friday, London time, for everybody who has it on.",
        input_formats=["%H:%M"],
        error_messages={"invalid": "A time is written 08:00."},
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
    )
