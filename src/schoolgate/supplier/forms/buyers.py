"""Forms of schools: adding one, changing one, another password, and many from a list."""

from typing import Any

from django import forms

from schoolgate.commons.accounts.models import User
from schoolgate.commons.accounts.passwords import RULES_FOR_PROGRAMS
from schoolgate.supplier.buyers.accounts import CHANGEABLE
from schoolgate.supplier.models import Buyer, Supplier
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


class ChangeBuyerForm(BuyerFields):
    """A school as it was shown, sent along, and as it shall be."""

    def __init__(self, data: Any = None, *, buyer: Buyer) -> None:
        super().__init__(data, initial={name: getattr(buyer, name) for name in CHANGEABLE})
        for field in self.fields.values():
            field.show_hidden_initial = True

    def as_seen(self, buyer: Buyer) -> Buyer:
        """The school with the values that the person saw."""
        for name, field in self.fields.items():
            seen = field.to_python(self.data.get(self.add_initial_prefix(name), ""))
            setattr(buyer, name, _plain_lines(seen))
        return buyer

    def wanted(self) -> dict[str, Any]:
        """The values as typed, of a valid form."""
        return {name: _plain_lines(value) for name, value in self.cleaned_data.items()}

    def show_both(self, now: Buyer) -> None:
        """Somebody else has changed it: say at each field what stands there now, and take that as seen."""
        data = dict(self.data.items())
        for name, field in self.fields.items():
            seen, stands = self.data.get(self.add_initial_prefix(name), ""), field.prepare_value(getattr(now, name))
            text = "" if stands is None else str(stands)
            if _plain_lines(seen) != text:
                self.add_error(name, f"Somebody has changed this meanwhile. It is now: {text or '(empty)'}")
            data[self.add_initial_prefix(name)] = text
        self.data = data


class BuyersListForm(ForSupplier):
    """A list of schools."""

    file = forms.FileField(
        label="CSV file",
        help_text="Columns: name, DUNS, user; if wanted account number, password, e-mail, expiry days.",
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv"}),
    )


def _plain_lines(value: Any) -> Any:
    """Browsers send line ends as two characters."""
    return value.replace("\r\n", "\n") if isinstance(value, str) else value
