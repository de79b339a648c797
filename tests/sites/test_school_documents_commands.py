"""`schoolgate school fetch-orders` and `documents`, as an operator calls them."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.faults.test_fetching import a_basket
from tests.school.purchasing.shops import serve_shop
from tests.school.purchasing.stall import Stall
from tests.sites.calls import new_home, schoolgate
from tests.wire.soap.goldens import PASSWORD, USERNAME

Run = Callable[..., Any]


@pytest.fixture
def stall() -> Stall:
    made = Stall()
    made.offer("B-1", a_basket("BASKET-1"))
    made.offer("Q-1", "<Order/>", "quote")
    return made


@pytest.fixture
def url(stall: Stall) -> Iterator[str]:
    with serve_shop(stall) as url:
        yield url


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run a command at a new home; the JSON that it prints, or its last words where it prints none."""
    new_home("school", tmp_path / "home")

    def do(*words: str, code: int = 0) -> Any:
        done = schoolgate("school", *words, "--json", "--home", str(tmp_path / "home"))
        assert done.returncode == code, done.stderr
        return json.loads(done.stdout) if done.stdout else done.stderr

    return do


def test_documents_are_fetched_listed_tried_again_kept_out_and_taken_back(
    run: Run, stall: Stall, url: str, tmp_path: Path
) -> None:
    assert "No supplier is set up for e-procurement" in run("fetch-orders", code=1)
    secret = tmp_path / "password"
    secret.write_text(f"{PASSWORD}\n", "utf-8")
    run("services", "add", "--name", "Beacon", "--url", url, "--user", USERNAME, "--password-file", str(secret))
    assert "Services: Beacon." in run("fetch-orders", "--service", "Riverside", code=2)

    (asked,) = run("fetch-orders", "--service", "Beacon", code=1)
    told = ("state", "found", "imported", "already_here", "refused")
    assert [asked[name] for name in told] == ["works", 1, 0, 0, 1]
    assert {row["id"]: row["state"] for row in run("documents")} == {"Q-1": "listed", "B-1": "waiting"}
    (waits,) = run("documents", "--waiting")
    assert (waits["reference"], waits["rule"] != "", waits["why"] != "") == ("BASKET-1", True, True)

    number = str(waits["number"])
    assert run("documents", "try-again", number, code=1)["state"] == "waiting"
    assert run("documents", "keep-out", number, "--reason", "Not ours.")["state"] == "kept-out"
    assert "meanwhile" in run("documents", "keep-out", number, "--reason", "Again.", code=1)
    assert run("documents", "--waiting") == []
    assert run("documents", "--kept-out")[0]["number"] == waits["number"]
    assert run("fetch-orders")[0]["refused"] == 0
    assert stall.is_marked("B-1")
    assert run("documents", "take-back", number)["state"] == "waiting"
    assert "There is no document 999" in run("documents", "try-again", "999", code=1)


def test_a_service_that_does_not_answer_as_it_should_is_told_and_ends_the_command_with_1(
    run: Run, stall: Stall, url: str, tmp_path: Path
) -> None:
    secret = tmp_path / "password"
    secret.write_text("wrong\n", "utf-8")
    run("services", "add", "--name", "Beacon", "--url", url, "--user", USERNAME, "--password-file", str(secret))
    (asked,) = run("fetch-orders", code=1)
    assert (asked["state"], asked["trouble"], asked["found"]) == ("failed", "wrong-credentials", None)
    assert "was the password changed there?" in asked["told"]
