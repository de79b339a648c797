"""The form of a group of bases."""

from typing import Any

from django import forms

from schoolgate.authority.bases.groups import Wish
from schoolgate.authority.bases.models import Base
from schoolgate.authority.bases.systems import systems

HAND, RULE = "hand", "rule"


class GroupForm(forms.Form):
    """A group's name, and who is in it: by rule, or chosen one by one."""

    name = forms.CharField(max_length=80, label="Name")
    made = forms.ChoiceField(
        label="Who is in it",
        choices=[
            (RULE, "By rule: all active schools that fit, also those that come later"),
            (HAND, "By hand: those ticked below"),
        ],
        widget=forms.RadioSelect,
        initial=RULE,
    )
    phases = forms.MultipleChoiceField(
        label="By rule: phases",
        required=False,
        choices=Base.PHASES,
        widget=forms.CheckboxSelectMultiple,
        help_text="None ticked is any.",
    )
    systems = forms.MultipleChoiceField(
        label="By rule: systems",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None ticked is any.",
    )
    county = forms.ChoiceField(
        label="By rule: county",
        required=False,
        choices=[("", "Any"), ("in", "In county"), ("out", "Out of county")],
    )
    part = forms.CharField(
        label="By rule: part of the name",
        required=False,
        max_length=80,
        help_text="In large or small letters.",
    )
    chosen = forms.ModelMultipleChoiceField(
        label="By hand: schools",
        queryset=Base.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "many"}),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        fields: Any = self.fields
        fields["systems"].choices = systems()
        fields["chosen"].queryset = Base.objects.order_by("name", "la", "number")

    @property
    def wish(self) -> Wish:
        """What was asked for."""
        given = self.cleaned_data
        rule = {name: given[name] for name in ("phases", "systems", "county")} | {"name": given["part"]}
        return Wish(given["name"], given["made"] == RULE, rule, list(given["chosen"]))


def initial_of(wish: Wish) -> dict[str, Any]:
    """The form's values for what a group is."""
    rule = wish.rule
    return {
        "name": wish.name,
        "made": RULE if wish.by_rule else HAND,
        "phases": rule.get("phases", []),
        "systems": rule.get("systems", []),
        "county": rule.get("county", ""),
        "part": rule.get("name", ""),
        "chosen": [base.pk for base in wish.chosen],
    }
