"""What a row keeps of a document's XML."""

from decimal import Decimal

import pytest

from schoolgate.documents.problems import DocumentError
from schoolgate.supplier.facts import digest_of, money

XML = '<Order xmlns="urn:x"><Note a="1" b="2">Two  words</Note><Sum>1 &gt; 0</Sum></Order>'


@pytest.mark.parametrize(
    "same",
    [
        XML.encode(),
        XML.encode("utf-16"),
        '<?xml version="1.0" encoding="utf-16"?>' + XML,
        XML.replace("><", ">\r\n  <"),
        XML.replace('a="1" b="2"', "b='2'  a='1'"),
        XML.replace("<Sum>", "<!-- a note --><Sum>"),
        XML.replace("1 &gt; 0", "<![CDATA[1 > 0]]>"),
        f'\n  <?xml version="1.0" encoding="utf-16"?>{XML}',
        XML.replace("<Order", '<Order xmlns:unused="urn:z"'),
    ],
)
def test_neither_encoding_nor_layout_makes_another_document(same: str | bytes) -> None:
    assert digest_of(same) == digest_of(XML)


@pytest.mark.parametrize(
    "other",
    [
        XML.replace("Two  words", "Two words"),
        XML.replace('b="2"', 'b="3"'),
        XML.replace("urn:x", "urn:y"),
        XML.replace("1 &gt; 0", "1 &gt;0"),
        XML.replace("</Order>", "<Sum/></Order>"),
    ],
)
def test_a_value_makes_another_document(other: str) -> None:
    assert digest_of(other) != digest_of(XML)


def test_what_is_no_xml_has_no_digest() -> None:
    with pytest.raises(DocumentError):
        digest_of("<Order>")


def test_an_amount_is_kept_as_a_row_can_hold_it() -> None:
    assert money(Decimal("1.23456")) == Decimal("1.2346")
    assert money(Decimal(10) ** 30) is None
    assert money(None) is None
