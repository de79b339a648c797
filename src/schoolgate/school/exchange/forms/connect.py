"""Connect: the LA's letter or an account, and the folder."""

from pathlib import Path
from typing import Any

from django import forms

from schoolgate.school.exchange.administration.letters import read_letter

ADDRESS_HELP = "As it stands in the LA’s letter, for example https://exchange.bedford.example."


class LetterForm(forms.Form):
    """Address and connection code. A pasted link, or the whole letter, is taken apart whichever field it is in."""

    address = forms.CharField(
        label="Your LA’s address",
        required=False,
        max_length=2000,
        help_text=f"{ADDRESS_HELP} You may paste the whole link.",
        widget=forms.TextInput(attrs={"inputmode": "url", "spellcheck": "false", "autocomplete": "off"}),
    )
    code = forms.CharField(
        label="Connection code",
        required=False,
        max_length=2000,
        help_text="It is like K7QM-4TXP-2R. Capital and small letters are the same, and the hyphens may be left out.",
        widget=forms.TextInput(attrs={"class": "code", "spellcheck": "false", "autocomplete": "off"}),
    )

    def clean(self) -> dict[str, Any]:
        """The address and the code alone."""
        given = super().clean() or {}
        beside, typed = read_letter(given.get("address", "")), read_letter(given.get("code", ""))
        address = beside.address or typed.address or given.get("address", "")
        code = typed.code or (given.get("code", "") if not typed.address else "") or beside.code
        if not address:
            self.add_error("address", "Enter the LA’s address from its letter.")
        if not code:
            self.add_error("code", "Enter the connection code from the LA’s letter.")
        return {"address": address, "code": code}


class AccountForm(forms.Form):
    """Address, and a user name and password that the LA gave in place of a code."""

    address = forms.CharField(
        label="Your LA’s address",
        max_length=2000,
        help_text=ADDRESS_HELP,
        error_messages={"required": "Enter the LA’s address from its letter."},
        widget=forms.TextInput(attrs={"inputmode": "url", "spellcheck": "false", "autocomplete": "off"}),
    )
    user = forms.CharField(
        label="User Name",
        max_length=150,
        error_messages={"required": "Enter the user name that the LA gave you."},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    password = forms.CharField(
        label="Password",
        strip=False,
        max_length=500,
        error_messages={"required": "Enter the password that the LA gave you."},
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )

    def clean_address(self) -> str:
        given: str = self.cleaned_data["address"]
        return read_letter(given).address or given


class FolderForm(forms.Form):
    """Where the files are to lie."""

    root_folder = forms.CharField(
        label="Folder",
        max_length=500,
        help_text="It is made if it is not there. In it your LA gets a folder with Files Not Exported, where your MIS "
        "may save, and Files Exported, where each file goes with its receipt.",
        error_messages={"required": "Enter the whole path of the folder."},
        widget=forms.TextInput(attrs={"spellcheck": "false"}),
    )

    def clean_root_folder(self) -> Path:
        return Path(self.cleaned_data["root_folder"].strip())
