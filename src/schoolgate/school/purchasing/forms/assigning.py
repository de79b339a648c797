"""The form in which a person says what an invoice or credit note is for."""

from typing import Any

from django import forms

from schoolgate.school.purchasing.invoicing.assigning import CREDIT_NOTE, invoices_for, orders_for
from schoolgate.school.purchasing.models import FetchedDocument, Invoice


class _Field(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic at run time
    def label_from_instance(self, obj: Any) -> str:
        name = f"{str(obj).capitalize()} for {obj.order}" if isinstance(obj, Invoice) else f"Order {obj.number}"
        return f"{name}, {obj.dated:%d %b %Y}, £{obj.gross:,.2f} gross, {obj.get_state_display().lower()}"


class AssignForm(forms.Form):
    """Which of the supplier's orders an invoice is for, or which of its invoices a credit note credits."""

    def __init__(self, data: Any = None, *, document: FetchedDocument) -> None:
        super().__init__(data)
        of_note = document.kind == CREDIT_NOTE
        what = "invoice" if of_note else "order"
        self.fields["target"] = _Field(
            invoices_for(document) if of_note else orders_for(document),
            label="It credits" if of_note else "It is for",
            empty_label=f"Choose the {what}",
            error_messages={"required": f"Choose the {what}.", "invalid_choice": f"Choose one {what} of the list."},
        )
