"""Forms of orders: the head, and a form for each line, which knows the year's codings and the VAT codes."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.forms.formsets import BaseFormSet
from django.utils import timezone

from schoolgate.documents.ebis.money import number_text
from schoolgate.school.purchasing.forms.typed import PoundsField
from schoolgate.school.purchasing.models import Coding, FinancialYear, Order, OrderLine, Supplier, VatCode
from schoolgate.school.purchasing.orders import MOST_QUANTITY, Goods, Head, LineWanted

LINES_AT_FIRST, LINES_MORE, MOST_LINES = 10, 5, 200
PRICE_DIGITS, PRICE_PLACES = 12, 4
NO_SUCH_CODING = "Choose a fund, ledger code and cost centre that are linked and open, such as 01 / E19 / ENG."


@dataclass(frozen=True)
class Choices:
    """What a line may be coded to, by how it is typed, and its VAT codes by code; read once for all lines."""

    codings: dict[str, Coding]
    vat: dict[str, VatCode]

    @classmethod
    def of(cls, year: FinancialYear) -> "Choices":
        """Those that are open in a year."""
        codings = Coding.objects.filter(year=year).select_related("fund", "ledger_code", "cost_centre")
        return cls(
            {_as_typed(str(coding)): coding for coding in codings if coding.is_open},
            {code.code: code for code in VatCode.objects.filter(open=True)},
        )


class LineForm(forms.Form):
    """What may change of any line. `wanted` gives it, once the form is valid."""

    quantity = forms.IntegerField(
        label="Quantity",
        min_value=1,
        max_value=MOST_QUANTITY,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        error_messages={
            "required": "Type how many.",
            "invalid": "It must be a whole number.",
            "min_value": "It must be a whole number above 0. To order none, take the line off.",
            "max_value": f"It must be at most {MOST_QUANTITY:,}.",
        },
    )
    vat = forms.ChoiceField(label="VAT")
    coding = forms.CharField(
        label="Fund / Ledger code / Cost centre",
        widget=forms.TextInput(attrs={"class": "code", "list": "codings", "autocomplete": "off"}),
        error_messages={"required": NO_SUCH_CODING},
    )
    off = forms.BooleanField(label="Take off", required=False)

    def __init__(self, *args: Any, choices: Choices, line: OrderLine | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choices, self.line = choices, line
        self.vat_codes = dict(choices.vat)
        if line is not None:
            self.vat_codes.setdefault(line.vat_code.code, line.vat_code)
        vat: Any = self.fields["vat"]
        vat.choices = [(code, f"{code}, {number_text(one.rate)} %") for code, one in self.vat_codes.items()]
        usual = [code for code, one in choices.vat.items() if one.standard]
        vat.initial = max(usual, key=lambda code: choices.vat[code].rate, default=None)
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = f"{self.title}, {str(field.label).lower()}"

    @property
    def title(self) -> str:
        """Which line it is, for who hears the page and where its faults are told."""
        if self.line is not None:
            return f"Line {self.line.number}"
        return f"New line {int(str(self.prefix).rpartition('-')[2]) + 1}"

    def clean_coding(self) -> Coding:
        """The coding that was typed, in any case and spacing."""
        coding = self.choices.codings.get(_as_typed(self.cleaned_data["coding"]))
        if coding is None:
            raise forms.ValidationError(NO_SUCH_CODING)
        return coding

    def clean(self) -> dict[str, Any]:
        """What is typed in a line that is taken off does not matter."""
        typed = super().clean() or {}
        if typed.get("off"):
            self.errors.clear()
        return typed

    def wanted(self) -> LineWanted:
        """What the line is to be."""
        typed, line = self.cleaned_data, self.line
        if line is not None and typed.get("off"):
            return LineWanted(line.quantity, line.vat_code, line.coding, number=line.number, off=True)
        return LineWanted(
            typed["quantity"],
            self.vat_codes[typed["vat"]],
            typed["coding"],
            goods=self.goods(),
            number=line.number if line is not None else None,
        )

    def goods(self) -> Goods | None:
        """What it is for; None: that is the supplier's, and stays."""
        return None


