"""`schoolgate authority first-load`, in this process."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from tests.authority.importing.test_first_load import AMY, HEADINGS

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.models import FirstLoad, FirstLoadState
from schoolgate.authority.records.models import Pupil
from schoolgate.commons.jobs.engine import work_off
from schoolgate.sites.cli import main

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def same_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command names its site there; the next test must not find it."""
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", os.environ["DJANGO_SETTINGS_MODULE"])


@pytest.fixture
def right(tmp_path: Path) -> Path:
    path = tmp_path / "right.csv"
    path.write_text(f"{HEADINGS}\n{AMY}\n", encoding="utf-8")
    return path


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    path = tmp_path / "wrong.csv"
    path.write_text(f"{HEADINGS}\n{AMY.replace(',F,', ',Q,')}\n", encoding="utf-8")
    return path


def first_load(*words: Any) -> Result:
    return CliRunner().invoke(main, ["authority", "first-load", *map(str, words)])


def test_without_save_nothing_is_kept_not_even_that_it_was_tried(right: Path, green_abbey: Base) -> None:
    result = first_load(right)
    assert result.exit_code == 0
    assert f"{right}: 1 new. Nothing is saved; --save loads it." in result.stdout
    assert not FirstLoad.objects.exists()
    assert not Pupil.objects.exists()


def test_a_row_that_is_refused_is_told_by_line_and_column_and_by_the_exit_code(wrong: Path, green_abbey: Base) -> None:
    result = first_load(wrong)
    assert result.exit_code == 1
    assert f"{wrong}:2: sex: What stands there is not allowed; allowed is one of F, M." in result.stdout
    assert "Amber" not in result.stdout


def test_with_save_a_job_loads_it(right: Path, green_abbey: Base) -> None:
    result = first_load(right, "--save")
    work_off()
    first = FirstLoad.objects.get()
    assert f"It is being loaded: load {first.pk}." in result.stdout
    assert first.state is FirstLoadState.LOADED
    assert Pupil.objects.count() == 1
    (told,) = json.loads(first_load("--json").stdout)
    assert (told["name"], told["state"], told["new"]) == ("right.csv", "loaded", 1)


def test_programs_are_told_of_each_file_by_itself(right: Path, wrong: Path, tmp_path: Path, green_abbey: Base) -> None:
    none = tmp_path / "none.csv"
    none.write_bytes(b"PK\x03\x04")
    result = first_load(right, wrong, none, "--json")
    assert result.exit_code == 1
    good, bad, unreadable = json.loads(result.stdout)
    assert (good["pupils"], good["told"], good["error"]) == ({"new": 1}, [], None)
    assert [one["line"] for one in bad["told"]] == [2]
    assert unreadable["error"]["code"] == "not-text"


def test_a_file_that_is_not_there_is_a_wrong_call() -> None:
    assert first_load("no-such.csv").exit_code == 2
