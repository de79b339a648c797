"""What a report is asked about."""

from collections.abc import Mapping
from typing import Any, cast

from django import forms

from schoolgate.school.purchasing.models import CostCentre, FinancialYear, Supplier
from schoolgate.school.purchasing.reporting.report import Report, Scope


class ScopeForm(forms.Form):
    """A year, and a supplier or a cost centre where the report can be asked of one.

    Without a year it is `year`, that the person looks at. What cannot be read is told, and narrows nothing.
    """

    year = forms.ModelChoiceField(
        queryset=FinancialYear.objects.all(), required=False, label="Financial year", empty_label=None
    )
    supplier: "forms.ModelChoiceField[Supplier]" = forms.ModelChoiceField(
        queryset=Supplier.objects.all(), required=False, empty_label="All"
    )
    cost_centre: "forms.ModelChoiceField[CostCentre]" = forms.ModelChoiceField(
        queryset=CostCentre.objects.none(), required=False, to_field_name="code", label="Cost centre", empty_label="All"
    )

    def __init__(self, asked: Mapping[str, str], *, report: Report, year: FinancialYear) -> None:
        super().__init__({"year": str(year.pk), **asked})
        self._year = year
        if not report.of_supplier:
            del self.fields["supplier"]
        if report.of_cost_centre:
            # Cost centres are a year's: those of the one that is asked about.
            centres = cast("forms.ModelChoiceField[CostCentre]", self.fields["cost_centre"])
            centres.queryset = CostCentre.objects.filter(year=self._year_of(asked.get("year", "")))
        else:
            del self.fields["cost_centre"]

    @property
    def scope(self) -> Scope:
        """What is asked, as far as it can be read."""
        self.full_clean()
        asked: dict[str, Any] = self.cleaned_data
        centre = asked.get("cost_centre")
        return Scope(asked.get("year") or self._year, asked.get("supplier"), centre.code if centre else "")

    def _year_of(self, asked: str) -> FinancialYear:
        """The year that is asked about; as in the field, what cannot be read is none."""
        try:
            found: FinancialYear | None = FinancialYear.objects.filter(pk=asked).first() if asked else None
        except ValueError:
            return self._year
        return found or self._year
