from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.deciding import Effect, Rules
from schoolgate.authority.records.models.visible import ForStaff


class RuleSet(models.Model):
    """Processing rules under a name, which bases use (reference 9.5).

    `effects` holds `otherwise`, `groups` (by a group's name) and `items` (by `group/item`); the words are `Effect`'s.
    `not_fed_back` names the groups whose refused values the school is not told of (reference 9.7). `standard` is the
    one set that counts for a base without a row of its own: a new one. `version` goes up with each change, so that of
    two people who change a set at once the second is told.
    """

    name = models.CharField(max_length=80, unique=True)
    effects = models.JSONField(default=dict)
    not_fed_back = models.JSONField(default=list)
    standard = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = ForStaff["RuleSet"].as_manager()

    class Meta:
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(fields=("standard",), condition=models.Q(standard=True), name="one_standard_set"),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def rules(self) -> Rules:
        """The rules as an import decides by them."""
        return Rules(
            Effect(self.effects["otherwise"]),
            {group: Effect(effect) for group, effect in self.effects.get("groups", {}).items()},
            {
                (group, item): Effect(effect)
                for place, effect in self.effects.get("items", {}).items()
                for group, _, item in [place.partition("/")]
            },
        )

    def take(self, rules: Rules) -> Self:
        """Hold these rules from now on; not saved yet."""
        self.effects = {
            "otherwise": rules.otherwise,
            "groups": dict(rules.groups),
            "items": {"/".join(place): effect for place, effect in rules.items.items()},
        }
        return self


class BaseRules(models.Model):
    """By what a base's documents are decided: its rule set, and what is done with pupils whom nobody knows.

    `add_unmatched`: they are added (reference 9.4), else they wait for a person. `ask_first`: each import waits until a
    person has looked at what it would do.
    """

    base = models.OneToOneField(Base, models.CASCADE, related_name="rules")
    rule_set = models.ForeignKey(RuleSet, models.PROTECT, related_name="bases")
    add_unmatched = models.BooleanField(default=False)
    ask_first = models.BooleanField(default=False)

    objects = ForStaff["BaseRules"].as_manager()

    def __repr__(self) -> str:
        return f"<BaseRules {self.pk}>"
