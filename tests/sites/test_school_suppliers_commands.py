"""`schoolgate school suppliers` and `services`, as an operator calls them."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.school.purchasing.shops import serve_shop
from tests.sites.calls import new_home, schoolgate
from tests.wire.soap.goldens import PASSWORD, USERNAME
from tests.wire.soap.shop import Shop

Run = Callable[..., Any]


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def url(shop: Shop) -> Iterator[str]:
    with serve_shop(shop) as url:
        yield url


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run a command at a new home; what it prints as JSON, or its last words where it ends otherwise than well."""
    new_home("school", tmp_path / "home")

    def do(*words: str, code: int = 0) -> Any:
        as_json = [] if "close" in words or "turn-off" in words else ["--json"]
        done = schoolgate("school", *words, *as_json, "--home", str(tmp_path / "home"))
        assert done.returncode == code, done.stderr
        return json.loads(done.stdout) if as_json and done.stdout else done.stderr or done.stdout

    return do


def test_a_service_is_added_tested_linked_and_its_password_changed(
    run: Run, shop: Shop, url: str, tmp_path: Path
) -> None:
    secret = tmp_path / "password"
    secret.write_text(f"{PASSWORD}\n", "utf-8")
    login = ("--url", url, "--user", USERNAME, "--password-file", str(secret))
    added = run("services", "add", "--name", "Riverside", *login, "--safe-to-repeat")
    assert (added["name"], added["safe_to_repeat"], PASSWORD in str(added)) == ("Riverside", True, False)

    sold = ("--order-method", "e-procurement", "--service", "Riverside")
    assert "enter the supplier’s DUNS number" in run("suppliers", "add", "--name", "Riverside", *sold, code=1)
    supplier = run("suppliers", "add", "--name", "Riverside", "--duns", "123456789", *sold)
    assert (supplier["xml_ref"], supplier["service"]) == ("123456789", "Riverside")

    (tested,) = run("services", "test")
    assert (tested["successful"], tested["waiting"]) == (True, {"quote": 1, "order": 1})
    run("services", "change-password", "Riverside")
    assert shop.password != PASSWORD
    assert run("services", "test", "riverside")[0]["successful"]

    shop.password = "changed at the web site"
    (tested,) = run("services", "test", code=1)
    assert tested["code"] == "wrong-credentials"
    assert "does not accept" in run("services", "change-password", "Riverside", code=1)
    run("services", "turn-off", "Riverside")
    (listed,) = run("services", "list")
    assert (listed["suppliers"], listed["trouble"], listed["turned_off"]) == (["Riverside"], "wrong-credentials", True)


def test_suppliers_are_imported_changed_and_closed(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "suppliers.csv"
    file.write_text("Name,DUNS\nHilltop Books,222333444\nWrong,12\n", "utf-8")
    looked = run("suppliers", "import", str(file), "--dry-run", code=1)
    assert [row["state"] for row in looked] == ["new", "wrong"]
    assert run("suppliers", "list") == []
    run("suppliers", "import", str(file), code=1)
    run("suppliers", "edit", "222333444", "--account-number", "HB-77")
    run("suppliers", "close", "hilltop books")
    (listed,) = run("suppliers", "list")
    assert (listed["account_number"], listed["open"]) == ("HB-77", False)
    assert "There is no such supplier." in run("suppliers", "edit", "Nobody", "--name", "X", code=2)
