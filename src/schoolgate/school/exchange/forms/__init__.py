"""The forms of the school's pages."""

from pathlib import Path
from typing import Any

from django import forms

from schoolgate.school.exchange.models import Destination
from schoolgate.school.exchange.preferences import ROOT_FOLDER, SCHOOL_NAME, SETTLE_SECONDS


class SendForm(forms.Form):
    """A file from the browser."""

    file = forms.FileField(
        label="File",
        allow_empty_file=True,
        help_text="The pupil file from your MIS, called like 8204321_CES_820LLLL_038.xml.",
        error_messages={"required": "Choose the file first.", "missing": "Choose the file first."},
        widget=forms.FileInput(attrs={"accept": ".xml,text/xml,application/xml"}),
    )


class SiteForm(forms.Form):
    """The school's own settings."""

    school_name = forms.CharField(
        label="Name of the school", required=False, max_length=150, help_text="It stands at the top of every page."
    )
    root_folder = forms.CharField(
        label="Root folder",
        max_length=500,
        help_text="In it each LA gets a folder with Files Not Exported and Files Exported. When you change it, "
        "files at the old place stay there: move them yourself.",
    )
    settle_seconds = forms.IntegerField(
        label="Seconds a file must stay as it is before it is taken", min_value=SETTLE_SECONDS.minimum, max_value=3600
    )

    @classmethod
    def as_it_is(cls) -> "SiteForm":
        """The form with what is set now."""
        return cls(
            initial={
                "school_name": SCHOOL_NAME.get(),
                "root_folder": ROOT_FOLDER.get(),
                "settle_seconds": SETTLE_SECONDS.get(),
            }
        )

    def clean_root_folder(self) -> Path:
        return Path(self.cleaned_data["root_folder"].strip())


class DestinationForm(forms.ModelForm):  # type: ignore[type-arg]  # only its stubs are generic
    """An LA's entry. Its number is settled once it is added: folders and files are named after it."""

    class Meta:
        model = Destination
        fields = ("la", "name", "address", "user", "password", "contact")
        labels = {"password": "Password"}
        help_texts = {
            "la": "Three digits. Withdrawn numbers such as 820 are allowed.",
            "address": "As the LA gave it to you, for example https://exchange.bedford.example.",
            "user": "As the LA gave it to you.",
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
        if self.instance.pk is None:
            self.fields["password"].required = True
        else:
            del self.fields["la"]
            self.fields["password"].help_text = "Left empty, the password stays as it is."
