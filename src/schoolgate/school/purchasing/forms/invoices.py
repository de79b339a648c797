"""Forms of invoices that are entered by hand: what stands on the paper, and a form for each line."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.forms.formsets import BaseFormSet

from schoolgate.documents.ebis.money import NOTHING, money_text, number_text, to_pence
from schoolgate.school.purchasing.forms.orders import MOST_LINES, PRICE_DIGITS, PRICE_PLACES, Choices, NewLineForm
from schoolgate.school.purchasing.invoicing.entering import Credited, Ordered, Stated, Typed
from schoolgate.school.purchasing.models import InvoiceLine, OrderLine, Supplier, VatCode
from schoolgate.school.purchasing.orders import MOST_QUANTITY

PAPER_DIGITS = 10
"""Of an amount that is typed: up to 99,999,999.99 pounds."""


def _amount(label: str, *, required: bool = True, places: int = 2, digits: int = PAPER_DIGITS) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        required=required,
        min_value=0,
        max_digits=digits,
        decimal_places=places,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        error_messages={"required": "Type it as it stands on the paper.", "invalid": "Type it in pounds: 4.50."},
    )


def _quantity(label: str) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        required=False,
        min_value=0,
        max_value=MOST_QUANTITY,
        decimal_places=PRICE_PLACES,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        error_messages={"invalid": "Type how many, as a number."},
    )


class PaperForm(forms.Form):
    """The head and the totals of an invoice or credit note, as they stand on the paper."""

    number = forms.CharField(
        label="Number", max_length=100, widget=forms.TextInput(attrs={"class": "code", "autocomplete": "off"})
    )
    dated = forms.DateField(label="Date", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    due = forms.DateField(
        label="Due", required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    own_notes = forms.CharField(
        label="Notes", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )
    net = _amount("Total without VAT")
    gross = _amount("Total with VAT")

    def __init__(self, *args: Any, vat_codes: Iterable[VatCode], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.vat_codes = {f"vat-{code.pk}": code for code in vat_codes if code.rate}
        gross = self.fields.pop("gross")
        for name, code in self.vat_codes.items():
            self.fields[name] = _amount(f"VAT at {code.code}, {number_text(code.rate)} %", required=False)
        self.fields["gross"] = gross

    @property
    def head_fields(self) -> list[forms.BoundField]:
        """What stands above the lines."""
        return [field for field in self if field.name not in self._totals]

    @property
    def total_fields(self) -> list[forms.BoundField]:
        """What stands below them."""
        return [self[name] for name in self._totals]

    @property
    def _totals(self) -> tuple[str, ...]:
        return ("net", *self.vat_codes, "gross")

    def stated(self) -> Stated:
        """What the paper says, of a valid form."""
        typed = self.cleaned_data
        return Stated(
            number=typed["number"],
            dated=typed["dated"],
            net=typed["net"],
            gross=typed["gross"],
            vat={code: typed[name] for name, code in self.vat_codes.items() if typed[name] is not None},
            due=typed.get("due"),
            own_notes=typed["own_notes"].replace("\r\n", "\n").strip(),
        )


class InvoiceForm(PaperForm):
    """The head of an invoice without an order: whose it is is typed too."""

    supplier: "forms.ModelChoiceField[Supplier]" = forms.ModelChoiceField(
        Supplier.objects.all(),
        label="Supplier",
        empty_label="Choose the supplier",
        error_messages={"required": "Choose the supplier."},
    )
    field_order = ("supplier", "number", "dated", "due", "own_notes")


class CreditNoteForm(PaperForm):
    """The head of a credit note, by which nothing is due."""

    due = None  # type: ignore[assignment]  # Django's way to leave an inherited field out


class OrderedForm(forms.Form):
    """How many of an order's line the invoice has, and at what price; empty: none."""

    quantity = _quantity("Invoiced now")
    unit_price = _amount("Price", required=False, places=PRICE_PLACES, digits=PRICE_DIGITS)

    def __init__(self, data: Any, *, line: OrderLine) -> None:
        initial = {
            "quantity": number_text(line.not_invoiced) if line.not_invoiced else "",
            "unit_price": money_text(line.unit_price),
        }
        super().__init__(data, prefix=f"line-{line.number}", initial=initial)
        self.line = line
        _say_which(self)

    @property
    def title(self) -> str:
        """Which line it is."""
        return f"Line {self.line.number}"

    def clean(self) -> dict[str, Any]:
        """A line that is invoiced has a price."""
        typed = super().clean() or {}
        if typed.get("quantity") and typed.get("unit_price") is None and "unit_price" not in self.errors:
            self.add_error("unit_price", "Type its price without VAT.")
        return typed

    def entry(self) -> Ordered | None:
        """What of the line is invoiced; None: nothing."""
        quantity = self.cleaned_data["quantity"]
        return Ordered(self.line, quantity, self.cleaned_data["unit_price"]) if quantity else None


