"""Forms of connections: a school's settings, a system's options, which system a school has."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from schoolgate.authority.bases.models import Base
from schoolgate.authority.bases.systems import systems
from schoolgate.authority.collection.connections import FOR_GOOD
from schoolgate.wire.mis.connector import Connector, Setting

KEPT = "It is entered. Leave it empty to keep it."


class _SettingsForm(forms.Form):
    """A field for each setting, whose whole value must be of its form."""

    def __init__(self, *args: Any, of: Sequence[Setting], known: Mapping[str, str], **options: Any) -> None:
        shown = {setting.name: known.get(setting.name, "") for setting in of if not setting.secret}
        super().__init__(*args, **{"initial": shown, **options})
        self.of = of
        for setting in of:
            self.fields[setting.name] = self._field(setting, entered=bool(known.get(setting.name)))

    def _field(self, setting: Setting, *, entered: bool) -> forms.CharField:
        kept = setting.secret and entered
        plain = {"autocomplete": "off", "spellcheck": "false", "class": "code"}
        return forms.CharField(
            label=setting.label,
            required=not kept,
            max_length=500,
            help_text=" ".join(filter(None, (setting.hint, KEPT if kept else ""))),
            error_messages={"required": f"Enter the {setting.label}: all are needed."},
            widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
            if setting.secret
            else forms.TextInput(attrs=plain),
        )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        for setting in self.of:
            value = given.get(setting.name, "")
            if value and not re.fullmatch(setting.form, value):
                told = f" {setting.hint}" if setting.hint else ""
                self.add_error(setting.name, f"This cannot be the {setting.label}.{told}")
        return given

    @property
    def values(self) -> dict[str, str]:
        """What was typed; empty for what is to stay."""
        return {setting.name: self.cleaned_data.get(setting.name, "") for setting in self.of}


class ConnectionForm(_SettingsForm):
    """What one school's system is asked with."""

    def __init__(self, *args: Any, kind: type[Connector], known: Mapping[str, str], **options: Any) -> None:
        super().__init__(*args, of=kind.settings, known=known, **options)

    @property
    def doubts(self) -> list[str]:
        """What is odd about values that are taken all the same."""
        if not self.is_bound or self.errors:
            return []
        typed = [(setting, self.values[setting.name]) for setting in self.of]
        return [f"{setting.label}: {doubt}" for setting, value in typed if value and (doubt := setting.doubt(value))]


class OptionsForm(_SettingsForm):
    """What holds for all schools of a system here."""

    def __init__(self, *args: Any, kind: type[Connector], known: Mapping[str, str], **options: Any) -> None:
        super().__init__(*args, of=kind.options, known=known, **options)
        for setting in kind.options:
            field = self.fields[setting.name]
            if setting.default:
                field.required = False
                field.help_text = " ".join(filter(None, (setting.hint, f"As shipped: {setting.default}")))


class SystemForm(forms.Form):
    """Which system a school has, of those between which it may change."""

    system = forms.ChoiceField(label="The school’s data comes from", widget=forms.RadioSelect)
    sure = forms.BooleanField(required=False, label="Yes, from now on")
    seen = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, base: Base, **options: Any) -> None:
        super().__init__(*args, **{"initial": {"system": base.mis, "seen": base.mis}, **options})
        choices: Any = self.fields["system"]
        choices.choices = [(name, label) for name, label in systems() if name not in FOR_GOOD]
        self.before = base.mis

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        system = given.get("system", self.before)
        if system != self.before and not given.get("sure"):
            self.add_error("sure", "Tick this if you are sure.")
        return given
