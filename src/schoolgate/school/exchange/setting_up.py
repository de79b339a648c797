"""Connect as a task list: what is done, what comes next, and a folder to suggest (SCREENS 5.1, "Connect")."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import platformdirs
from django.conf import settings
from django.db.models import Q

from schoolgate.school.exchange import schedule_in_words as words
from schoolgate.school.exchange.administration.entries import names_of
from schoolgate.school.exchange.administration.folder_rules import is_synced
from schoolgate.school.exchange.administration.joining import current_joining
from schoolgate.school.exchange.administration.roots import require_usable
from schoolgate.school.exchange.connection_test import rows_to_test
from schoolgate.school.exchange.folders import FolderRefused, root_folder, where_files_lie
from schoolgate.school.exchange.models import Destination, Joining, School
from schoolgate.school.exchange.models.destination import NO_ACCOUNT
from schoolgate.school.exchange.scheduling import when_to_send

StepName = Literal["la", "school", "folder", "check", "schedule"]
MOST_CHECKED = 3


@dataclass(frozen=True)
class Task:
    """One step of the list. `now` is what stands there; `may` whether it can be taken already."""

    name: StepName
    title: str
    done: bool
    now: str = ""
    may: bool = True


@dataclass(frozen=True)
class Setup:
    """How far a site is connected. `joining` is the LA that is being joined, if one is."""

    tasks: list[Task]
    joining: Joining | None

    @property
    def done(self) -> bool:
        return all(task.done for task in self.tasks)

    @property
    def next(self) -> Task | None:
        """The first step that is not done."""
        return next((task for task in self.tasks if not task.done), None)

    def task(self, name: str) -> Task | None:
        """The step of this name, if it can be taken now."""
        return next((task for task in self.tasks if task.name == name and task.may), None)


def look_at_setup() -> Setup:
    """How far this site is connected, now."""
    joining = current_joining()
    las = list(Destination.objects.all()[:2])
    root = root_folder()
    answered = joining is not None and joining.joined_at is not None
    # With a root folder the entry is made as it is confirmed: what is left over died on the way, so it is asked again.
    unconfirmed = joining is not None and answered and (joining.confirmed_at is None or root is not None)
    # Folders from version 3 hold, but an LA that is joined now gets its folders in the root folder.
    has_folder = root is not None or (joining is None and bool(where_files_lie()))
    connected, troubled = _checked()
    rule = when_to_send()
    return Setup(
        [
            Task("la", "Your LA", done=answered or bool(las), now=_la_now(joining, las)),
            Task(
                "school",
                "Is that you?",
                done=(answered or bool(las)) and not unconfirmed,
                now=_school_now(joining),
                may=answered,
            ),
            Task("folder", "The folder for your files", done=has_folder, now=", ".join(map(str, where_files_lie()))),
            Task(
                "check",
                "Check the connection",
                done=connected and not troubled,
                now="It works." if connected and not troubled else "It does not work yet." if troubled else "",
                may=bool(las),
            ),
            Task(
                "schedule",
                "When to send",
                done=rule.since is not None,
                now=words.rule_spoken(rule.rule) if rule.since else "",
            ),
        ],
        joining,
    )


def logins_to_check() -> list[Destination | School]:
    """The accounts that Connect tests: those that were never tested, or are in trouble, first; a few at most."""
    rows = [row for row in rows_to_test() if isinstance(row, School) or row.has_credentials]
    return sorted(rows, key=lambda row: (row.connected_at is not None, not row.trouble))[:MOST_CHECKED]


def suggested_root() -> Path:
    """A folder that people find: in the documents of whoever runs this program, else in the machine's data folder.

    Documents that a program such as OneDrive keeps are passed over.
    """
    home = Path(settings.SCHOOLGATE_HOME.folder)
    machine = Path(platformdirs.site_data_path("Schoolgate", appauthor=False)) if os.name == "nt" else Path("/srv")
    documents = platformdirs.user_documents_path()
    candidates = [documents / "Schoolgate"] if documents.is_dir() else []
    candidates += [machine / ("Exchange" if os.name == "nt" else "schoolgate"), home.parent / f"{home.name}-exchange"]
    return next((folder for folder in candidates if _may_be_root(folder)), candidates[-1])


def _may_be_root(folder: Path) -> bool:
    there = next(parent for parent in (folder, *folder.parents) if parent.exists())
    try:
        require_usable(folder, make=True)
    except (FolderRefused, OSError):
        return False
    return os.access(there, os.W_OK) and not is_synced(folder)


def _checked() -> tuple[bool, bool]:
    """Whether any account was tested with success, and whether any is in trouble."""
    las = Destination.objects.filter(~Q(user="") | ~Q(trouble__in=["", NO_ACCOUNT]))
    schools = School.objects.with_own_credentials()
    connected = las.exclude(connected_at=None).exclude(user="").exists() or schools.exclude(connected_at=None).exists()
    return connected, las.exclude(trouble="").exists() or schools.exclude(trouble="").exists()


def _la_now(joining: Joining | None, las: list[Destination]) -> str:
    if joining is not None and joining.joined_at is not None:
        return f"{joining.la_name} ({joining.la})"
    if joining is not None and not las:
        return f"No answer yet from {joining.address}"
    return ", ".join(str(one) for one in las)


def _school_now(joining: Joining | None) -> str:
    if joining is not None and joining.joined_at is not None:
        return "; ".join(names_of(joining)[:MOST_CHECKED])
    named = [str(one) for one in School.objects.all()[: MOST_CHECKED + 1]]
    return "; ".join(named) if len(named) <= MOST_CHECKED else "several schools"
