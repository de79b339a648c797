"""A new password for an account at an LA."""

from typing import Any

from django import forms

MADE, TYPED = "made", "typed"


class AccountPasswordForm(forms.Form):
    """A password that is made here, or one that somebody chooses. The LA judges it."""

    how = forms.ChoiceField(
        label="The new password",
        choices=[
            (MADE, "Make one for me (recommended): nobody needs to know it"),
            (TYPED, "I type one, because another program or person uses this account too"),
        ],
        initial=MADE,
        widget=forms.RadioSelect,
    )
    password = forms.CharField(
        label="Password",
        required=False,
        strip=False,
        max_length=500,
        help_text="Only if you type one.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        """A typed one must be there."""
        given = super().clean() or {}
        if given.get("how") == TYPED and not given.get("password"):
            self.add_error("password", "Type the new password, or have one made.")
        return given
