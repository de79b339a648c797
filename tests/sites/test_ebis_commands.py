"""`schoolgate check` and `schema` of orders, invoices, credit notes and fetch indexes."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.documents.ebis.skeletons import (
    AUTHORISED_ORDER,
    BUYER_DUNS,
    CREDIT_NOTE,
    INDEX,
    INVOICE,
    SUPPLIER_DUNS,
    changed,
)

from schoolgate.sites.cli import main


def schoolgate(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


@pytest.mark.parametrize(
    ("document", "kind"),
    [(AUTHORISED_ORDER, "order"), (INVOICE, "invoice"), (CREDIT_NOTE, "creditnote"), (INDEX, "fetch-index")],
)
def test_documents_of_purchasing_are_told_by_their_root(tmp_path: Path, document: str, kind: str) -> None:
    path = tmp_path / "any name.xml"
    path.write_text(document, "utf-8")
    result = schoolgate("check", str(path))
    assert result.exit_code == 0
    assert result.output.startswith(f"{path}: accepted: {kind}")


def test_pupil_files_and_orders_are_checked_in_one_call(tmp_path: Path) -> None:
    pupils = schoolgate("sample", "students", "--pupils", "2", "--out", str(tmp_path)).output.strip()
    order = tmp_path / "order.xml"
    order.write_bytes(changed(AUTHORISED_ORDER, "76490", "5").replace("utf-8", "utf-16").encode("utf-16"))
    result = schoolgate("check", pupils, str(order), "--json")
    assert result.exit_code == 1
    first, second = json.loads(result.output)
    assert (first["kind"], first["accepted"]) == ("CES", True)
    assert (second["kind"], second["accepted"], second["file"]) == ("order", False, str(order))
    assert second["problems"][0]["code"] == "checksum-differs"


def test_duns_are_compared_where_they_are_given(tmp_path: Path) -> None:
    path = tmp_path / "invoice.xml"
    path.write_text(INVOICE, "utf-8")
    result = schoolgate("check", str(path), "--supplier-duns", SUPPLIER_DUNS, "--buyer-duns", "111111111")
    assert result.exit_code == 0
    assert f"warning: The buyer’s DUNS is “{BUYER_DUNS}”; expected is 111111111." in result.output
    assert "supplier’s" not in result.output


def test_an_order_of_no_known_namespace_is_told_which_is_expected(tmp_path: Path) -> None:
    path = tmp_path / "order.xml"
    path.write_text("<Order/>", "utf-8")
    result = schoolgate("check", str(path))
    assert result.exit_code == 1
    assert "urn:schemas-basda-org:2000:purchaseOrder:xdr:3.01" in result.output


@pytest.mark.parametrize(("kind", "root"), [("order", "Order"), ("Invoice", "Invoice"), ("fetch-index", "Documents")])
def test_the_schemas_of_purchasing_are_printed(kind: str, root: str) -> None:
    result = schoolgate("schema", kind)
    assert result.exit_code == 0
    assert f'<xs:element name="{root}">' in result.output


def test_the_version_of_a_schema_of_purchasing_may_be_named() -> None:
    assert schoolgate("schema", "order", "--version", "3.09").exit_code == 0
    result = schoolgate("schema", "order", "--version", "4")
    assert result.exit_code == 2
    assert "Versions known: 3.09" in result.output


def test_an_unknown_kind_of_schema_is_answered_with_those_there_are() -> None:
    result = schoolgate("schema", "receipt")
    assert result.exit_code == 2
    assert "CES" in result.output
    assert "fetch-index" in result.output
