"""The demonstration: its main job on real input, and the line that scripts rely on."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from schoolgate.sites.cli import main


def ask(*words: str, home: Path) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "schoolgate.sites.cli", *words, "--json", "--home", str(home)]
    told: list[dict[str, Any]] = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return told


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    home = tmp_path_factory.mktemp("demo") / "home"
    result = subprocess.run(
        [sys.executable, "-m", "schoolgate.sites.cli", "demo", "--once", "--json", "--home", str(home)],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert result.returncode == 0, result.stderr
    described: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    return home, described


def test_the_files_of_two_weeks_are_imported_and_the_broken_one_is_refused(
    demonstration: tuple[Path, dict[str, Any]],
) -> None:
    result = demonstration[1]["result"]
    # How many the collected school has depends on the day: it lives as the calendar says.
    assert result == {
        "sent": 6,
        "received": 6,
        "imported": 6,
        "refused": 1,
        "pupils": 480 + result["collected"],
        "staff": 24,
        "collected": result["collected"],
        "queued": 11,
        "orders": 1,
        "invoices": 2,
    }


def test_the_pupils_it_tells_of_are_held_and_one_goes_to_two_schools(
    demonstration: tuple[Path, dict[str, Any]],
) -> None:
    home, described = demonstration
    here, there = (ask("authority", "pupils", home=home / la) for la in ("authority", "authority-2"))
    assert len(here) + len(there) == described["result"]["pupils"]
    number = urlsplit(described["look_at"]["pupil"]).path.rpartition("/")[2]
    assert int(number) in {pupil["number"] for pupil in here}
    assert [len(pupil["bases"]) for pupil in here].count(2) == 1


def test_what_the_authority_changed_of_a_member_of_staff_lies_in_the_schools_folder(
    demonstration: tuple[Path, dict[str, Any]],
) -> None:
    home, described = demonstration
    number = urlsplit(described["look_at"]["staff"]).path.rpartition("/")[2]
    (member,) = [one for one in ask("authority", "staff", home=home / "authority") if one["number"] == int(number)]
    (came,) = (home / "staff" / "Files Imported").glob("*.xml")
    assert member["surname"] in came.read_text("utf-8")
    assert "<PreferredGivenName>Robin</PreferredGivenName>" in came.read_text("utf-8")


def test_one_value_of_the_second_week_is_left_out(demonstration: tuple[Path, dict[str, Any]]) -> None:
    imports = ask("authority", "imports", home=demonstration[0] / "authority")
    assert sum(this["left_out"] for this in imports) == 1


def test_the_line_for_scripts_keeps_its_keys(demonstration: tuple[Path, dict[str, Any]]) -> None:
    described = demonstration[1]
    authority, school = described["authority"], described["school"]
    assert described["authorities"][0] == authority
    assert [site["la"] for site in described["authorities"]] == ["820", "823"]
    assert set(authority) >= {"url", "openapi", "la", "users", "exchange_accounts"}
    assert set(authority["users"][0]) >= {"user", "password", "role"}
    assert [user["role"] for user in authority["users"]] == ["administrator", "officer", "school user"]
    assert set(authority["exchange_accounts"][0]) >= {"user", "password", "la", "school"}
    assert set(described["look_at"]) == {
        *("imports", "pupil", "staff", "personnel"),
        *("orders", "invoices", "queue", "collected"),
    }
    assert set(school) >= {"url", "root_folder", "la", "school", "schools", "users"}
    assert school["schools"][0] == {"la": school["la"], "school": school["school"]}
    rights = {user["user"]: user["rights"] for user in school["users"] if user["role"] == "purchaser"}
    assert set(rights) == {"bursar", "clerk", "head", "chair"}
    assert set(rights["chair"]) == {
        *("raises", "imports", "sets_up", "authorises_to", "over_budget"),
        *("enters_invoices", "pays_to"),
    }


def test_a_school_is_collected_from_a_vendors_cloud_by_tasks(demonstration: tuple[Path, dict[str, Any]]) -> None:
    home, described = demonstration
    simulators, result = described["simulators"], described["result"]
    keys = {"base_url", "token_url", "client_id", "secret", "subscription_key", "organisation_id"}
    assert set(simulators["sims_primary"]) >= keys
    assert set(simulators["wonde"]) >= {"base_url", "token", "school_id"}
    attendance, snapshot = ask("authority", "runs", home=home / "authority")
    assert [run["state"] for run in (snapshot, attendance)] == ["successful", "successful"]
    assert snapshot["read"] == snapshot["added"] == result["collected"] > 50
    assert (snapshot["data"], attendance["data"]) == ("snapshot", "attendance")
    assert described["look_at"]["collected"].endswith(f"/collection/log/{snapshot['number']}")


def test_a_basket_is_imported_coded_authorised_and_sent_and_another_waits_for_the_chair(
    demonstration: tuple[Path, dict[str, Any]],
) -> None:
    home, _ = demonstration
    orders = ask("school", "orders", "list", home=home / "school")
    sent, waiting = sorted(orders, key=lambda order: str(order["state"]) == "unauthorised")
    assert (sent["basket"], sent["authorised_by"]) == ("BASKET-00900", "head")
    assert (waiting["state"], waiting["basket"]) == ("unauthorised", "BASKET-00001")
    (arrived,) = ask("supplier", "orders", "list", home=home / "supplier")
    assert arrived["number"] == sent["number"]
    words = ["school", "orders", "authorise", waiting["number"], "--by", "head", "--home", str(home / "school")]
    refused = subprocess.run(
        [sys.executable, "-m", "schoolgate.sites.cli", *words], capture_output=True, text=True, check=False
    )
    assert (refused.returncode, "budget" in refused.stderr) == (1, True)


def test_the_invoice_of_the_order_is_matched_authorised_and_exported_and_a_dearer_one_waits(
    demonstration: tuple[Path, dict[str, Any]],
) -> None:
    home, described = demonstration
    invoices = ask("school", "invoices", "list", home=home / "school")
    assert described["result"]["invoices"] == len(invoices) == 2
    paid, dearer = sorted(invoices, key=lambda invoice: str(invoice["number"]))
    assert (paid["state"], paid["differs"], paid["authorised_by"]) == ("posted", 0, "head")
    assert (dearer["state"], dearer["differs"]) == ("unauthorised", 1)
    (order,) = ask("school", "orders", "list", "--state", "complete", home=home / "school")
    assert {paid["order"], dearer["order"]} == {order["number"]}
    (exported,) = ask("school", "postings", "list", home=home / "school")
    assert exported["gross"] == paid["gross"]


def test_three_schools_have_documents_of_each_type_waiting(demonstration: tuple[Path, dict[str, Any]]) -> None:
    home, described = demonstration
    supplier = described["supplier"]
    assert set(supplier) >= {"url", "wsdl", "openapi", "users", "buyers", "school_buyer"}
    assert all(set(buyer) >= {"user", "password", "duns"} for buyer in [*supplier["buyers"], supplier["school_buyer"]])
    waiting = ask("supplier", "documents", "list", "--state", "waiting", home=home / "supplier")
    kinds = {(document["buyer"], document["type"]) for document in waiting}
    users = [supplier["school_buyer"]["user"], *(buyer["user"] for buyer in supplier["buyers"])]
    assert len(users) == 3
    every = {(user, kind) for user in users for kind in ("order", "invoice", "creditnote", "quote")}
    # The demonstration's own school has taken its baskets.
    assert kinds == every - {(users[0], "order")}


def test_the_homes_lie_where_the_design_says(demonstration: tuple[Path, dict[str, Any]]) -> None:
    home, described = demonstration
    assert described["home"] == str(home)
    assert {path.name for path in home.iterdir()} == {
        *("school", "authority", "authority-2", "supplier"),
        *("root", "staff"),
    }


def test_a_receipt_is_verified_offline_against_its_file(demonstration: tuple[Path, dict[str, Any]]) -> None:
    home, _ = demonstration
    receipt = next((home / "root" / "823" / "Files Exported").glob("*.receipt.json"))
    file = receipt.with_name(receipt.name.removesuffix(".receipt.json"))
    command = [sys.executable, "-m", "schoolgate.sites.cli", "verify-receipt", str(receipt), str(file), "--json"]
    command += ["--home", str(home / "school")]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["name"] == file.name
    file.write_bytes(file.read_bytes() + b"\n")
    assert subprocess.run(command, capture_output=True, check=False).returncode == 1


def test_a_folder_with_something_in_it_is_not_used(tmp_path: Path) -> None:
    from click.testing import CliRunner

    (tmp_path / "something").touch()
    result = CliRunner().invoke(main, ["demo", "--home", str(tmp_path)])
    assert (result.exit_code, "not empty" in result.output) == (2, True)
