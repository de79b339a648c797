"""A school's row, and many from a CSV list."""

from typing import Any

from django import forms

from schoolgate.school.exchange.models import Destination, School


class SchoolForm(forms.ModelForm):  # type: ignore[type-arg]  # only its stubs are generic
    """School details and destination, as handbook 05 has them; the numbers are settled once the row is there."""

    class Meta:
        model = School
        fields = ("name", "la", "number", "destination_la", "user", "password")
        labels = {
            "name": "School Name",
            "la": "LA No.",
            "number": "School No.",
            "destination_la": "Destination",
            "user": "User Name",
            "password": "Password",
        }
        help_texts = {
            "la": "Three digits, of the LA the school belongs to.",
            "number": "Four digits, without the LA number.",
            "destination_la": "The LA that gets the school’s files.",
            "user": "As the LA gave it to this school. Left empty, the LA’s account for all schools is used.",
        }
        widgets = {
            "la": forms.TextInput(attrs={"inputmode": "numeric"}),
            "number": forms.TextInput(attrs={"inputmode": "numeric"}),
            "user": forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["name"].error_messages["required"] = "Enter the school’s name."
        if self.instance.pk is not None:
            for settled in ("la", "number", "destination_la"):
                del self.fields[settled]
            if self.instance.password:
                self.fields["password"].help_text = "Left empty, the password stays as it is."
            return
        self.fields["la"].error_messages["required"] = "Enter the LA number, three digits."
        self.fields["number"].error_messages["required"] = "Enter the school number, four digits."
        destinations = [(one.la, str(one)) for one in Destination.objects.all()]
        self.fields["destination_la"] = forms.ChoiceField(
            label="Destination",
            choices=destinations if len(destinations) == 1 else [("", "Choose the LA"), *destinations],
            help_text=self.Meta.help_texts["destination_la"],
            error_messages={"required": "Choose the LA that gets the school’s files."},
        )

    def clean(self) -> dict[str, Any]:
        """Without a user name no password is kept either."""
        given = super().clean() or {}
        if not given.get("user") and not given.get("password"):
            self.instance.password = ""
        return given


class ManySchoolsForm(forms.Form):
    """A CSV list of schools."""

    file = forms.FileField(
        label="CSV file",
        help_text="Its first line names the columns: School Name, LA No., School No., Dest. LA No., User Name, "
        "Password. The last two may be left empty.",
        error_messages={"required": "Choose the file first.", "missing": "Choose the file first."},
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv"}),
    )
