"""Compose a basket: its head, and as many lines as one likes."""

from collections.abc import Iterable
from typing import Any

from django import forms

from schoolgate.commons.accounts.models import User
from schoolgate.supplier.forms.lines import NumberedForms, TaxedForm, without_empty
from schoolgate.supplier.forms.schools import school_field
from schoolgate.supplier.models import Buyer, Kind

LINES_AT_FIRST, LINES_MORE = 10, 10
MOST_LINES = 200
"""A form of more is no form: such baskets come by the API, or as XML."""
KINDS = (Kind.ORDER, Kind.QUOTE)


def _typed(label: str, css: str = "", **attributes: str) -> forms.CharField:
    return forms.CharField(label=label, required=False, widget=forms.TextInput(attrs={"class": css, **attributes}))


class LineForm(TaxedForm):
    """One line; its fields are named as in the basket's JSON, but for `vat`, which is code and rate at once."""

    product = _typed("Product", "code")
    description = _typed("Description")
    quantity = _typed("Quantity", inputmode="numeric")
    unit = _typed("Unit", "code", list="units")
    unit_price = _typed("Price", inputmode="decimal")
    cost_centre = _typed("Cost centre", "code")
    ledger_code = _typed("Ledger code", "code")

    field_order = ("product", "description", "quantity", "unit", "unit_price", "vat", "cost_centre", "ledger_code")

    @property
    def is_filled(self) -> bool:
        return any(self.cleaned_data.get(name) for name in ("product", "description", "quantity", "unit_price"))

    def as_json(self) -> dict[str, Any]:
        typed = {name: value for name, value in self.cleaned_data.items() if name != "vat"}
        return without_empty({**typed, **self.tax})


LineForms = forms.formset_factory(
    LineForm, formset=NumberedForms, extra=LINES_AT_FIRST, max_num=MOST_LINES, absolute_max=MOST_LINES
)


class BasketForm(forms.Form):
    """What a basket has besides its lines."""

    kind = forms.ChoiceField(label="What is it?", choices=[(kind.value, kind.label) for kind in KINDS])
    reference = forms.CharField(
        label="Your reference",
        help_text="Comes back with the order.",
        error_messages={"required": "Type your reference: by it the order finds its basket."},
    )
    user = forms.CharField(
        label="The school’s user", required=False, help_text="Who filled the basket: name or log-in at your shop."
    )
    required_by = forms.DateField(
        label="Required by",
        required=False,
        help_text="Left empty, 14 days from today.",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    deliver_to = forms.CharField(
        label="Deliver to",
        required=False,
        help_text="The name on the first line, the address below.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    postcode = forms.CharField(label="Postcode", required=False)
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    doc_id = forms.CharField(label="Document id", required=False, help_text="Left empty, one is given.")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields = {"buyer": school_field(user), **self.fields}

    def as_json(self, lines: Iterable[LineForm]) -> dict[str, Any]:
        """The basket's JSON (docs/reference/basket-json.md) of valid forms, without what is empty."""
        typed = self.cleaned_data
        buyer: Buyer = typed["buyer"]
        name, *address = [line.strip() for line in typed["deliver_to"].splitlines() if line.strip()] or [""]
        return without_empty(
            {
                "id": typed["doc_id"],
                "kind": typed["kind"],
                "buyer": buyer.account_number or buyer.account.username,
                "reference": typed["reference"],
                "user": typed["user"],
                "required_by": typed["required_by"].isoformat() if typed["required_by"] else "",
                "delivery": without_empty({"name": name, "lines": address, "postcode": typed["postcode"]})
                if name or typed["postcode"]
                else {},
                "note": typed["note"],
                "lines": [line.as_json() for line in lines],
            }
        )
