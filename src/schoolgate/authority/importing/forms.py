"""Forms of what an import goes by."""

from django import forms


class SystemDefaultsForm(forms.Form):
    """What is set for all schools (reference 9.1)."""

    guidmatch = forms.BooleanField(
        required=False,
        label="GUIDMATCH",
        help_text="A pupil is found by the GUID, the key that the school's own system has for it, where names or birth "
        "agree too. Without it by UPN and names alone: a child whose UPN and name both changed is then new.",
    )
    only_active = forms.BooleanField(
        required=False,
        label="Match only active students",
        help_text="Pupils on no school's roll are not looked for, and you are not told of them: a child who comes back "
        "is then new. Without it such a match waits for a person.",
    )
