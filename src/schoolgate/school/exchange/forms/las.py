"""An LA's entry."""

from typing import Any

from django import forms

from schoolgate.school.exchange.models import Destination


class DestinationForm(forms.ModelForm):  # type: ignore[type-arg]  # only its stubs are generic
    """An LA's entry. Its number is settled once it is added: folders and files are named after it."""

    class Meta:
        model = Destination
        fields = ("la", "name", "address", "user", "password", "contact")
        labels = {"user": "User Name", "password": "Password"}
        help_texts = {
            "la": "Three digits. Withdrawn numbers such as 820 are allowed.",
            "address": "As the LA gave it to you, for example https://exchange.bedford.example.",
            "user": "As the LA gave it to you. Left empty when each school has an account of its own.",
            "contact": "Name, telephone and hours of whoever helps you at the LA. Left empty, the LA is asked.",
        }
        widgets = {
            "la": forms.TextInput(attrs={"inputmode": "numeric"}),
            "address": forms.TextInput(attrs={"inputmode": "url", "spellcheck": "false"}),
            "user": forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self.fields.values():
            field.error_messages["required"] = "Enter it as the LA gave it to you."
        self.fields["name"].required = False
        self.fields["name"].help_text = "Left empty, it is taken from the list of LAs."
        if self.instance.pk is not None:
            del self.fields["la"]
            if self.instance.password:
                self.fields["password"].help_text = "Left empty, the password stays as it is."

    def clean(self) -> dict[str, Any]:
        """Without a user name no password is kept either."""
        given = super().clean() or {}
        if not given.get("user") and not given.get("password"):
            self.instance.password = ""
        return given
