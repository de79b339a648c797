"""`schoolgate sample orders`, `sample invoices`."""

import json
from datetime import date
from pathlib import Path

import pytest
import time_machine
from click.testing import CliRunner, Result

from schoolgate.documents.ebis.invoices import read_invoice
from schoolgate.documents.ebis.orders import read_order
from schoolgate.sites.cli import main


def sample(tmp_path: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["sample", *arguments, "--out", str(tmp_path / "made")])


def test_orders_are_written_under_their_own_names(tmp_path: Path) -> None:
    result = sample(tmp_path, "orders", "--lines", "2", "--count", "2", "--seed", "7", "--supplier-duns", "012345678")
    paths = [Path(line) for line in result.output.splitlines()]
    assert [path.name for path in paths] == ["content-BASKET-00007.xml", "content-BASKET-00008.xml"]
    order = read_order(paths[0].read_bytes())
    assert (len(order.lines), order.supplier.duns, order.buyer.duns) == (2, "012345678", "987654321")


def test_the_orders_that_a_school_makes_of_them_can_be_had(tmp_path: Path) -> None:
    (path,) = json.loads(sample(tmp_path, "orders", "--kind", "purchase", "--json").output)
    assert Path(path["file"]).name == "purchase-ORD00001.xml"


@pytest.mark.parametrize(
    ("flag", "name", "lines"),
    [
        ((), "invoice-SI-00001.xml", 3),
        (("--credit-note",), "credit-note-CN-00001.xml", 3),
        (("--postage",), "invoice-SI-00001.xml", 4),
    ],
)
def test_invoices_and_credit_notes_are_written(tmp_path: Path, flag: tuple[str, ...], name: str, lines: int) -> None:
    path = Path(sample(tmp_path, "invoices", "--lines", "3", *flag).output.strip())
    assert (path.name, len(read_invoice(path.read_bytes()).lines)) == (name, lines)


def test_a_date_can_be_given(tmp_path: Path) -> None:
    path = Path(sample(tmp_path, "invoices", "--date", "2026-03-31").output.strip())
    assert read_invoice(path.read_bytes()).date == date(2026, 3, 31)


@time_machine.travel("2026-06-30T23:30:00Z", tick=False)
def test_without_a_date_documents_are_of_today_in_london(tmp_path: Path) -> None:
    path = Path(sample(tmp_path, "orders").output.strip())
    assert read_order(path.read_bytes()).date == date(2026, 7, 1)


@pytest.mark.parametrize(
    "arguments",
    [
        ("orders", "--buyer-duns", "12345678"),
        ("invoices", "--supplier-duns", "12345678X"),
        ("orders", "--lines", "0"),
        ("invoices", "--credit-note", "--postage"),
    ],
)
def test_a_sample_that_cannot_be_is_a_wrong_call(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    assert sample(tmp_path, *arguments).exit_code == 2


def test_a_folder_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = CliRunner().invoke(main, ["sample", "orders", "--out", str(tmp_path / "file" / "below")])
    assert (result.exit_code, "Cannot write to" in result.output) == (1, True)
