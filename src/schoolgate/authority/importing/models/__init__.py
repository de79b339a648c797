from schoolgate.authority.importing.models.conflict import Conflict
from schoolgate.authority.importing.models.met import Met
from schoolgate.authority.importing.models.removal_candidate import RemovalCandidate
from schoolgate.authority.importing.models.rule_set import BaseRules, RuleSet
from schoolgate.authority.importing.models.source_import import Import, ImportState, Waiting
from schoolgate.authority.importing.models.unmatched import KnownAs, Unmatched

__all__ = [
    "BaseRules",
    "Conflict",
    "Import",
    "ImportState",
    "KnownAs",
    "Met",
    "RemovalCandidate",
    "RuleSet",
    "Unmatched",
    "Waiting",
]
