"""The forms of a school's own people."""

from django import forms

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
    email = forms.EmailField(required=False, label="E-mail", help_text="The address and the login are sent there.")
