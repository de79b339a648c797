"""What the documentation must name, it names: settings, states, commands."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from django.apps import apps
from django.db.models import TextChoices
from tests.docs.tables import first_cells

from schoolgate.sites.cli import main
from schoolgate.sites.configuration import SETTINGS
from schoolgate.sites.upkeep.doctor.examining import checks_of

SITES = {"school", "authority", "supplier"}
DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("name", [setting.name for setting in SETTINGS])
def test_every_start_up_setting_is_explained(name: str) -> None:
    assert f"`{name}`" in (DOCS / "operator" / "start.md").read_text("utf-8")


def test_no_start_up_setting_is_explained_that_is_gone() -> None:
    explained = first_cells((DOCS / "operator" / "start.md").read_text("utf-8"), "name")
    assert explained == {setting.name for setting in SETTINGS}


def _states() -> Iterator[str]:
    """The values of every class of states that stands beside a model or in it."""
    for model in apps.get_models():
        if not model.__module__.startswith("schoolgate."):
            continue
        for found in (*vars(sys.modules[model.__module__]).values(), *vars(model).values()):
            if (
                isinstance(found, type)
                and issubclass(found, TextChoices)
                and found.__name__.endswith(("State", "Stage"))
            ):
                yield from found.values


STATES = set(_states())


@pytest.mark.parametrize("state", sorted(STATES))
def test_every_state_is_explained(state: str) -> None:
    assert f"`{state}`" in (DOCS / "reference" / "states.md").read_text("utf-8")


def test_no_state_is_explained_that_is_gone() -> None:
    assert first_cells((DOCS / "reference" / "states.md").read_text("utf-8"), "state") <= STATES


@pytest.mark.parametrize("check", sorted({check.name for site in SITES for check in checks_of(site)}))
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


def test_no_command_is_explained_that_is_gone() -> None:
    text = (DOCS / "reference" / "commands.md").read_text("utf-8")
    heads = ("command", "every site", "school", "authority", "supplier")
    named = {
        re.sub(r"^schoolgate | [A-Z-]{2,}.*$| --.*$", "", cell) for head in heads for cell in first_cells(text, head)
    }
    groups = {verb[: blank.start()] for verb in COMMANDS for blank in re.finditer(" ", verb)}
    assert named - {*COMMANDS, *groups} == set()


def test_every_page_stands_in_the_index_by_reader() -> None:
    index = (DOCS / "README.md").read_text("utf-8")
    pages = {str(page.relative_to(DOCS)) for page in DOCS.rglob("*.md")} - {"README.md"}
    assert {page for page in pages if not page.startswith("adr/") and f"({page})" not in index} == set()


def test_no_link_in_the_documentation_is_broken() -> None:
    pages = [DOCS.parent / name for name in ("README.md", "CONTRIBUTING.md")] + list(DOCS.rglob("*.md"))
    broken = [
        f"{page.name}: {target}"
        for page in pages
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text("utf-8"))
        if not (page.parent / target).exists()
    ]
    assert broken == []
