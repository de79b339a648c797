from typing import Any

from django import forms
from django.http import HttpRequest

from schoolgate.commons.accounts.models import User
from schoolgate.commons.retention.kinds import KEPT

MOST_DAYS = 36_500


class DaysForm(forms.Form):
    """For how many days each kind is kept."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for kind in KEPT.values():
            self.fields[kind.name] = forms.IntegerField(
                label=f"{kind.words}: days",
                help_text=f"As shipped: {kind.days.default}. 0 keeps it for ever.",
                min_value=0,
                max_value=MOST_DAYS,
                initial=kind.days.get(),
            )

    def save(self, *, by: User, request: HttpRequest) -> None:
        for kind in KEPT.values():
            kind.days.set(self.cleaned_data[kind.name], by=by, request=request)
