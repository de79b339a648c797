"""Forms that know what their reader saw: who comes second overwrites nothing, and reads both."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError


class SeenForm(forms.Form):
    """Sends each value along as it was shown. `now`: the values as they stand, by the names of the fields."""

    def __init__(self, data: Any = None, *, now: Mapping[str, Any]) -> None:
        super().__init__(data, initial=dict(now))
        for field in self.fields.values():
            field.show_hidden_initial = True

    @property
    def seen(self) -> dict[str, Any]:
        """The values that the reader saw; what cannot be read any more, such as a choice that is gone, is None."""
        return {name: _plain(self._read(field, self._shown(name))) for name, field in self.fields.items()}

    @property
    def wanted(self) -> dict[str, Any]:
        """The values as typed, of a valid form."""
        return {name: _plain(value) for name, value in self.cleaned_data.items()}

    def show_both(self, now: Mapping[str, Any]) -> None:
        """Say at each field that somebody has changed what stands there now, and take that as seen."""
        data = dict(self.data.items())
        for name, seen in self.seen.items():
            if seen != now[name]:
                self.add_error(name, f"Somebody has changed this meanwhile. It is now: {_told(now[name])}")
            shown = self.fields[name].prepare_value(now[name])
            data[self.add_initial_prefix(name)] = "" if shown is None else str(shown)
        self.data = data

    @staticmethod
    def _read(field: forms.Field, text: str) -> Any:
        try:
            return field.to_python(text)
        except ValidationError:
            return None

    def _shown(self, name: str) -> str:
        return str(self.data.get(self.add_initial_prefix(name), ""))


def _plain(value: Any) -> Any:
    """Browsers send line ends as two characters."""
    return value.replace("\r\n", "\n") if isinstance(value, str) else value


def _told(value: Any) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value or "(empty)")
