"""Forms of schools: adding one, changing one, another password, and many from a list."""

from typing import Any

from django import forms

from schoolgate.commons.accounts.models import User
from schoolgate.commons.accounts.passwords import RULES_FOR_PROGRAMS
from schoolgate.commons.web.seen import SeenForm
from schoolgate.supplier.models import Supplier
from schoolgate.supplier.models.buyer import MOST_EXPIRY_DAYS

PASSWORD_HELP = f"Leave empty for one that is made up. Else: {'; '.join(RULES_FOR_PROGRAMS)}."


class ForSupplier(forms.Form):
    """A form for something of one supplier: chosen where the person sees several, the only one else."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        suppliers = Supplier.objects.visible_to(user)
        self._suppliers = list(suppliers[:2])
        if len(self._suppliers) > 1:
            chosen: Any = forms.ModelChoiceField(suppliers, label="Supplier", empty_label="Choose a supplier")
            self.fields = {"supplier": chosen, **self.fields}

    @property
    def supplier(self) -> Supplier:
        """Of a valid form. There is one: `has_supplier`."""
        chosen: Supplier = self.cleaned_data.get("supplier") or self._suppliers[0]
        return chosen

    @property
    def has_supplier(self) -> bool:
        """Whether this person works for any supplier at all."""
        return bool(self._suppliers)


class BuyerFields(forms.Form):
    """What is known of a school; field for field `accounts.CHANGEABLE`."""

    name = forms.CharField(label="School", max_length=150)
    duns = forms.CharField(
        label="DUNS number",
        max_length=20,
        help_text="Nine digits, as the school’s finance system has them. Each basket names it.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "code"}),
    )
    account_number = forms.CharField(
        label="Account number",
        max_length=50,
        required=False,
        help_text="Your number for the school. Its finance system may compare it.",
        widget=forms.TextInput(attrs={"class": "code"}),
    )
    email = forms.EmailField(
        label="E-mail", required=False, help_text="Where the connection sheet is sent. Nothing else is."
    )
    expiry_days = forms.IntegerField(
        label="Days until its documents expire",
        required=False,
        min_value=1,
        max_value=MOST_EXPIRY_DAYS,
        help_text="Empty: as for all schools.",
    )
    notes = forms.CharField(
        label="Notes", max_length=2_000, required=False, strip=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class PasswordField(forms.Form):
    """A password that is given, or made up."""

    password = forms.CharField(
        label="Password",
        required=False,
        max_length=200,
        strip=False,
        help_text=PASSWORD_HELP,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "code"}),
    )


class AddBuyerForm(ForSupplier, BuyerFields, PasswordField):
    """A school with the account that its finance system calls by."""

    user = forms.CharField(
        label="User name",
        max_length=150,
        help_text="What the school’s finance system calls by: often the one it has in your shop.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "code"}),
    )

    field_order = ("supplier", "name", "duns", "user", "password", "account_number", "email", "expiry_days", "notes")


class ChangeBuyerForm(SeenForm, BuyerFields):
    """A school as it was shown, and as it shall be."""


class BuyersListForm(ForSupplier):
    """A list of schools."""

    file = forms.FileField(
        label="CSV file",
        help_text="Columns: name, DUNS, user; if wanted account number, password, e-mail, expiry days.",
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv"}),
    )
