"""Make an invoice from an order, or a credit note from an invoice: its number and date, and of each line how many."""

from django import forms
from django.utils import timezone

from schoolgate.supplier.forms.lines import NumberedForms, TaxedForm

MOST_LINES = 200
"""An invoice of more is made by the API, which knows the order; the fields of a form have an end."""


class InvoiceForm(forms.Form):
    """What an invoice or credit note has besides its lines."""

    number = forms.CharField(label="Your number", help_text="By it the school’s finance system tells it from others.")
    date = forms.DateField(
        label="Date", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), initial=timezone.localdate
    )
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea(attrs={"rows": 2}))


class ChargeForm(TaxedForm):
    """How many of a line, at which VAT; empty or 0 leaves the line out."""

    quantity = forms.CharField(label="Quantity", required=False, widget=forms.TextInput(attrs={"inputmode": "decimal"}))

    field_order = ("quantity", "vat")

    @property
    def is_filled(self) -> bool:
        return bool((self.cleaned_data.get("quantity") or "").strip("0."))


ChargeForms = forms.formset_factory(
    ChargeForm, formset=NumberedForms, extra=0, max_num=MOST_LINES, absolute_max=MOST_LINES
)
