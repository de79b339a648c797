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


class UndoForm(forms.Form):
    """Why an import is undone."""

    reason = forms.CharField(
        label="Why it is undone",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Your colleagues read this. Name no child.",
        error_messages={"required": "Say why, so that your colleagues know."},
    )


class FirstLoadForm(forms.Form):
    """Records that another system holds."""

    file = forms.FileField(
        label="File",
        help_text="CSV, CTF or CES, of one school or of all.",
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xml,text/csv,text/xml"}),
    )


class AddressListForm(forms.Form):
    """The authority's own list of addresses."""

    file = forms.FileField(
        label="CSV file",
        help_text="A line names the columns; each further line is one address.",
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv"}),
    )


class AddressesWithoutListForm(forms.Form):
    """What happens to addresses while there is no list."""

    taken = forms.BooleanField(
        required=False,
        label="Take addresses as they are sent while no list is loaded",
        help_text="Without it no address is taken until a list is there.",
    )
