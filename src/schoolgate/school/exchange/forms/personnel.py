"""The B2B:Personnel tab: its one address, and a school's row with the folders chosen for it (handbook 06)."""

from typing import Any

from django import forms

from schoolgate.school.exchange.models import PersonnelSchool

_FOLDER = {"spellcheck": "false", "autocomplete": "off"}


class PersonnelUrlForm(forms.Form):
    """The address for all schools."""

    address = forms.CharField(
        label="B2B:Personnel URL",
        required=False,
        max_length=300,
        help_text="As the LA gave it to you, for example https://exchange.bedford.example. "
        "Most LAs have one address for pupil and personnel files.",
        widget=forms.TextInput(attrs={"inputmode": "url", "spellcheck": "false"}),
    )


class PersonnelSchoolForm(forms.ModelForm):  # type: ignore[type-arg]  # only its stubs are generic
    """A school's row, as handbook 06 has it; the numbers are settled once it is there."""

    make_folders = forms.BooleanField(label="Make folders that are not there", required=False)

    class Meta:
        model = PersonnelSchool
        fields = ("name", "la", "number", "user", "password", "not_exported", "exported", "imported")
        labels = {"user": "User Name", "password": "Password"}
        help_texts = {
            "name": "As it stands in the files of your system: a file that says another name is not sent.",
            "la": "Three digits.",
            "number": "Four digits, without the LA number.",
            "user": "As the LA gave it to the school. Left empty, the account of its row for pupil files is used.",
            "not_exported": "Your system puts the school’s personnel files here. Whole path.",
            "exported": "Files that were sent are kept here, each with its receipt.",
            "imported": "Files that come from the LA are put here.",
        }
        widgets = {
            "la": forms.TextInput(attrs={"inputmode": "numeric"}),
            "number": forms.TextInput(attrs={"inputmode": "numeric"}),
            "user": forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
            "not_exported": forms.TextInput(attrs=_FOLDER),
            "exported": forms.TextInput(attrs=_FOLDER),
            "imported": forms.TextInput(attrs=_FOLDER),
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        missing = {
            "name": "Enter the school’s name.",
            "la": "Enter the LA number, three digits.",
            "number": "Enter the school number, four digits.",
            "not_exported": "Enter the folder that files are sent from.",
            "exported": "Enter the folder that sent files are kept in.",
            "imported": "Enter the folder that files from the LA are put into.",
        }
        for name, sentence in missing.items():
            self.fields[name].error_messages["required"] = sentence
        if self.instance.pk is not None:
            del self.fields["la"], self.fields["number"]
            if self.instance.password:
                self.fields["password"].help_text = "Left empty, the password stays as it is."

    def clean(self) -> dict[str, Any]:
        """Without a user name no password is kept either."""
        given = super().clean() or {}
        if not given.get("user") and not given.get("password"):
            self.instance.password = ""
        return given
