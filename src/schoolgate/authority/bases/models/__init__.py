from schoolgate.authority.bases.models.base import Base, BaseQuerySet, valid_la_number, valid_school_number
from schoolgate.authority.bases.models.connection_code import CodeBatch, ConnectionCode, ConnectionCodeQuerySet

__all__ = [
    "Base",
    "BaseQuerySet",
    "CodeBatch",
    "ConnectionCode",
    "ConnectionCodeQuerySet",
    "valid_la_number",
    "valid_school_number",
]
