from schoolgate.authority.collection.models.attainment import AttainmentFile, SuspendedResult
from schoolgate.authority.collection.models.base_migration import BaseMigration
from schoolgate.authority.collection.models.code_meaning import CodeMeaning
from schoolgate.authority.collection.models.connection import Connection, ConnectionState
from schoolgate.authority.collection.models.cursor import Cursor
from schoolgate.authority.collection.models.held_back_row import HeldBackRow
from schoolgate.authority.collection.models.lock import TasksLock
from schoolgate.authority.collection.models.log_line import LogLine
from schoolgate.authority.collection.models.not_yet_held import NotYetHeld
from schoolgate.authority.collection.models.pace import PaceTurn
from schoolgate.authority.collection.models.raw_mark import RawMark
from schoolgate.authority.collection.models.run import (
    CollectionRun,
    LastRunStatus,
    Level,
    RunState,
    last_run_status,
)
from schoolgate.authority.collection.models.task import (
    SENDS_BACK,
    Data,
    Owner,
    Phase,
    ScheduledTask,
    Sources,
    TransferType,
)

__all__ = [
    "SENDS_BACK",
    "AttainmentFile",
    "BaseMigration",
    "CodeMeaning",
    "CollectionRun",
    "Connection",
    "ConnectionState",
    "Cursor",
    "Data",
    "HeldBackRow",
    "LastRunStatus",
    "Level",
    "LogLine",
    "NotYetHeld",
    "Owner",
    "PaceTurn",
    "Phase",
    "RawMark",
    "RunState",
    "ScheduledTask",
    "Sources",
    "SuspendedResult",
    "TasksLock",
    "TransferType",
    "last_run_status",
]
