"""The changes of one job: a row for each rule by which it found pupils and took values."""

from collections.abc import Collection
from typing import Protocol

from schoolgate.authority.importing.models import Import
from schoolgate.authority.records.models import Change, Decision

FIRST_LOAD = "first-load"
"""Ends the rule of a change that loaded what another system had held, whatever rules a base has."""


class GivesChange(Protocol):
    """Knows the change that a value is written by."""

    def of(self, found_by: str, taken_by: Collection[str]) -> Change:
        """The change of pupils found by one rule, whose values were taken by others."""


class Changes:
    """Gives the change of a rule, made when it is first asked for, in the caller's transaction."""

    def __init__(self, this: Import, job: int) -> None:
        self.this = this
        self.job = job
        self._made = {change.rule: change for change in Change.objects.filter(job=job, base=this.base)}

    def of(self, found_by: str, taken_by: Collection[str]) -> Change:
        """The change of pupils found by one rule, whose values were taken by others."""
        taken = FIRST_LOAD if self.this.first_load_id else "+".join(sorted(set(taken_by)))
        rule = f"{found_by}/{taken}"
        if rule not in self._made:
            self._made[rule] = Change.objects.create(
                source=self.this.source,
                source_name=self.this.source_name,
                source_key=self.this.source_key,
                base=self.this.base,
                job=self.job,
                rule=rule,
            )
        return self._made[rule]


class ByPerson:
    """Gives the change of a step in which a person let an entry of a document in, made when it is first asked for."""

    def __init__(self, this: Import, decision: Decision) -> None:
        self.this = this
        self.decision = decision
        self._made: dict[str, Change] = {}

    def of(self, found_by: str, taken_by: Collection[str]) -> Change:
        """The change of pupils found by one rule, whose values were taken by others."""
        rule = f"{found_by}/{'+'.join(sorted(set(taken_by)))}"
        if rule not in self._made:
            self._made[rule] = Change.objects.create(
                source=self.this.source,
                source_name=self.this.source_name,
                source_key=self.this.source_key,
                base=self.this.base,
                rule=rule,
                by=self.decision.by,
                decision=self.decision,
            )
        return self._made[rule]
