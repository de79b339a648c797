"""A process that dies at one of its points, without a process of its own."""

from types import ModuleType
from typing import Protocol


class Killed(BaseException):
    """The process died here."""


class DieAt(Protocol):
    """Have a module die at the point of this name, once."""

    def __call__(self, module: ModuleType, wanted: str) -> None: ...
