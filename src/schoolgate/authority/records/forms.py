"""The form of a search for pupils."""

from typing import Any

from django import forms

from schoolgate.authority.bases.models import Base
from schoolgate.authority.records.searches import ROLLS, Search
from schoolgate.documents.codes.code_sets import code_set

YEARS = [("", "All"), *((code.code, code.label) for code in code_set("nc_year"))]


class SearchForm(forms.Form):
    """What somebody knows of a pupil, or a school."""

    text = forms.CharField(required=False, max_length=200, label="Name, UPN, postcode or date of birth")
    base = forms.ModelChoiceField(Base.objects.none(), required=False, label="School", empty_label="All")
    year = forms.ChoiceField(choices=YEARS, required=False, label="Year group")
    roll = forms.ChoiceField(choices=list(ROLLS.items()), label="Who", initial="on-roll")

    def __init__(self, *args: Any, user: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        bases: Any = self.fields["base"]
        bases.queryset = Base.objects.visible_to(user).order_by("name", "la", "number")

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if not given.get("text") and not given.get("base") and "base" not in self.errors:
            self.add_error("text", "Type a name, UPN, postcode or date of birth, or choose a school.")
        return given

    @property
    def search(self) -> Search:
        """What a valid form asks for."""
        given = self.cleaned_data
        base = given["base"].pk if given["base"] else None
        return Search(given["text"], base, given["year"], given["roll"])
