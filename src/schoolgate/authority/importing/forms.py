"""Forms of what an import goes by."""

from typing import Any

from django import forms

from schoolgate.authority.importing.models.assignment import LONGEST_NOTE


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
    oldest_unmatched = forms.IntegerField(
        label="Oldest age of unmatched pupils",
        min_value=0,
        max_value=120,
        help_text="In years. Older ones wait, and are not listed; 0 lists all.",
    )


class UndoForm(forms.Form):
    """Why an import is undone."""

    reason = forms.CharField(
        label="Why it is undone",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Your colleagues read this. Name nobody.",
        error_messages={"required": "Say why, so that your colleagues know."},
    )


class MergeForm(forms.Form):
    """Two pupils are one child."""

    reason = forms.CharField(
        label="Why they are one child",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Your colleagues read this. Name nobody.",
        error_messages={"required": "Say why, so that your colleagues know."},
    )
    sure = forms.BooleanField(
        label="I am sure: merging cannot be undone",
        error_messages={"required": "Say that you are sure: merging cannot be undone."},
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


class NoteForm(forms.Form):
    """What colleagues are let know of a pupil."""

    text = forms.CharField(label="Note", max_length=LONGEST_NOTE, widget=forms.Textarea(attrs={"rows": 2}))


class DecideManyForm(forms.Form):
    """One decision for many pupils."""

    choice = forms.ChoiceField(
        label="What is to become of them",
        choices=[
            ("accept", "Accept: what the school sends is held from now on"),
            ("discard", "Discard: what you hold stays; the next file asks again"),
            ("never-again", "Discard and don't ask again, until the school says something else"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what is to become of them."},
    )
    reason = forms.CharField(
        label="Why", required=False, max_length=500, help_text="Your colleagues read this. Name nobody."
    )
    number = forms.CharField(required=False, help_text="These are many: type their number, so that it is no slip.")
    seen = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, pupils: int, people: str, must_type: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._pupils, self._people = pupils, people
        self.fields["number"].label = f"Number of {people}"
        if not must_type:
            del self.fields["number"]

    def clean_number(self) -> str:
        typed: str = self.cleaned_data["number"]
        if typed.replace(",", "").strip() != str(self._pupils):
            raise forms.ValidationError(f"Type {self._pupils}, the number of {self._people}.")
        return typed


class UnmatchForm(forms.Form):
    """Why a match is taken back."""

    reason = forms.CharField(
        label="Why it is not the same child",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Your colleagues read this. Name nobody.",
        error_messages={"required": "Say why, so that your colleagues know."},
    )
