"""The fields of a form for one value, made of the value's own form: a text, a code of a list, the parts of an address.

A list has a place for each of its members, and empty ones for more; a member without any text is none. The name of a
field is the way to its text, as ``Phones.0.PhoneNo``.
"""

from collections.abc import Iterator
from typing import Any

from django import forms

from schoolgate.authority.records.groups.data_group import DataGroup
from schoolgate.authority.records.groups.forms import DATE, YES_NO, Fields, Form, Leaf, Once, Set, Value
from schoolgate.documents.codes.code_sets import code_set
from schoolgate.documents.students.entries import WRAPPERS
from schoolgate.documents.students.wording import item_for

ONE_MORE = 1
"""Empty places behind the members of a list."""

LONGEST = 1000
"""Characters of a text; the checks of a value say more."""


class ValueForm(forms.Form):
    """What a value of a pupil is to be, and why."""

    def __init__(self, group: DataGroup, item: str, held: Value | None, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.form_of_value = group.form_of(item)
        self.item = item
        label = next(one.label for one in group.items if one.name == item)
        of_parts = "" if isinstance(self.form_of_value, Fields) else label
        self.fields.update(_fields(self.form_of_value, item, (item,), held, of_parts))
        self.fields["reason"] = forms.CharField(
            label="Why",
            max_length=500,
            widget=forms.Textarea(attrs={"rows": 2}),
            help_text="It stands in the value's history, for your colleagues.",
            error_messages={"required": "Say why, so that your colleagues know."},
        )
        self.fields["seen"] = forms.CharField(widget=forms.HiddenInput, required=False)

    @property
    def value(self) -> Value | None:
        """The value of a valid form; None for nothing."""
        return _value(self.form_of_value, self.item, self.cleaned_data)


def _fields(
    form: Form, name: str, steps: tuple[str, ...], held: Value | None, label: str
) -> Iterator[tuple[str, forms.Field]]:
    if isinstance(form, Once):
        form = form.leaf
    if isinstance(form, Leaf):
        yield name, _of_leaf(form, held or "", label)
    elif isinstance(form, Fields):
        for part, of_part in form.fields.items():
            own = item_for((*steps, part)).words
            within = f"{label}: {own}" if label and not isinstance(of_part, Fields) else own
            yield from _fields(of_part, f"{name}.{part}", (*steps, part), (held or {}).get(part), within)
    elif isinstance(form, Set):
        below = (*steps, WRAPPERS.get(steps[-1], steps[-1]))
        members = list(held or [])
        for place in range(len(members) + ONE_MORE):
            member = members[place] if place < len(members) else None
            own = f"{item_for(below).words} {place + 1}"
            yield from _fields(form.member, f"{name}.{place}", below, member, own)


def _of_leaf(leaf: Leaf, held: str, label: str) -> forms.Field:
    if leaf.codes:
        codes = [(one.code, f"{one.label} ({one.code})") for one in code_set(leaf.codes)]
        if held and held not in dict(codes):
            codes.append((held, held))
        return forms.ChoiceField(choices=[("", ""), *codes], required=False, label=label, initial=held)
    if leaf is YES_NO:
        choices = [("", ""), ("true", "Yes"), ("false", "No")]
        return forms.ChoiceField(choices=choices, required=False, label=label, initial=leaf.spelling(held))
    widget = forms.DateInput(attrs={"type": "date"}) if leaf is DATE else forms.TextInput()
    return forms.CharField(required=False, max_length=LONGEST, label=label, initial=held, widget=widget)


def _value(form: Form, name: str, given: dict[str, Any]) -> Value | None:
    if isinstance(form, Fields):
        parts = {part: _value(below, f"{name}.{part}", given) for part, below in form.fields.items()}
        return {part: value for part, value in parts.items() if value is not None} or None
    if isinstance(form, Set):
        members = []
        place = 0
        while any(one.startswith(f"{name}.{place}.") or one == f"{name}.{place}" for one in given):
            members.append(_value(form.member, f"{name}.{place}", given))
            place += 1
        return [member for member in members if member is not None] or None
    return str(given.get(name, "")).strip() or None
