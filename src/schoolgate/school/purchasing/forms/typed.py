"""Fields for amounts and numbers that people write in more than one way."""

from typing import Any

from django import forms

from schoolgate.documents.identifiers import duns_fault
from schoolgate.school.purchasing.typed import plain_amount, plain_duns


class PoundsField(forms.DecimalField):
    """Pounds, as 1200.50 or £1,200.50."""

    widget = forms.TextInput(attrs={"inputmode": "decimal"})
    default_error_messages = {"invalid": "Type it in pounds and pence, such as 1200.50."}

    def to_python(self, value: Any) -> Any:
        return super().to_python(plain_amount(value) if isinstance(value, str) else value)


class DunsField(forms.CharField):
    """A DUNS number, with the hyphens that it is printed with or without."""

    def to_python(self, value: Any) -> str:
        return plain_duns(super().to_python(value) or "")

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value and (fault := duns_fault(value)) is not None:
            raise forms.ValidationError(fault.reason)
