"""A school site that runs all the time: as systemd's service, or as a scheduled task of Windows."""

import sys
from pathlib import Path

from schoolgate.sites.services import scheduled_task, systemd
from schoolgate.sites.services.running import Service, ServiceRefused

__all__ = ["Service", "ServiceRefused", "install", "is_installed", "text", "uninstall"]


def text(service: Service) -> str:
    """What this machine's system is told of the service."""
    return scheduled_task.text(service) if sys.platform == "win32" else systemd.text(service)


def is_installed(home: Path) -> bool:
    """Whether this machine runs the site of this home all the time."""
    return scheduled_task.is_installed(home) if sys.platform == "win32" else systemd.is_installed(home)


def install(service: Service) -> list[str]:
    """Have this machine run the site from now on and after each start; what was done, a sentence each.

    Harmless when done again: what was said before is replaced. Raises ServiceRefused.
    """
    return scheduled_task.install(service) if sys.platform == "win32" else systemd.install(service)


def uninstall() -> list[str]:
    """Have this machine stop the site and start it no more; what was done. Raises ServiceRefused."""
    return scheduled_task.uninstall() if sys.platform == "win32" else systemd.uninstall()
