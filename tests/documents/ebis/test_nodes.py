import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.documents.ebis.skeletons import CONTENT_ORDER

from schoolgate.documents.ebis.nodes import ValuesUnreadable, read_root
from schoolgate.documents.ebis.orders import read_order
from schoolgate.documents.problems import DocumentError


def refusal_of(text: str) -> DocumentError | None:
    try:
        read_order(text)
    except DocumentError as error:
        return error
    return None


@given(place=st.integers(0, len(CONTENT_ORDER)), length=st.integers(0, 30), put=st.text(max_size=10))
def test_a_damaged_order_is_read_or_refused_in_our_own_words(place: int, length: int, put: str) -> None:
    refusal = refusal_of(CONTENT_ORDER[:place] + put + CONTENT_ORDER[place + length :])
    assert refusal is None or (refusal.code and refusal.message.endswith("."))


@given(data=st.binary(max_size=60))
def test_any_bytes_are_refused_in_our_own_words(data: bytes) -> None:
    with pytest.raises(DocumentError):
        read_order(data)


def test_a_comment_within_a_value_is_no_part_of_it() -> None:
    root, _ = read_root("<Order><BatchNumber>1<!-- two -->3</BatchNumber></Order>", "Order")
    assert root.whole("BatchNumber") == 13


def test_a_value_in_a_cdata_section_is_read() -> None:
    root, _ = read_root("<Order><Narrative><![CDATA[a < b]]></Narrative></Order>", "Order")
    assert root.text("Narrative") == "a < b"


def test_an_empty_value_is_as_absent() -> None:
    root, faults = read_root("<Order><OrderDate> </OrderDate><Checksum/></Order>", "Order")
    assert (root.day("OrderDate"), root.whole("Checksum"), root.texts("Checksum"), faults) == (None, None, (), [])


@pytest.mark.parametrize("text", ["1.5", "1,5", "one", "1" * 50])
def test_what_is_no_whole_number_is_told(text: str) -> None:
    root, faults = read_root(f"<Order>\n<BatchNumber>{text}</BatchNumber></Order>", "Order")
    assert root.whole("BatchNumber") is None
    assert [(fault.path, fault.line) for fault in faults] == [("/Order/BatchNumber", 2)]


@pytest.mark.parametrize(
    "attributes",
    [
        " ".join(f'a{number}="1"' for number in range(150_000)),
        " ".join(f'xmlns:a{number}="urn:{number}"' for number in range(100_000)),
    ],
    ids=["attributes", "namespaces"],
)
def test_an_element_with_too_many_attributes_is_refused_at_once(attributes: str) -> None:
    refusal = refusal_of(CONTENT_ORDER.replace("<OrderHead", f"<OrderHead {attributes}", 1))
    assert refusal is not None
    assert (refusal.code, refusal.line > 0) == ("too-large", True)


def test_namespaces_declared_anew_at_every_line_are_not_too_many() -> None:
    lines = '<OrderLine xmlns:x="urn:x"/>' * 100
    root, _ = read_root(f"<Order>{lines}</Order>", "Order")
    assert len(root.every("OrderLine")) == 100


def test_of_a_document_that_is_all_wrong_the_first_thousand_faults_are_told() -> None:
    root, faults = read_root(f"<Order>{'<OrderLine><LineNumber>x</LineNumber></OrderLine>' * 3_000}</Order>", "Order")
    for line in root.every("OrderLine"):
        line.whole("LineNumber")
    assert (len(faults), faults[-1].path) == (1_000, "/Order/OrderLine[1000]/LineNumber")


def test_blanks_before_the_declaration_are_passed_over_in_text_and_told_in_a_file() -> None:
    text = f"\n  {CONTENT_ORDER}" if CONTENT_ORDER.startswith("<?xml") else f'\n<?xml version="1.0"?>{CONTENT_ORDER}'
    assert read_order(text) == read_order(CONTENT_ORDER)
    with pytest.raises(DocumentError, match="before the XML declaration"):
        read_order(text.encode())


def test_what_is_not_there_holds_nothing() -> None:
    root, _ = read_root("<Order/>", "Order")
    absent = root.child("Supplier").child("Address")
    assert not absent
    assert (absent.text("City"), absent.texts("Street"), absent.attribute("Code")) == ("", (), "")
    assert absent.every("Street") == []


def test_a_long_value_is_shortened_where_it_is_quoted() -> None:
    with pytest.raises(ValuesUnreadable) as caught:
        read_order(f"<Order><OrderDate>{'x' * 10_000}</OrderDate></Order>")
    assert len(caught.value.problems[0].message) < 120
