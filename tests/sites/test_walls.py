"""Foreign keys given as strings cross walls that imports cannot see; a test holds them to the same layers."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command

# Lower rooms come later; a model may point only at its own room or one further down.
LAYERS = [
    {"school", "authority", "supplier"},
    {"commons"},
]
AUTHORITY_ROOMS = ["school_portal", "requests", "collection", "exchange", "importing", "records", "bases"]


def _place(module: str) -> tuple[str, str] | None:
    parts = module.split(".")
    if parts[0] != "schoolgate":
        return None
    return parts[1], parts[2]


def _relations() -> list[tuple[str, str]]:
    return [
        (model.__module__, field.related_model.__module__)
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if field.is_relation and not field.auto_created and isinstance(field.related_model, type)
    ]


@pytest.mark.parametrize(("source", "target"), _relations())
def test_a_relation_points_down_the_house(source: str, target: str) -> None:
    here, there = _place(source), _place(target)
    if here is None or there is None or here == there:
        return
    if here[0] == there[0] == "authority":
        assert AUTHORITY_ROOMS.index(here[1]) < AUTHORITY_ROOMS.index(there[1])
        return
    if here[0] == there[0] == "commons":
        return
    level = {house: number for number, houses in enumerate(LAYERS) for house in houses}
    assert level[here[0]] < level[there[0]], f"{source} points at {target}"


def test_there_are_relations_to_hold() -> None:
    assert len(_relations()) > 3


@pytest.mark.django_db
def test_every_model_has_its_migration(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("makemigrations", "--check", "--dry-run")
    assert "No changes detected" in capsys.readouterr().out


@pytest.mark.parametrize("site", ["school", "authority", "supplier"])
def test_a_real_site_checks_and_migrates_from_nothing_in_its_own_process(site: str, tmp_path: Path) -> None:
    program = (
        "import django; django.setup()\n"
        "from django.core.management import call_command\n"
        "call_command('check', '--fail-level', 'WARNING')\n"
        "call_command('migrate', verbosity=0)\n"
        "from schoolgate.commons.accounts.models import User\n"
        "assert User.objects.count() == 0\n"
    )
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        env={
            "PATH": "",
            "SCHOOLGATE_HOME": str(tmp_path / "home"),
            "DJANGO_SETTINGS_MODULE": f"schoolgate.sites.{site}",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
