"""Forms of keys and webhooks."""

from django import forms

from schoolgate.supplier.api.keys import LONGEST_NAME
from schoolgate.supplier.forms.buyers import ForSupplier
from schoolgate.supplier.models import SCOPES
from schoolgate.supplier.webhooks.addresses import LONGEST_ADDRESS


class KeyForm(ForSupplier):
    """A key: what uses it, and what it may do."""

    name = forms.CharField(
        label="What uses it",
        max_length=LONGEST_NAME,
        help_text="Your shop, or the program’s name: it stands in the audit.",
    )
    scopes = forms.MultipleChoiceField(
        label="What it may do",
        choices=[(name, f"{words[:1].upper()}{words[1:]} ({name})") for name, words in SCOPES.items()],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one."},
    )


class WebhookForm(ForSupplier):
    """An address that is told of orders."""

    url = forms.CharField(
        label="Address",
        max_length=LONGEST_ADDRESS,
        help_text="https://shop.example/orders. It is sent a POST with JSON for each order that arrives.",
        widget=forms.TextInput(
            attrs={"class": "code", "inputmode": "url", "autocomplete": "off", "spellcheck": "false"}
        ),
    )
