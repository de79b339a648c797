"""`schoolgate school ledger`, as an operator sets a school's ledger up."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.sites.calls import new_home, schoolgate, told

CODES = "kind,code,name\nfund,01,Delegated budget\nledger code,E19,Learning resources\ncost centre,ENG,English\n"
LINKS = "fund,ledger code,cost centre,budget\n01,E19,ENG,1200.50\n"
VAT = "code,name,rate,sent as\nS,Standard,20,S\n"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("school")
    new_home("school", folder)
    return str(folder)


def test_a_ledger_is_set_up_from_the_command_line(home: str, tmp_path: Path) -> None:
    def do(*words: str) -> str:
        done = schoolgate("school", "ledger", *words, "--home", home)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def rows(*words: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(do(*words, "--json"))
        return found

    def file(name: str, text: str) -> str:
        (tmp_path / name).write_text(text)
        return str(tmp_path / name)

    early = schoolgate("school", "ledger", "codes", "list", "--home", home)
    assert (early.returncode, "There is no open financial year." in early.stderr) == (1, True)
    do("years", "add", "--name", "2026-27", "--first-day", "2026-04-01", "--last-day", "2027-03-31")
    assert "It would be: 3 added" in do("codes", "import", file("codes.csv", CODES), "--dry-run")
    assert rows("codes", "list") == []
    assert "3 added, 0 changed" in do("codes", "import", file("codes.csv", CODES))
    assert [line["state"] for line in rows("links", "import", file("links.csv", LINKS))] == ["new"]
    assert rows("budgets", "list") == [
        {"fund": "01", "ledger_code": "E19", "cost_centre": "ENG", "budget": "1200.50", "open": True}
    ]
    wrong = schoolgate(
        "school", "ledger", "budgets", "import", file("more.csv", f"{LINKS}01,E19,ART,5\n"), "--home", home
    )
    assert wrong.returncode == 1
    assert "more.csv:3: 01 E19 ART: There is no cost centre “ART” in 2026-27." in wrong.stderr
    do("vat", "import", file("vat.csv", VAT))
    assert rows("vat", "list")[0]["rate"] == "20.00"
    assert rows("templates", "list") == []
    assert "01 / E19 / ENG" in do("templates", "add", "01", "e19", "ENG", "--cost-centre", "ENG")
    assert rows("templates", "list")[0]["cost_centre"] == "ENG"
    unlinked = schoolgate("school", "ledger", "templates", "add", "01", "E19", "ART", "--home", home)
    assert (unlinked.returncode, "01 E19 ART are not linked in 2026-27." in unlinked.stderr) == (1, True)
    told("school", "users", "add", "head", "--role", "purchaser", "--home", home)
    assert do("people", "set", "head", "--authorises-to", "2,500", "--over-budget").startswith(
        "head: authorises up to £2,500.00, over budget too."
    )
    assert rows("people", "list")[0]["authorises_to"] == "2500.00"
    for typed in ("much", "2,50", "1e400", "1e12"):
        nonsense = schoolgate("school", "ledger", "people", "set", "head", "--authorises-to", typed, "--home", home)
        assert (nonsense.returncode, "pounds and pence" in nonsense.stderr) == (1, True)
    copied = do(
        *("years", "add", "--name", "2027-28", "--first-day", "2027-04-01", "--last-day", "2028-03-31"),
        *("--copy-from", "2026-27", "--budgets"),
    )
    assert "with 3 codes, 1 link, 1 coding template" in copied
    assert rows("budgets", "list", "--year", "2027-28") == rows("budgets", "list")
    asked = do("years", "close", "2027-28", "--check")
    assert "Nothing blocks the close." in asked
    assert "To note: There is no open financial year after it" in asked
    assert "no open financial year" not in do("years", "close", "2026-27")
    assert [(year["name"], year["state"]) for year in rows("years", "list")] == [
        ("2027-28", "current"),
        ("2026-27", "closed"),
    ]


def test_the_establishment_s_details_are_told_and_changed(home: str) -> None:
    def do(*words: str) -> str:
        done = schoolgate("school", "ledger", "establishment", *words, "--home", home)
        assert done.returncode == 0, done.stderr
        return done.stdout

    address = "Green Abbey School\n1 School Lane"
    do("--duns", "217654321", "--order-prefix", "GA-", "--delivery-address", address, "--buyer-duns-may-lack")
    told = json.loads(do("--name", "Green Abbey School", "--json"))
    assert (told["name"], told["duns"], told["order_prefix"]) == ("Green Abbey School", "217654321", "GA-")
    assert (told["delivery_address"], told["buyer_duns_may_lack"], told["currency"]) == (address, True, "GBP")
    assert "Take a basket that does not say for whom it is: no" in do("--buyer-duns-is-needed")
    assert "Tolerance of invoices, in pence: 2" in do("--invoice-tolerance", "2")
    wrong = schoolgate("school", "ledger", "establishment", "--duns", "12", "--name", "Other", "--home", home)
    assert (wrong.returncode, "--duns: " in wrong.stderr) == (1, True)
    assert "Name: Green Abbey School" in do()
    wrong = schoolgate("school", "ledger", "establishment", "--post-and-packing", "1 / 2 / 3", "--home", home)
    assert (wrong.returncode, "“1 / 2 / 3” is not linked and open" in wrong.stderr) == (1, True)
