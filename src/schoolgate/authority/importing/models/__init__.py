from schoolgate.authority.importing.models.met import Met
from schoolgate.authority.importing.models.removal_candidate import RemovalCandidate
from schoolgate.authority.importing.models.source_import import Import, ImportState, Waiting

__all__ = ["Import", "ImportState", "Met", "RemovalCandidate", "Waiting"]
