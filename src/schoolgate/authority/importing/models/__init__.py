from schoolgate.authority.importing.models.address_list import AddressListLoad, ListedAddress
from schoolgate.authority.importing.models.assignment import Assignment, Note
from schoolgate.authority.importing.models.conflict import Conflict
from schoolgate.authority.importing.models.erased import ErasedKey
from schoolgate.authority.importing.models.first_load import FirstLoad, FirstLoadState
from schoolgate.authority.importing.models.met import Met
from schoolgate.authority.importing.models.preview import Preview
from schoolgate.authority.importing.models.removal_candidate import RemovalCandidate
from schoolgate.authority.importing.models.rule_set import BaseRules, RuleSet
from schoolgate.authority.importing.models.source_import import Import, ImportState, Waiting
from schoolgate.authority.importing.models.two_children import TwoChildren
from schoolgate.authority.importing.models.unmatched import KnownAs, Unmatched

__all__ = [
    "AddressListLoad",
    "Assignment",
    "BaseRules",
    "Conflict",
    "ErasedKey",
    "FirstLoad",
    "FirstLoadState",
    "Import",
    "ImportState",
    "KnownAs",
    "ListedAddress",
    "Met",
    "Note",
    "Preview",
    "RemovalCandidate",
    "RuleSet",
    "TwoChildren",
    "Unmatched",
    "Waiting",
]