class OwnLineForm(LineForm):
    """A line of an order that is raised here: what it is for, and at what price, is typed too."""

    part_number = forms.CharField(
        label="Part number", required=False, max_length=60, widget=forms.TextInput(attrs={"class": "code"})
    )
    description = forms.CharField(label="Description", max_length=500, error_messages={"required": "Type what it is."})
    unit = forms.CharField(label="Unit", required=False, max_length=10)
    unit_price = PoundsField(
        label="Price",
        min_value=0,
        max_digits=PRICE_DIGITS,
        decimal_places=PRICE_PLACES,
        error_messages={"required": "Type its price without VAT.", "invalid": "Type it in pounds, such as 4.50."},
    )

    field_order = ("part_number", "description", "quantity", "unit", "unit_price", "vat", "coding", "off")

    def goods(self) -> Goods:
        """As it was typed."""
        typed = self.cleaned_data
        return Goods(typed["description"], typed["unit_price"], typed["part_number"], typed["unit"])


class NewLineForm(OwnLineForm):
    """A line that is not there yet; one that nobody filled is left out."""

    off = None  # type: ignore[assignment]  # Django's way to leave an inherited field out


class NewLineForms(BaseFormSet):  # type: ignore[type-arg]  # not generic at run time
    """The lines that are added, numbered on from those that are there."""

    def wanted(self) -> list[LineWanted]:
        """Those that somebody filled."""
        return [form.wanted() for form in self.forms if form.has_changed()]


def new_lines(data: Any, choices: Choices, extra: int) -> NewLineForms:
    """The forms of lines to add; `extra`: so many empty ones."""
    made: Any = forms.formset_factory(
        NewLineForm, formset=NewLineForms, extra=extra, max_num=MOST_LINES, absolute_max=MOST_LINES
    )
    forms_of_lines: NewLineForms = made(data, prefix="new", form_kwargs={"choices": choices})
    return forms_of_lines


def line_form(line: OrderLine, order: Order, data: Any, choices: Choices) -> LineForm:
    """The form of a line that is there, as it stands."""
    initial = {
        "quantity": line.quantity,
        "vat": line.vat_code.code,
        "coding": str(line.coding),
        "off": line.removed_at is not None,
        "part_number": line.part_number,
        "description": line.description,
        "unit": line.unit,
        "unit_price": line.unit_price,
    }
    made = LineForm if order.is_content_order else OwnLineForm
    return made(data, prefix=f"line-{line.number}", initial=initial, choices=choices, line=line)


class HeadForm(forms.ModelForm):  # type: ignore[type-arg]  # only its stubs are generic
    """What a person writes on the head of an order."""

    class Meta:
        model = Order
        fields = ("delivery_address", "required_by", "own_notes")
        help_texts = {
            "delivery_address": "The establishment’s name alone in the first line, its address below.",
            "own_notes": "For the office. They do not go to the supplier.",
        }
        widgets = {
            "delivery_address": forms.Textarea(attrs={"rows": 5}),
            "required_by": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            "own_notes": forms.Textarea(attrs={"rows": 5}),
        }

    def clean_required_by(self) -> date | None:
        """A day that somebody types is to come; one that a supplier's site named stays as it is."""
        typed: date | None = self.cleaned_data["required_by"]
        if typed is not None and "required_by" in self.changed_data and typed < timezone.localdate():
            raise forms.ValidationError("This day is past. Leave it empty if there is no hurry.")
        return typed

    @property
    def head(self) -> Head:
        """As it was typed, of a valid form; browsers send line ends as two characters."""
        typed = self.cleaned_data
        return Head(_lines(typed["delivery_address"]), typed["required_by"], _lines(typed["own_notes"]))


class RaiseForm(HeadForm):
    """The head of an order that is raised here."""

    supplier: "forms.ModelChoiceField[Supplier]" = forms.ModelChoiceField(
        Supplier.objects.filter(open=True),
        label="Supplier",
        empty_label="Choose the supplier",
        error_messages={"required": "Choose the supplier."},
    )

    field_order = ("supplier", "required_by", "delivery_address", "own_notes")


class ReasonForm(forms.Form):
    """Why something is done that needs a reason."""

    reason = forms.CharField(max_length=300, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, label: str, required: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = label
        self.fields["reason"].required = required


def _as_typed(text: str) -> str:
    return "/".join(part.strip() for part in text.split("/")).casefold()


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").strip()
