"""Forms of many lines: the VAT of each, their numbers for who hears the page, refusals brought back to their fields.

What a value may be is said in one place, `documents/ebis/baskets`: forms only carry there what was typed, and back
what was refused of it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.forms.formsets import BaseFormSet

from schoolgate.documents.ebis.json_values import JsonProblem
from schoolgate.documents.ebis.lines import Tax
from schoolgate.documents.ebis.money import number_text

VAT = (("S 20", "20 %"), ("L 5", "5 %"), ("Z 0", "0 %"), ("E 0", "exempt"), ("X 0", "outside VAT"))
"""Code and rate (reference 7.5), as one choice."""
_OTHER_VAT = re.compile(r"([A-Z]) (\d{1,3}(?:\.\d{1,4})?)")
_OF_A_LINE = re.compile(r"lines\[(\d+)\](?:\.(\w+))?")
_FIELDS = {"tax_code": "vat", "tax_rate": "vat", "delivery": "deliver_to", "id": "doc_id"}


class TaxedForm(forms.Form):
    """A line with its VAT; the rate of what it is copied from is offered too, where it is none of the usual ones."""

    vat = forms.CharField(label="VAT", required=False, widget=forms.Select(choices=VAT))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        vat = str(self["vat"].value() or "")
        other = _OTHER_VAT.fullmatch(vat)
        if other and vat not in dict(VAT):
            self.fields["vat"].widget.choices = [*VAT, (vat, f"{other[2]} % ({other[1]})")]

    @property
    def tax(self) -> dict[str, str]:
        """Code and rate as JSON has them."""
        code, _, rate = (self.cleaned_data.get("vat") or VAT[0][0]).partition(" ")
        return {"tax_code": code, "tax_rate": rate}


class NumberedForms(BaseFormSet):  # type: ignore[type-arg]  # not generic at run time
    """The forms of lines, each field with its line's number for who hears the page."""

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        super().add_fields(form, index)
        for field in form.fields.values():
            field.widget.attrs["aria-label"] = f"Line {(index or 0) + 1}, {str(field.label).lower()}"


def vat_of(tax: Tax) -> str:
    """The choice that a line's tax is; the standard rate where it has none."""
    return f"{tax.code} {number_text(tax.rate)}" if tax.code and tax.rate is not None else VAT[0][0]


def take_refusals(problems: Iterable[JsonProblem], head: forms.Form, lines: Sequence[forms.Form]) -> None:
    """Show each problem at the field that it is about; `lines` are those that were sent, in their order."""
    for problem in problems:
        of_line = _OF_A_LINE.match(problem.path)
        form = lines[int(of_line[1])] if of_line and int(of_line[1]) < len(lines) else head
        name = (of_line[2] or "") if of_line else re.split(r"[.\[]", problem.path)[0]
        name = "postcode" if problem.path.endswith(".postcode") else _FIELDS.get(name, name)
        if name in form.fields:
            says = problem.message.removeprefix(problem.path).strip()
            form.add_error(name, f"It {says} {problem.remedy}".strip())
        else:
            head.add_error(None, f"{problem.message} {problem.remedy}".strip())


def errors_of(lines: Iterable[forms.Form]) -> list[tuple[int, forms.BoundField, str]]:
    """What is wrong with each line: its number, the field and the sentence."""
    return [
        (number, field, str(error))
        for number, line in enumerate(lines, 1)
        if line.is_bound
        for field in line
        for error in field.errors
    ]


def without_empty(value: Mapping[str, Any]) -> dict[str, Any]:
    """JSON without what was left empty, but for the lines."""
    return {name: given for name, given in value.items() if given or name == "lines"}
