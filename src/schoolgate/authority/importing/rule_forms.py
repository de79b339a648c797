"""Forms of processing rules."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.widgets import ChoiceWidget

from schoolgate.authority.importing.deciding import Effect
from schoolgate.authority.importing.models import RuleSet
from schoolgate.authority.importing.rule_sets import RULED, WITH_ITEM_RULES, WORDS, Wanted
from schoolgate.authority.records.groups.data_group import DataGroup

AS_OTHERS = ""
_EFFECTS = [(str(effect), words) for effect, words in WORDS.items()]
_WORDS = {AS_OTHERS: "As all groups", **dict(_EFFECTS)}


@dataclass(frozen=True)
class GroupOfRules:
    """A data group on a rule set's page: its rule, whether its schools are told, and the rules of its items."""

    label: str
    rule: forms.BoundField
    told: forms.BoundField
    items: Sequence[forms.BoundField]

    @property
    def is_own(self) -> bool:
        """Whether anything here is otherwise than for all groups, or wrong."""
        rules = [self.rule, *self.items]
        return not self.told.value() or any(one.value() or one.errors for one in rules)

    @property
    def says(self) -> str:
        """The rules in short, for the line that stands for them while they are folded away."""
        own = sum(bool(item.value()) for item in self.items)
        said = [
            _WORDS.get(self.rule.value() or AS_OTHERS, ""),
            f"{own} item{'' if own == 1 else 's'} with a rule of {'its' if own == 1 else 'their'} own" if own else "",
            "" if self.told.value() else "the school is not told",
        ]
        return ", ".join(filter(None, said))


class RuleSetForm(forms.Form):
    """A rule set: a choice for all groups, for each group, and for the items of two of them (reference 9.5)."""

    name = forms.CharField(label="Name", max_length=80)
    otherwise = forms.ChoiceField(label="All groups, unless said otherwise below", choices=_EFFECTS)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, wanted: Wanted, version: int) -> None:
        initial: dict[str, Any] = {"name": wanted.name, "otherwise": str(wanted.otherwise), "version": version}
        super().__init__(data, initial=initial)
        for group in RULED:
            self._add_rule(_of_group(group), group.label, wanted.groups.get(group.name), "As all groups")
            told = forms.BooleanField(required=False, label=f"{group.label}: tell the school what is not taken")
            self.fields[_told(group)] = told
            self.initial[_told(group)] = group.name not in wanted.not_fed_back
            if group in WITH_ITEM_RULES:
                for item in group.items:
                    effect = wanted.items.get((group.name, item.name))
                    self._add_rule(_of_item(group, item.name), item.label, effect, "As its group", forms.Select)

    def _add_rule(
        self,
        name: str,
        label: str,
        effect: Effect | None,
        as_others: str,
        widget: type[ChoiceWidget] = forms.RadioSelect,
    ) -> None:
        choices = [(AS_OTHERS, as_others), *_EFFECTS]
        self.fields[name] = forms.ChoiceField(label=label, choices=choices, required=False, widget=widget)
        self.initial[name] = str(effect) if effect else AS_OTHERS

    @property
    def groups(self) -> "list[GroupOfRules]":
        """What the page shows: each group with its own rule and those of its items."""
        return [
            GroupOfRules(
                group.label,
                self[_of_group(group)],
                self[_told(group)],
                [self[_of_item(group, item.name)] for item in group.items] if group in WITH_ITEM_RULES else [],
            )
            for group in RULED
        ]

    @property
    def wanted(self) -> Wanted:
        """What was asked for; the form is valid."""
        given = self.cleaned_data
        return Wanted(
            given["name"].strip(),
            Effect(given["otherwise"]),
            {group.name: Effect(given[_of_group(group)]) for group in RULED if given[_of_group(group)]},
            {
                (group.name, item.name): Effect(given[_of_item(group, item.name)])
                for group in WITH_ITEM_RULES
                for item in group.items
                if given[_of_item(group, item.name)]
            },
            [group.name for group in RULED if not given[_told(group)]],
        )


class NameForm(forms.Form):
    """The name of a rule set that is to be made."""

    name = forms.CharField(label="Name of the new rule set", max_length=80)


class NewBasesForm(forms.Form):
    """What holds for bases without rules of their own."""

    rule_set = forms.ModelChoiceField(label="Rule set of new bases", queryset=RuleSet.objects.none(), empty_label=None)
    add_unmatched = forms.BooleanField(required=False, label="Add their pupils whom nobody knows by themselves")

    def __init__(self, data: Any = None, *, initial: dict[str, Any], sets: Any) -> None:
        super().__init__(data, initial=initial)
        self.fields["rule_set"].queryset = sets  # type: ignore[attr-defined]


AS_IT_IS, YES, NO = "as-it-is", "yes", "no"
_AS_IT_IS = (AS_IT_IS, "As it is")


class BaseRulesForm(forms.Form):
    """What chosen bases are to go by; what is left open stays as it is at each."""

    rule_set = forms.ChoiceField(label="Rule set", initial=AS_IT_IS)
    add_unmatched = forms.ChoiceField(
        label="Pupils whom nobody knows",
        choices=[_AS_IT_IS, (YES, "Add them"), (NO, "Let them wait for a person")],
    )
    ask_first = forms.ChoiceField(
        label="Each import",
        choices=[_AS_IT_IS, (YES, "Waits until a person has seen it"), (NO, "Goes on by itself")],
    )

    def __init__(self, data: Any = None, *, sets: Iterable[RuleSet]) -> None:
        super().__init__(data)
        self.sets = {str(one.pk): one for one in sets}
        choices = [_AS_IT_IS, *((pk, one.name) for pk, one in self.sets.items())]
        self.fields["rule_set"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not self.errors and set(given.values()) == {AS_IT_IS}:
            raise forms.ValidationError("Choose what is to change.")
        return given

    @property
    def chosen_set(self) -> RuleSet | None:
        """The set to use; None where each base keeps its own."""
        return self.sets.get(self.cleaned_data["rule_set"])

    def answer(self, name: str) -> bool | None:
        """Yes, no, or as before."""
        return {YES: True, NO: False}.get(self.cleaned_data[name])


def _of_group(group: DataGroup) -> str:
    return f"group-{group.name}"


def _of_item(group: DataGroup, item: str) -> str:
    return f"item-{group.name}-{item}"


def _told(group: DataGroup) -> str:
    return f"told-{group.name}"
