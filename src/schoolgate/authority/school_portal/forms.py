"""The forms of a school's own people."""

from typing import Any

from django import forms

from schoolgate.authority.bases.la import LA_NUMBER
from schoolgate.authority.bases.models import Base
from schoolgate.commons.accounts.models import LONGEST_USER_NAME


class InvitationForm(forms.Form):
    """Somebody who shall sign in for a school."""

    username = forms.CharField(
        max_length=LONGEST_USER_NAME,
        label="User name",
        help_text="What the person signs in with. An e-mail address will do.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )
    name = forms.CharField(max_length=150, label="Name")
    email = forms.EmailField(
        required=False, label="E-mail", help_text="Where mail can be sent, the address and the login go there."
    )


class UploadForm(forms.Form):
    """A file of a school, from the browser."""

    file = forms.FileField(
        label="File",
        allow_empty_file=True,
        error_messages={"required": "Choose the file first.", "missing": "Choose the file first."},
        widget=forms.FileInput(attrs={"accept": ".xml,text/xml,application/xml"}),
    )

    def __init__(self, base: Base, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        called = f"{base.dfe_number}_CES_{LA_NUMBER.get() or '820'}LLLL_038.xml"
        self.fields["file"].help_text = f"The pupil file from your MIS. It is called like {called}."
