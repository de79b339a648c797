"""`schoolgate simulate`."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from click.testing import CliRunner, Result
from tests.simulators.conftest import Caller, Clock

from schoolgate.sites.cli import main

VENDORS = ["sims-primary", "wonde"]


def simulate(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["simulate", *arguments])


@contextmanager
def running(*arguments: str) -> Iterator[tuple[dict[str, Any], subprocess.Popen[str]]]:
    """The command as a process of its own, and the line it prints when it is up."""
    command = [sys.executable, "-m", "schoolgate.sites.cli", "simulate", *arguments, "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline()), process
        finally:
            process.kill()


def test_the_process_prints_settings_that_open_its_data_and_ends_when_it_is_told_to() -> None:
    options = (
        "--school",
        "2003",
        "--school",
        "2004",
        "--pupils",
        "5",
        "--today",
        "2026-09-04",
        "--switch",
        "page_size=2",
    )
    with running("sims-primary", *options) as (told, process):
        assert (told["vendor"], told["day"]) == ("sims-primary", "2026-09-04")
        assert [school["school"] for school in told["schools"]] == ["2003", "2004"]
        caller = Caller(told["url"], told["schools"][1], Clock())
        caller.sign_in()
        base, key = told["schools"][1]["base_url"], told["schools"][1]["subscription_key"]
        answer = caller.http.get(
            f"{base}Learner/V3/LearnerIdentifiers?$filter=OnRollState eq 'Current'",
            headers={"Authorization": f"Bearer {caller.token}", "Ocp-Apim-Subscription-Key": key},
        )
        assert len(answer.json()["value"]) == 2
        process.terminate()
        assert process.wait(20) == 0


@pytest.mark.parametrize("vendor", VENDORS)
def test_the_switches_are_listed_each_with_its_standing_and_a_sentence(vendor: str) -> None:
    listed = json.loads(simulate(vendor, "--switches", "--json", "--switch", "page_size=7").output)
    assert {one["standing"] for one in listed} <= {"documented", "inferred", "ours"}
    assert all(one["meaning"].endswith(".") for one in listed)
    assert next(one["value"] for one in listed if one["switch"] == "page_size") == "7"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--switch", "page_sise=7"), "There is no switch page_sise."),
        (("--switch", "page_size"), "a switch is set as NAME=VALUE."),
        (("--switch", "lookup_bug=maybe"), "lookup_bug cannot be maybe: on, off."),
        (("--la", "8"), "8: "),
        (("--school", "x"), "x: "),
    ],
)
def test_a_call_that_cannot_be_carried_out_says_why_and_ends_with_2(arguments: tuple[str, ...], says: str) -> None:
    result = simulate("sims-primary", *arguments, "--switches")
    assert result.exit_code == 2
    assert says in result.output
