"""What the documentation must name, it names: settings, states, commands."""

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from schoolgate.authority.collection.models import SuspendedResult
from schoolgate.authority.exchange.models.outbox_entry import EntryState
from schoolgate.commons.jobs.models import State as JobState
from schoolgate.school.exchange.models import State as TransferState
from schoolgate.school.exchange.models.imported_file import Stage
from schoolgate.school.purchasing.models import DocumentState as FetchedState
from schoolgate.school.purchasing.models import InvoiceState, OrderState
from schoolgate.sites.cli import main
from schoolgate.sites.configuration import SETTINGS
from schoolgate.sites.upkeep.doctor.examining import CHECKS
from schoolgate.supplier.models import State as DocumentState

SITES = {"school", "authority", "supplier"}
DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("name", [setting.name for setting in SETTINGS])
def test_every_start_up_setting_is_explained(name: str) -> None:
    assert f"`{name}`" in (DOCS / "operator" / "start.md").read_text("utf-8")


STATES = [
    states.values
    for states in (
        TransferState,
        JobState,
        DocumentState,
        FetchedState,
        OrderState,
        InvoiceState,
        EntryState,
        SuspendedResult.State,
        Stage,
    )
]


@pytest.mark.parametrize("state", sorted({state for states in STATES for state in states}))
def test_every_state_is_explained(state: str) -> None:
    assert f"`{state}`" in (DOCS / "reference" / "states.md").read_text("utf-8")


@pytest.mark.parametrize("check", sorted(CHECKS))
def test_every_check_of_the_doctor_is_explained(check: str) -> None:
    assert f"\n| `{check}` " in (DOCS / "operator" / "doctor.md").read_text("utf-8")


def _verbs(group: click.Group, prefix: str = "") -> Iterator[str]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group) and name not in SITES:
            yield from _verbs(command, f"{prefix}{name} ")
        elif not isinstance(command, click.Group):
            yield f"{prefix}{name}"


COMMANDS = [
    *_verbs(main),
    *(verb for site in sorted(SITES) for verb in _verbs(main.commands[site])),  # type: ignore[arg-type]  # groups
]


@pytest.mark.parametrize("verb", sorted(set(COMMANDS)))
def test_every_command_is_explained(verb: str) -> None:
    text = (DOCS / "reference" / "commands.md").read_text("utf-8")
    assert f"`{verb}`" in text or f"`schoolgate {verb}" in text


def test_no_link_in_the_documentation_is_broken() -> None:
    import re

    pages = [DOCS.parent / name for name in ("README.md", "CONTRIBUTING.md")] + list(DOCS.rglob("*.md"))
    broken = [
        f"{page.name}: {target}"
        for page in pages
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text("utf-8"))
        if not (page.parent / target).exists()
    ]
    assert broken == []
