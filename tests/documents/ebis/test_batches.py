"""Large documents: validated some lines at a time, or refused before that."""

import pytest
from lxml import etree
from tests.documents.ebis.skeletons import CONTENT_ORDER, INDEX, changed

from schoolgate.documents.ebis.batches import MOST_LINES, MOST_TOGETHER, batches
from schoolgate.documents.ebis.checking import check_document

START, END = CONTENT_ORDER.index("  <OrderLine"), CONTENT_ORDER.index("  <OrderTotal>")
LINE = '<OrderLine Action="Original"><LineNumber>{}</LineNumber><Narrative/></OrderLine>'


def of(lines: str) -> str:
    """A basket of other lines."""
    return CONTENT_ORDER[:START] + lines + CONTENT_ORDER[END:]


def numbered(many: int) -> str:
    return "".join(LINE.format(number) for number in range(1, many + 1))


def test_a_fault_in_any_batch_is_told_at_its_line() -> None:
    lines = numbered(4_000).replace(">10<", ">ten<", 1).replace(">3999<", ">last<", 1)
    checked = check_document(of(lines))
    assert [problem.path for problem in checked.schema] == [
        "/Order/OrderLine[10]/LineNumber",
        "/Order/OrderLine[3999]/LineNumber",
    ]


def test_a_large_document_without_a_fault_is_valid() -> None:
    assert check_document(of(numbered(4_000))).schema == []


def test_a_fault_beside_the_lines_is_told_once() -> None:
    document = changed(of(numbered(4_000)), "<Language>en<", "<Language>english<")
    assert [problem.path for problem in check_document(document).schema] == ["/Order/OrderHead/Parameters/Language"]


def test_the_document_is_as_it_was_after_its_batches() -> None:
    root = etree.fromstring(of(numbered(4_000)).encode())
    before = etree.tostring(root, method="c14n")
    sizes = [sum(1 for _ in root.iter("{*}OrderLine")) for _ in batches(root, "order")]
    assert etree.tostring(root, method="c14n") == before
    assert (len(sizes), sum(sizes)) == (3, 4_000)


def test_lines_that_stand_apart_are_told() -> None:
    lines = numbered(4_000)
    middle = len(LINE.format(1))
    [problem] = check_document(of(lines[:middle] + "<Narrative/>" + lines[middle:])).schema
    assert (problem.code, problem.path) == ("schema", "/Order/Narrative")


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("<OrderLine/>" * (MOST_LINES + 1), "The document has 10,000 lines; 9,999 are the most."),
        (
            "<OrderLine/>" + "<Party/>" * (2 * MOST_TOGETHER),
            "Without its lines the document is of more than 5,000 elements.",
        ),
        (f"<OrderLine>{'<a/>' * 2 * MOST_TOGETHER}</OrderLine>", "The line is of more than 5,000 elements."),
        ("<a/>" * 500_000, "The document has more than 500,000 tags."),
    ],
)
def test_a_document_made_to_keep_a_machine_busy_is_refused_at_once(lines: str, message: str) -> None:
    checked = check_document(of(lines))
    assert [(problem.code, problem.message) for problem in checked.refusals()] == [("too-large", message)]
    assert checked.refusals()[0].remedy == "Make several documents of it."


def test_an_index_of_many_documents_is_read_in_batches_too() -> None:
    start, end = INDEX.index("  <Document>"), INDEX.index("</Documents>")
    many = INDEX[:start] + INDEX[start:end] * 3_000 + INDEX[end:]
    assert (check_document(many).lines, check_document(many).refusals()) == (3_000, [])
