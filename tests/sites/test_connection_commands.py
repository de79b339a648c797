"""`schoolgate authority bases settings|test|system`, `systems` and `groups`, as an operator calls them."""

import json
from pathlib import Path

import pytest
from tests.sites.calls import new_home, schoolgate, told

SECRET, KEY = "made-up-secret", "0123456789abcdef0123456789abcdef"
SETTINGS = {
    "client_id": "sas-simsprimary-820",
    "secret": SECRET,
    "subscription_key": KEY,
    "organisation_id": "1a2b3c4d-1234-4abc-9def-0123456789ab",
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An authority with one school that sends files."""
    folder = tmp_path_factory.mktemp("authority")
    new_home("authority", folder, "--la", "820")
    told(
        "authority",
        "accounts",
        "add",
        "--la",
        "820",
        "--school",
        "4321",
        "--name",
        "Green Abbey",
        "--home",
        str(folder),
    )
    return str(folder)


def test_a_school_is_let_be_collected_from_the_command_line(home: str, tmp_path: Path) -> None:
    at_home = ("--home", home)
    refused = schoolgate("authority", "bases", "system", "8204321", "wonde", "--yes", *at_home)
    assert refused.returncode == 1
    assert "Enter the settings for Wonde first" in refused.stderr
    (tmp_path / "settings.json").write_text(json.dumps(SETTINGS))
    entered = schoolgate(
        *("authority", "bases", "settings", "8204321", "sims-primary", "--from", str(tmp_path / "settings.json")),
        *("--json", *at_home),
    )
    assert json.loads(entered.stdout)["settings"] == {
        **SETTINGS,
        "secret": "(entered)",
        "subscription_key": "(entered)",
    }
    (tmp_path / "options.json").write_text(json.dumps({"token_url": "http://127.0.0.1:1/token"}))
    told("authority", "systems", "options", "sims-primary", "--from", str(tmp_path / "options.json"), *at_home)
    tested = schoolgate("authority", "bases", "test", "8204321", "sims-primary", "--json", *at_home)
    assert (tested.returncode, json.loads(tested.stdout)["trouble"]) == (1, "network")
    assert SECRET not in entered.stdout + entered.stderr + tested.stdout + tested.stderr
    (tmp_path / "wonde.json").write_text(json.dumps({"token": "made-up-token", "school_id": "A1"}))
    told("authority", "bases", "settings", "8204321", "wonde", "--from", str(tmp_path / "wonde.json"), *at_home)
    chosen = told("authority", "bases", "system", "8204321", "wonde", "--yes", *at_home)
    assert (chosen["before"], chosen["system"]) == ("sims-7", "wonde")


def test_a_rule_set_is_given_to_a_group(home: str) -> None:
    at_home = ("--home", home)
    made = told("authority", "groups", "add", "Abbeys", "--part", "abbey", *at_home)
    assert (made["made"], made["schools"]) == ("by rule", 1)
    given = told("authority", "rules", "use", "New bases", "--group", "abbeys", *at_home)
    assert given["bases"] == ["8204321"]
    assert schoolgate("authority", "groups", "add", "Nobody", *at_home).returncode == 2
