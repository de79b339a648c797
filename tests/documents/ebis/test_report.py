import json

from tests.documents.ebis.skeletons import AUTHORISED_ORDER, CONTENT_ORDER, INDEX, INVOICE, changed

from schoolgate.documents.ebis.checking import check_document
from schoolgate.documents.ebis.report import checked_as_json, checked_lines


def lines_of(document: str) -> list[str]:
    return list(checked_lines(check_document(document), "f.xml"))


def test_each_problem_is_one_line_with_its_place() -> None:
    refused = changed(AUTHORISED_ORDER, "<UnitPrice>4.55<", "<UnitPrice>dear<")
    assert lines_of(refused) == [
        (
            "f.xml:52:25: /Order/OrderLine/Price/UnitPrice: UnitPrice is “dear”; "
            "allowed is a number like 4.55, or nothing."
        ),
        "f.xml: refused: order 3.09-UKGov.20030911, 1 line, 1 refusal",
    ]


def test_refusals_stand_before_warnings_which_are_marked() -> None:
    lines = lines_of(changed(CONTENT_ORDER, "51927", "1"))
    assert "warning" not in lines[0]
    assert all(": warning: UK Gov profile:" in line for line in lines[1:-1])
    assert lines[-1] == "f.xml: refused: order 3.09-UKGov.20030911, 2 lines, 1 refusal, 5 warnings"


def test_an_index_counts_its_entries() -> None:
    assert lines_of(INDEX) == ["f.xml: accepted: fetch-index, 1 entry, 0 refusals"]


def test_what_is_no_document_is_summed_up_too() -> None:
    assert lines_of("<Order>")[-1] == "f.xml: refused: no document known here, 0 lines, 1 refusal"


def test_the_json_holds_the_checksum_and_every_problem() -> None:
    report = json.loads(json.dumps(checked_as_json(check_document(changed(INVOICE, "51927", "1")))))
    assert (report["accepted"], report["kind"], report["lines"]) == (True, "invoice", 2)
    assert report["checksum"] == {"stated": 1, "reckoned": 51927, "matches": False}
    assert [(one["code"], one["severity"]) for one in report["problems"]] == [("checksum-differs", "warning")]
    assert (report["refusals"], report["warnings"]) == (0, 1)
    assert json.loads(json.dumps(checked_as_json(check_document(INDEX))))["checksum"] is None
