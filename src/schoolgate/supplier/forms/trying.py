"""Forms to check a document, and to test a service."""

from typing import Any

from django import forms

from schoolgate.commons.accounts.models import User
from schoolgate.supplier.forms.schools import school_field
from schoolgate.supplier.models.supplier import nine_digits
from schoolgate.wire.soap.contract import HISTORY


def _duns(label: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        validators=[nine_digits],
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "code"}),
    )


class CheckForm(forms.Form):
    """A document, as a file or pasted. `data` is what was given: bytes of a file, or text."""

    file = forms.FileField(
        label="File",
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".xml,text/xml,application/xml"}),
    )
    text = forms.CharField(
        label="Or paste it",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "class": "code", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        school = school_field(user)
        school.required = False
        school.help_text = "Then both DUNS numbers are compared with the supplier’s and the school’s."
        if isinstance(school, forms.ModelChoiceField):
            school.empty_label = "Not for one school"
        self.fields["buyer"] = school

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        file, text = cleaned.get("file"), cleaned.get("text", "")
        if file and text.strip():
            self.add_error("text", "Give a file or paste it, not both.")
        elif not file and not text.strip():
            self.add_error("file", "Choose a file, or paste the document.")
        else:
            cleaned["data"] = file.read() if file else text
        return cleaned


class TrialForm(forms.Form):
    """Which service, as which school, and what is to be tried beyond reading."""

    address = forms.CharField(
        label="Address of the service",
        max_length=500,
        help_text="https://shop.example/Service.asmx, yours or another’s.",
        widget=forms.TextInput(attrs={"class": "code", "inputmode": "url", "autocomplete": "off"}),
    )
    username = forms.CharField(
        label="User name",
        max_length=150,
        widget=forms.TextInput(attrs={"class": "code", "autocomplete": "off", "spellcheck": "false"}),
    )
    password = forms.CharField(
        label="Password",
        max_length=200,
        strip=False,
        help_text="It is kept, sealed, until the test begins, and nowhere after.",
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    supplier_duns = _duns("The supplier’s DUNS number")
    buyer_duns = _duns("The school’s DUNS number")
    order = forms.CharField(
        label="An order to send",
        required=False,
        help_text="Its XML. It is a real order for whoever runs the service. Empty: none is sent.",
        widget=forms.Textarea(attrs={"rows": 6, "class": "code", "spellcheck": "false"}),
    )
    change_password = forms.BooleanField(
        label="Have the service change the password",
        required=False,
        help_text="The new one is shown to you once, after the test; the old one is dead then.",
    )
    history = forms.CharField(
        label="Name of the history operation",
        max_length=100,
        initial=HISTORY,
        help_text="It was never published.",
        widget=forms.TextInput(attrs={"class": "code"}),
    )

    def clean_history(self) -> str:
        name: str = self.cleaned_data["history"]
        if not (name.isascii() and name.isidentifier()):
            raise forms.ValidationError("A name of letters and digits.")
        return name
