from schoolgate.authority.bases.models.agent import Agent, AgentQuerySet
from schoolgate.authority.bases.models.base import (
    SCHOOL_USER,
    SIMS_7,
    Base,
    BaseQuerySet,
    valid_la_number,
    valid_school_number,
)
from schoolgate.authority.bases.models.base_group import BaseGroup, BaseGroupQuerySet
from schoolgate.authority.bases.models.connection_code import CodeBatch, ConnectionCode, ConnectionCodeQuerySet
from schoolgate.authority.bases.models.program_package import ProgramPackage, ProgramPackageQuerySet
from schoolgate.authority.bases.models.term import Term, TermQuerySet

__all__ = [
    "SCHOOL_USER",
    "SIMS_7",
    "Agent",
    "AgentQuerySet",
    "Base",
    "BaseGroup",
    "BaseGroupQuerySet",
    "BaseQuerySet",
    "CodeBatch",
    "ConnectionCode",
    "ConnectionCodeQuerySet",
    "ProgramPackage",
    "ProgramPackageQuerySet",
    "Term",
    "TermQuerySet",
    "valid_la_number",
    "valid_school_number",
]
