"""The reader of envelopes: bounded, whatever comes."""

import pytest

from schoolgate.documents.problems import DocumentError
from schoolgate.wire.soap.elements import BLOCK, DEEPEST, MOST_ATTRIBUTES, MOST_ELEMENTS, read_elements


def code_of(data: bytes) -> str:
    with pytest.raises(DocumentError) as raised:
        read_elements(data)
    return raised.value.code


def test_names_attributes_and_texts_are_found_in_their_namespaces() -> None:
    root = read_elements(b'<a xmlns="urn:1" xmlns:p="urn:2"><p:b p:c="d" c="e">x&#233;<![CDATA[<y>]]></p:b><f/></a>')
    b = root.child("urn:2", "b")
    assert b is not None
    assert (b.text, b.attribute("urn:2", "c"), b.attribute("urn:1", "c")) == ("xé<y>", "d", None)
    assert [(element.namespace, element.name) for element in root] == [("urn:1", "a"), ("urn:2", "b"), ("urn:1", "f")]


def test_a_namespace_ends_with_its_element() -> None:
    root = read_elements(b'<a><b xmlns="urn:1"><c xmlns=""/></b><d/></a>')
    assert [element.namespace for element in root] == ["", "urn:1", "", ""]


@pytest.mark.parametrize(
    "data",
    [
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        b'<?xml version="1.0"?><!-- x --><!DOCTYPE a SYSTEM "file:///etc/hostname"><a/>',
        '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a><a/>'.encode("utf-16"),
    ],
)
def test_a_doctype_is_refused(data: bytes) -> None:
    assert code_of(data) == "doctype"


def test_a_doctype_is_refused_before_its_entities_are_read() -> None:
    entities = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 100}">' for n in range(9))
    assert code_of(f'<!DOCTYPE a [<!ENTITY e0 "x">{entities}]><a>&e9;</a>'.encode()) == "doctype"


@pytest.mark.parametrize(
    "data",
    [
        b"<a>" + b"<b/>" * MOST_ELEMENTS + b"</a>",
        b"<a>" * (DEEPEST + 1),
        b"<a " + b" ".join(b'b%d=""' % number for number in range(MOST_ATTRIBUTES + 1)) + b"/>",
        b"<a><b c='" + b"x" * 3 * BLOCK + b"'/></a>",
    ],
)
def test_more_than_an_envelope_needs_is_refused(data: bytes) -> None:
    assert code_of(data) == "too-large"


@pytest.mark.parametrize("written", ["%s", "<![CDATA[%s]]>"])
def test_a_text_may_be_longer_than_what_is_read_at_a_time(written: str) -> None:
    text = "x" + "£" * BLOCK + "x\ny" * BLOCK
    assert read_elements(f"<a><b>{written % text}</b></a>".encode()).children[0].text == text


def test_a_long_namespace_is_not_copied_for_each_of_its_elements() -> None:
    names = b"<p:b/>" * (MOST_ELEMENTS - 1)
    root = read_elements(b'<a xmlns:p="' + b"u" * 200_000 + b'">' + names + b"</a>")
    assert len({id(element.namespace) for element in root}) == 2


@pytest.mark.parametrize(
    "data",
    [
        b"<p:a/>",
        b"<a p:b='c'/>",
        b"<a:b:c xmlns:a='d'/>",
        b"<a/><b/>",
        b"<a>&nbsp;</a>",
        b"<a>\x01</a>",
        b"x",
        b"<a b='1' b='2'/>",
    ],
)
def test_what_is_not_well_formed_is_refused(data: bytes) -> None:
    assert code_of(data) == "not-well-formed"


@pytest.mark.parametrize(
    ("data", "charset"),
    [
        (b"<a/>", "utf-7"),
        (b'<?xml version="1.0" encoding="ebcdic"?><a/>', ""),
        (b"<a>\xff</a>", "utf-8"),
        (b"\xff\xfe<", ""),
    ],
)
def test_an_encoding_that_is_not_taken_or_not_kept_is_refused(data: bytes, charset: str) -> None:
    with pytest.raises(DocumentError) as raised:
        read_elements(data, charset)
    assert raised.value.code == "encoding"
