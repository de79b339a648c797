"""The forms of pupils and staff: searching for them, and restricting a pupil."""

from typing import Any

from django import forms

from schoolgate.authority.bases.models import Base
from schoolgate.authority.records.searches import ROLLS, Search
from schoolgate.authority.records.subjects import STAFF
from schoolgate.documents.codes.code_sets import code_set

YEARS = [("", "All"), *((code.code, code.label) for code in code_set("nc_year"))]


class _PersonSearchForm(forms.Form):
    """What somebody knows of a person, or a school; `wanted` says what may be typed."""

    wanted = ""
    text = forms.CharField(required=False, max_length=200)
    base = forms.ModelChoiceField(Base.objects.none(), required=False, label="School", empty_label="All")

    def __init__(self, *args: Any, user: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        bases: Any = self.fields["base"]
        bases.queryset = Base.objects.visible_to(user).order_by("name", "la", "number")
        self.fields["text"].label = self.wanted

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if not given.get("text") and not given.get("base") and "base" not in self.errors:
            self.add_error("text", f"Type a {self.wanted[0].lower()}{self.wanted[1:]}, or choose a school.")
        return given

    @property
    def base_pk(self) -> int | None:
        """The key of the school that was chosen."""
        base: Base | None = self.cleaned_data["base"]
        return base.pk if base else None


class SearchForm(_PersonSearchForm):
    """What somebody knows of a pupil, or a school."""

    wanted = "Name, UPN, postcode or date of birth"
    year = forms.ChoiceField(choices=YEARS, required=False, label="Year group")
    roll = forms.ChoiceField(choices=list(ROLLS.items()), label="Who", initial="on-roll")

    @property
    def search(self) -> Search:
        """What a valid form asks for."""
        given = self.cleaned_data
        return Search(given["text"], self.base_pk, given["year"], given["roll"])


class StaffSearchForm(_PersonSearchForm):
    """What somebody knows of a member of staff, or a school."""

    wanted = "Name, teacher number, NI number, postcode or date of birth"
    roll = forms.ChoiceField(
        choices=[("on-roll", "Works there"), ("leavers", "Left"), ("all", "All")], label="Who", initial="on-roll"
    )

    @property
    def search(self) -> Search:
        """What a valid form asks for."""
        given = self.cleaned_data
        return Search(given["text"], self.base_pk, roll=given["roll"], subject=STAFF)


class RestrictionForm(forms.Form):
    """Why a pupil is restricted, and when somebody looks at it again; `seen` is the version that was shown."""

    why = forms.CharField(
        label="Why",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Only people who may see restricted pupils read this. Say who asked for it.",
        error_messages={"required": "Say why, so that the next person knows."},
    )
    until = forms.DateField(
        label="Look at it again on",
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text="No day ends a restriction: on this one it is put on the first page of those who may see it.",
        error_messages={"invalid": "A date is written 2026-11-19."},
    )
    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


class LiftForm(forms.Form):
    """Why a restriction ends; `seen` is the version that was shown."""

    reason = forms.CharField(
        label="Why it is lifted",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="It stands in the audit, which every administrator reads: do not say where the pupil is.",
        error_messages={"required": "Say why, so that it can be told later."},
    )
    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
