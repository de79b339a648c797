"""Connect: the LA's letter or an account, and the folder."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django import forms

from schoolgate.school.exchange.administration.letters import read_letter

ADDRESS_HELP = "As it stands in the LA’s letter, for example https://exchange.bedford.example."


class LetterForm(forms.Form):
    """Address and connection code. A pasted link, or the whole letter, is taken apart whichever field it is in."""

    address = forms.CharField(
        label="Your LA’s address",
        max_length=300,
        help_text=f"{ADDRESS_HELP} You may paste the whole link.",
        error_messages={"required": "Enter the LA’s address from its letter."},
        widget=forms.TextInput(attrs={"inputmode": "url", "spellcheck": "false", "autocomplete": "off"}),
    )
    code = forms.CharField(
        label="Connection code",
        max_length=40,
        help_text="It is like K7QM-4TXP-2R. Capital and small letters are the same, and the hyphens may be left out.",
        error_messages={"required": "Enter the connection code from the LA’s letter."},
        widget=forms.TextInput(attrs={"class": "code", "spellcheck": "false", "autocomplete": "off"}),
    )

    def __init__(self, data: Mapping[str, str] | None = None, *, initial: dict[str, Any] | None = None) -> None:
        super().__init__(None if data is None else _taken_apart(data), initial=initial)


def _taken_apart(data: Mapping[str, str]) -> dict[str, str]:
    given_address, given_code = data.get("address", ""), data.get("code", "")
    beside, typed = read_letter(given_address), read_letter(given_code)
    return {
        "address": beside.address or typed.address or ("" if beside.code else given_address),
        "code": typed.code or beside.code or ("" if typed.address else given_code),
    }


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
