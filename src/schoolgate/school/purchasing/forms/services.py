"""Forms of web services: one, and who sells through it."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import Q

from schoolgate.commons.web.seen import SeenForm
from schoolgate.school.purchasing.models import Supplier, WebService

CODE = {"class": "code", "autocomplete": "off", "spellcheck": "false"}


class ServiceForm(SeenForm):
    """A web service, field for field `services.CHANGEABLE`, with its password, which shows itself to nobody."""

    name = forms.CharField(label="Name", max_length=80, help_text="What you call it; often the supplier’s name.")
    url = forms.CharField(
        label="Address",
        max_length=500,
        help_text="The supplier tells it. It begins with https:// and often ends in .asmx.",
        widget=forms.TextInput(attrs={**CODE, "inputmode": "url"}),
    )
    username = forms.CharField(
        label="User name",
        max_length=150,
        help_text="Often that of your school’s account at the supplier’s web site.",
        widget=forms.TextInput(attrs=CODE),
    )
    password = forms.CharField(
        label="Password",
        max_length=300,
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    soap_version = forms.ChoiceField(
        label="SOAP version",
        choices=[("1.1", "1.1"), ("1.2", "1.2")],
        initial="1.1",
        help_text="Leave it at 1.1 unless the supplier says otherwise.",
    )
    history_method = forms.CharField(
        label="Name of the history method",
        max_length=60,
        initial="FetchHistory",
        help_text="The operation that lists documents since a day. Leave it unless the supplier names another one.",
        widget=forms.TextInput(attrs=CODE),
    )
    safe_to_repeat = forms.BooleanField(
        label="An order that comes twice is one order there",
        required=False,
        help_text="Tick it only where the supplier says so; Test Connection tells of a service that says so itself. An "
        "order whose answer was lost is then sent again by itself; else a person is asked.",
    )

    def __init__(self, data: Any = None, *, now: Mapping[str, Any]) -> None:
        super().__init__(data, now=now)
        # It would come back with whatever was typed.
        self.fields["password"].show_hidden_initial = False
        if now:
            self.fields["password"].help_text = "Left empty, the password stays as it is."
        else:
            self.fields["password"].required = True
            self.fields["password"].error_messages["required"] = "Enter the password."

    @property
    def secret(self) -> str:
        """What was typed as the password, of a valid form; empty: nothing."""
        typed: str = self.cleaned_data["password"]
        return typed

    @property
    def values(self) -> dict[str, Any]:
        """What was typed, of a valid form, without the password."""
        return {name: value for name, value in self.wanted.items() if name != "password"}

    @property
    def values_seen(self) -> dict[str, Any]:
        """What the reader saw; a password is never shown."""
        return {name: value for name, value in self.seen.items() if name != "password"}


class LinkedSuppliersForm(forms.Form):
    """Who sells through a service: its suppliers ticked, and those of no service offered."""

    suppliers: Any = forms.ModelMultipleChoiceField(
        Supplier.objects.none(), label="Suppliers", required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data: Any = None, *, service: WebService) -> None:
        offered = Supplier.objects.filter(Q(web_service=service) | Q(web_service=None, open=True))
        super().__init__(data, initial={"suppliers": [one.pk for one in offered if one.web_service_id]})
        chosen: Any = self.fields["suppliers"]
        chosen.queryset = offered
