"""Forms of the service's settings, its suppliers, and who works for them."""

from typing import Any

from django import forms

from schoolgate.commons.accounts.models import User
from schoolgate.commons.web.seen import SeenForm
from schoolgate.supplier.buyers.suppliers import STAFF
from schoolgate.supplier.models import Supplier
from schoolgate.supplier.models.buyer import MOST_EXPIRY_DAYS


class ServiceForm(SeenForm):
    """What holds for the whole service."""

    name = forms.CharField(
        label="Name of the service",
        max_length=150,
        required=False,
        help_text="As schools know it. It stands on every page.",
    )
    contact = forms.CharField(
        label="Whom to ask",
        max_length=300,
        required=False,
        help_text="Name, telephone and hours, told to schools on the service’s page and on connection sheets.",
    )
    expiry_days = forms.IntegerField(
        label="Days until a document expires",
        min_value=1,
        max_value=MOST_EXPIRY_DAYS,
        help_text="That no school has taken. A school may have days of its own. Documents that wait keep theirs.",
    )
    warning_days = forms.IntegerField(
        label="Days before that you are told", min_value=0, max_value=365, help_text="On Today, and by mail."
    )
    refuse_other_duns = forms.BooleanField(
        label="Refuse orders that name another DUNS number",
        required=False,
        help_text="Than the supplier’s or the school’s. Else it is noted on the order.",
    )
    refuse_profile_findings = forms.BooleanField(
        label="Refuse orders that do not keep the UK Gov profile",
        required=False,
        help_text="Our reconstruction of it, stricter than the schema. Else what is found is noted on the order.",
    )


class AddSupplierForm(forms.Form):
    """A supplier: its name, and the number by which schools know it."""

    name = forms.CharField(label="Name", max_length=150)
    duns = forms.CharField(
        label="DUNS number",
        max_length=20,
        help_text="The company’s nine digits. Every document names it.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "code"}),
    )


class ChangeSupplierForm(SeenForm, AddSupplierForm):
    """A supplier as it was shown, and as it shall be."""


class MemberForm(forms.Form):
    """Somebody who shall work for a supplier."""

    person = forms.ModelChoiceField(User.objects.none(), label="Add somebody", empty_label="Choose a member of staff")

    def __init__(self, *args: Any, supplier: Supplier, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people: Any = self.fields["person"]
        people.queryset = User.objects.filter(role=STAFF, is_active=True).exclude(memberships__supplier=supplier)

    @property
    def has_choice(self) -> bool:
        """Whether there is anybody to add."""
        people: Any = self.fields["person"]
        return bool(people.queryset.exists())
