"""Forms of a base's migration: the day on which the school moved, and the confirmation that cannot be undone."""

from collections.abc import Sequence
from typing import Any

from django import forms

from schoolgate.authority.bases.models import Base


class MovedForm(forms.Form):
    """The day on which the school itself moved to SIMS Primary."""

    school_moved = forms.DateField(
        label="The school moved on",
        help_text="The first day on which the school worked with SIMS Primary. Its changes are collected from that day "
        "on; it can be corrected until the first run.",
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        error_messages={
            "required": "Enter the day on which the school moved.",
            "invalid": "Enter the day as day/month/year, for example 31/10/2026.",
        },
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )


class MigrateForm(forms.Form):
    """The confirmation: the number of the school, and a second yes where there are `doubts`."""

    number = forms.CharField(label="School number", widget=forms.TextInput(attrs={"class": "code", "size": 10}))
    sure = forms.BooleanField(
        label="Migrate it all the same", error_messages={"required": "Tick this if it is to be migrated all the same."}
    )

    def __init__(self, *args: Any, base: Base, doubts: Sequence[str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.base = base
        number = self.fields["number"]
        number.help_text = f"Type {base.number}, so that it is no slip and no other school."
        number.error_messages["required"] = f"Type {base.number}, the number of {base.name}."
        if doubts:
            self.fields["sure"].help_text = " ".join(doubts)
        else:
            del self.fields["sure"]

    def clean_number(self) -> str:
        typed: str = self.cleaned_data["number"]
        if "".join(typed.replace("/", "").split()) not in {self.base.number, self.base.dfe_number}:
            raise forms.ValidationError(f"This is another number. {self.base.name} has the number {self.base.number}.")
        return typed

    @property
    def sure_of_doubts(self) -> bool:
        """Whether the second yes was given."""
        return bool(self.cleaned_data.get("sure"))