class CreditedForm(forms.Form):
    """How many of an invoice's line a credit note takes back, and how much net; both empty: nothing of it."""

    quantity = _quantity("Credited")
    net = _amount("Net credited", required=False)

    def __init__(self, data: Any, *, line: InvoiceLine, left: tuple[Decimal, Decimal]) -> None:
        super().__init__(data, prefix=f"line-{line.number}")
        self.line = line
        self.left_quantity, self.left_net = left
        _say_which(self)

    @property
    def title(self) -> str:
        """Which line it is."""
        return f"Line {self.line.number}"

    def entry(self) -> Credited | None:
        """What of the line is credited. Without an amount it is worked out from the quantity at the invoice's price."""
        quantity, net = self.cleaned_data["quantity"], self.cleaned_data["net"]
        if not quantity and not net:
            return None
        if net is None:
            # More than is left, of a line for none too, is refused when it is entered.
            whole = quantity >= self.left_quantity
            net = self.left_net if whole else to_pence(self.line.net * quantity / self.line.quantity)
        return Credited(self.line, quantity or NOTHING, net)


class TypedForm(NewLineForm):
    """A line of an invoice that is typed in full; one that nobody filled is left out."""

    # An order's is whole, an invoice's may be hours.
    quantity = forms.DecimalField(
        label="Quantity",
        min_value=0,
        max_value=MOST_QUANTITY,
        decimal_places=PRICE_PLACES,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        error_messages={"required": "Type how many.", "invalid": "Type how many, as a number."},
    )

    def entry(self) -> Typed:
        """The line as it was typed."""
        typed = self.cleaned_data
        return Typed(
            description=typed["description"],
            quantity=typed["quantity"],
            unit_price=typed["unit_price"],
            vat_code=self.vat_codes[typed["vat"]],
            coding=typed["coding"],
            part_number=typed["part_number"],
            unit=typed["unit"],
        )


class TypedForms(BaseFormSet):  # type: ignore[type-arg]  # not generic at run time
    """The lines that are typed."""

    def initial_form_count(self) -> int:
        """None: whatever stands in a line, it may be emptied, and is then left out."""
        return 0

    def entries(self) -> list[Typed]:
        """Those that somebody filled."""
        return [form.entry() for form in self.forms if form.has_changed()]


def typed_lines(data: Any, choices: Choices, extra: int, initial: list[dict[str, Any]] | None = None) -> TypedForms:
    """The forms of typed lines; `initial`: what stands in the first of them, `extra`: so many empty ones below."""
    number = len(initial or ()) + extra
    made: Any = forms.formset_factory(
        TypedForm, formset=TypedForms, extra=number, max_num=MOST_LINES, absolute_max=MOST_LINES
    )
    lines: TypedForms = made(data, prefix="new", initial=initial, form_kwargs={"choices": choices})
    return lines


def as_typed(data: Mapping[str, Any], choices: Choices) -> list[dict[str, Any]]:
    """What was typed into the lines, line by line, to be shown again in a longer list."""
    total = data.get("new-TOTAL_FORMS", "")
    number = min(int(total), MOST_LINES) if total.isascii() and total.isdigit() else 0
    names = list(TypedForm(choices=choices, prefix="new-0").fields)
    return [{name: data.get(f"new-{line}-{name}", "") for name in names} for line in range(number)]


def _say_which(form: "OrderedForm | CreditedForm") -> None:
    for field in form.fields.values():
        field.widget.attrs["aria-label"] = f"{form.title}, {str(field.label).lower()}"
