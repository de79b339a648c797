"""The forms of requests: writing one down, answering it, erasing."""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone

from schoolgate.authority.records.models import Pupil
from schoolgate.authority.requests.erasing import RULES
from schoolgate.authority.requests.models import Kind, State
from schoolgate.authority.requests.models.data_request import LONGEST_ASKED_BY, LONGEST_OUTCOME
from schoolgate.authority.requests.names import is_name_of, name_to_type

LONGEST_REASON = 300

_NAME_NOBODY = "It stands in the audit for good: name nobody."


class RequestForm(forms.Form):
    """What is asked for, by whom, and when that came."""

    kind = forms.ChoiceField(
        label="What is asked for",
        choices=[
            (Kind.ACCESS, "All that is held (access)"),
            (Kind.ERASURE, "That the record be erased"),
            (Kind.CORRECTION, "That something be corrected"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what is asked for."},
    )
    asked_by = forms.CharField(
        label="Who asks",
        max_length=LONGEST_ASKED_BY,
        help_text="Name, and how you know that this person may ask: “Mrs Okafor, mother; passport seen”.",
        error_messages={"required": "Say who asks, and how you know."},
    )
    received = forms.DateField(
        label="Received on",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text="The day on which it came in, whoever it came to. It is due one calendar month later.",
        error_messages={"required": "Say when it came.", "invalid": "A date is written 2026-11-19."},
    )

    def clean_received(self) -> date:
        received: date = self.cleaned_data["received"]
        if received > timezone.localdate():
            raise forms.ValidationError("This day has yet to come.")
        return received


class CloseForm(forms.Form):
    """How a request ends, and what was answered."""

    state = forms.ChoiceField(
        label="How it ends",
        choices=[(State.DONE, "Done"), (State.REFUSED, "Refused")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how it ends."},
    )
    outcome = forms.CharField(
        label="What was answered",
        max_length=LONGEST_OUTCOME,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=f"If it is refused, the law by which. {_NAME_NOBODY}",
        error_messages={"required": "Say what was answered, so that it can be told later."},
    )


class PackForm(forms.Form):
    """What goes into a pack beside what is always in it, and that somebody was careful."""

    with_own_words = forms.BooleanField(
        label="Put in what colleagues wrote. I have read it, and it tells of nobody else",
        required=False,
    )
    sure = forms.BooleanField(
        label="I know who asks, and that this person may have it",
        error_messages={"required": "Make sure who asks, then tick this: all that is held leaves the house."},
    )

    def __init__(self, *args: Any, own_words: int, **options: Any) -> None:
        super().__init__(*args, **options)
        if not own_words:
            del self.fields["with_own_words"]


class EraseForm(forms.Form):
    """By which rule a record is erased, and why it holds here."""

    rule = forms.ChoiceField(
        label="By which rule",
        choices=[(letter, f"{words} (Article {letter})") for letter, words in RULES],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose the rule by which it is erased."},
    )
    reason = forms.CharField(
        label="Why it holds here",
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_NAME_NOBODY,
        error_messages={"required": "Say why, so that it can be told later."},
    )


class EraseSurelyForm(EraseForm):
    """The same, asked once more: with the name typed."""

    rule = forms.ChoiceField(choices=RULES, widget=forms.HiddenInput)
    reason = forms.CharField(max_length=LONGEST_REASON, widget=forms.HiddenInput)
    sure = forms.CharField(initial="yes", widget=forms.HiddenInput)
    name = forms.CharField(
        label="Type the name",
        error_messages={"required": "Type the name, so that the right record goes."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, pupil: Pupil, **options: Any) -> None:
        super().__init__(*args, **options)
        self.pupil = pupil
        self.fields["name"].help_text = f"As it stands above: {name_to_type(pupil)}"

    def clean_name(self) -> str:
        typed: str = self.cleaned_data["name"]
        if not is_name_of(self.pupil, typed):
            raise forms.ValidationError(f"This is not the name of the record: {name_to_type(self.pupil)}")
        return typed
