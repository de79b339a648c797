"""`schoolgate school postings`, `reports` and `prices`, as an operator's scripts call them."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.sites.calls import new_home, schoolgate

PLANT = "from tests.faults.posting_process import main; main(['set up'])"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A school with four invoices of £15.00 gross that are authorised for payment."""
    folder = tmp_path_factory.mktemp("school")
    new_home("school", folder)
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "schoolgate.sites.school",
        "SCHOOLGATE_HOME": str(folder),
        "DATABASE_URL": "",
    }
    subprocess.run([sys.executable, "-c", PLANT], check=True, env=environment, cwd=Path(__file__).parents[2])
    return str(folder)


def do(home: str, *words: str, code: int = 0) -> str:
    """What a command prints that ends so; its complaint where it fails."""
    done = schoolgate("school", *words, "--home", home)
    assert done.returncode == code, done.stderr
    return done.stdout or done.stderr


def rows(home: str, *words: str) -> Any:
    return json.loads(do(home, *words, "--json"))


def test_what_waits_is_exported_once_and_its_file_is_there_again(home: str, tmp_path: Path) -> None:
    assert "4 wait to be exported." in do(home, "postings", "list")
    out = tmp_path / "postings.csv"
    assert "Export 1: 4 invoices and credit notes, £60.00 gross." in do(home, "postings", "export", "--out", str(out))
    assert "Nothing authorised since the last export." in do(home, "postings", "export", code=1)
    (made,) = rows(home, "postings", "list")
    assert (made["number"], made["invoices"], made["gross"]) == (1, 4, "60.00")
    assert len(list(csv.DictReader(io.StringIO(out.read_text("utf-8"))))) == 4
    again = tmp_path / "again.csv"
    do(home, "postings", "show", "1", "--out", str(again))
    assert again.read_bytes() == out.read_bytes()
    assert do(home, "postings", "show", "1").startswith("run,kind,supplier,")
    assert "There is no export 7." in do(home, "postings", "show", "7", code=1)

    told = do(home, "postings", "show", "1", "--out", str(tmp_path / "no folder" / "file.csv"), code=1)
    assert "cannot be written" in told
    assert "postings show 1" in told


def test_reports_are_told_as_a_table_as_json_and_as_csv(home: str) -> None:
    assert [one["name"] for one in rows(home, "reports")][:2] == ["commitments", "spending"]
    (row,) = rows(home, "reports", "spending")
    assert (row["cost_centre"], row["spent"], row["state"]) == ("ENG", "50.00", "over budget")
    assert "£50.00 is spent" in do(home, "reports", "spending")
    headings, first = csv.reader(io.StringIO(do(home, "reports", "vat", "--csv")))
    assert (headings[0], first[0], first[-1]) == ("Month", "November 2026", "10.00")
    assert rows(home, "reports", "invoices-not-matched", "--supplier", "Beacon Supplies", "--limit", "1")[0]["number"]
    assert "No entries in this period." in do(home, "reports", "commitments", "--cost-centre", "ENG")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("nonsense",), "There is no report 'nonsense'. There are: commitments, spending"),
        (("spending", "--supplier", "Beacon Supplies"), "is not of one supplier"),
        (("vat", "--cost-centre", "ENG"), "is not of one cost centre"),
        (("vat", "--year", "1999"), "There is no financial year '1999'."),
    ],
)
def test_a_report_that_cannot_be_made_says_why(home: str, words: tuple[str, ...], says: str) -> None:
    assert says in do(home, "reports", *words, code=1)


def test_prices_are_compared(home: str) -> None:
    assert "Nothing was bought from two suppliers" in do(home, "prices")
    (pens,) = rows(home, "prices", "--all")
    assert (pens["product"], pens["price"], pens["times"], pens["cheapest"]) == ("Pens", "12.50", 4, False)
