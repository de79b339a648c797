"""Forms of goods received: the delivery, and how many of each line came with it."""

from typing import Any

from django import forms
from django.utils import timezone

from schoolgate.school.purchasing.invoicing.receiving import MOST_OF_A_NOTE, to_come
from schoolgate.school.purchasing.models import OrderLine
from schoolgate.school.purchasing.orders import MOST_QUANTITY


class DeliveryForm(forms.Form):
    """When a delivery came, and what is to be said of it."""

    received_on = forms.DateField(
        label="Received on",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"required": "Type the day on which it came.", "invalid": "Type a day, such as 2026-11-26."},
    )
    note = forms.CharField(
        label="Note",
        required=False,
        max_length=MOST_OF_A_NOTE,
        help_text="Such as the delivery note’s number, or what was damaged.",
    )

    def clean_received_on(self) -> Any:
        """No later than today."""
        day = self.cleaned_data["received_on"]
        if day > timezone.localdate():
            raise forms.ValidationError("The day of a delivery cannot be after today.")
        return day


class ReceivedForm(forms.Form):
    """How many of one line came now; empty: none."""

    now = forms.IntegerField(
        label="Now",
        required=False,
        min_value=0,
        max_value=MOST_QUANTITY,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        error_messages={
            "invalid": "It must be a whole number.",
            "min_value": "It must be a whole number. What was entered wrongly is taken back under Deliveries.",
            "max_value": f"It must be at most {MOST_QUANTITY:,}.",
        },
    )

    def __init__(self, data: Any, *, line: OrderLine) -> None:
        super().__init__(data, prefix=f"line-{line.number}")
        self.line, self.to_come = line, to_come(line)
        self.fields["now"].widget.attrs["aria-label"] = f"{self.title}, how many came now"

    @property
    def title(self) -> str:
        """Which line it is, where its faults are told."""
        return f"Line {self.line.number}"
