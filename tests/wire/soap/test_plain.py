"""What is read by one pattern is read as the whole reader would, or not by it."""

from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schoolgate.wire.soap.answers import write_call
from schoolgate.wire.soap.calls import Call, read_call, read_media_type
from schoolgate.wire.soap.contract import ENVELOPES, MEDIA_TYPES, NAMESPACE, OPERATIONS, XSI, Version
from schoolgate.wire.soap.faults import SoapFault
from schoolgate.wire.soap.plain import LONGEST_BYTES, PlainCall, read_plain_call

ARGUMENTS = {
    "ChangePassword": {},
    "FetchIndex": {},
    "FetchHistory": {"BeginDate": "2026-11-26T09:00:00Z"},
    "UpdateDocumentStatus": {"DocID": "B-1", "Processed": "true"},
    "FetchDoc": {"DocID": "B-1"},
    "SendOrder": {"Document": "no XML"},
}


def plainly(
    body: bytes, operation: str, version: Version = "1.1", media: str = "", action: str = ""
) -> PlainCall | None:
    """As the pattern reads it, from a client that says all that it should."""
    media_type, parameters = read_media_type(media or f"{MEDIA_TYPES[version]}; charset=utf-8")
    said = action or f'"{OPERATIONS[operation].action}"'
    return read_plain_call(body, media_type, parameters, said if version == "1.1" else None)


def in_full(body: bytes, media: str, action: str | None) -> Call | None:
    """As the whole reader reads it; None for what it refuses."""
    with patch("schoolgate.wire.soap.calls.read_plain_call", return_value=None):
        try:
            return read_call(body, media, action)
        except SoapFault:
            return None


@pytest.mark.parametrize("version", MEDIA_TYPES)
@pytest.mark.parametrize("operation", ARGUMENTS)
def test_a_call_as_our_client_writes_it_is_plain(version: Version, operation: str) -> None:
    found = plainly(write_call(version, operation, ARGUMENTS[operation], "greenabbey", "a word"), operation, version)
    assert found == PlainCall(version, operation, ARGUMENTS[operation], "greenabbey", "a word")


def test_a_call_as_net_writes_it_is_plain() -> None:
    body = f"""<?xml version="1.0" encoding="utf-8"?>
<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsd="http://www.w3.org/2001/XMLSchema">
  <soap:Header>
    <AuthHeader xmlns="{NAMESPACE}">
      <Username>greenabbey</Username>
      <Password>a word</Password>
    </AuthHeader>
  </soap:Header>
  <soap:Body>
    <UpdateDocumentStatus xmlns="{NAMESPACE}">
      <DocID>B-1</DocID>
      <Processed>true</Processed>
    </UpdateDocumentStatus>
  </soap:Body>
</soap:Envelope>"""
    found = plainly(body.replace("\n", "\r\n").encode(), "UpdateDocumentStatus")
    assert found is not None
    assert found.arguments == {"DocID": "B-1", "Processed": "true"}


WRITTEN = write_call("1.1", "UpdateDocumentStatus", ARGUMENTS["UpdateDocumentStatus"], "greenabbey", "a word").decode()


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("a word", "a &amp; word"),
        ("a word", "a ]]> word"),
        ("a word", "ein Wört"),
        ("a word", "a\tword"),
        ("a word", "a\rword"),
        ("B-1", " B-1"),
        (">true<", ">True<"),
        (">true<", ">1<"),
        ("<DocID>B-1</DocID>", ""),
        ("<DocID>B-1</DocID>", "<DocID>B-1</DocID><DocID>B-2</DocID>"),
        ("</Processed>", "</Processed><Other>x</Other>"),
        ("<DocID>", '<DocID xml:lang="en">'),
        ("<DocID>", "<DocId>"),
        ("utf-8", "utf-16"),
        ('version="1.0"', 'version="1 0"'),
        ("<soap:Body>", "<soap:Body><!-- no -->"),
        ("<soap:Header>", '<soap:Header><Other xmlns="urn:other"/>'),
        ("http://schemas.xmlsoap.org/soap/envelope/", "urn:other"),
        (f'xmlns:xsi="{XSI}"', f'xmlns:soap="{ENVELOPES["1.1"]}"'),
        ("</soap:Envelope>", "</soap:Envelope>x"),
        (f'<UpdateDocumentStatus xmlns="{NAMESPACE}"', '<UpdateDocumentStatus xmlns="urn:other"'),
    ],
)
def test_whatever_there_is_to_look_at_is_not_plain(was: str, now: str) -> None:
    assert was in WRITTEN
    assert plainly(WRITTEN.replace(was, now).encode(), "UpdateDocumentStatus") is None


@pytest.mark.parametrize("action", ["", '""', f"{NAMESPACE}/UpdateDocumentStatus", f'"{NAMESPACE}/FetchIndex"'])
def test_another_action_is_looked_at(action: str) -> None:
    assert read_plain_call(WRITTEN.encode(), "text/xml", {}, action) is None


@pytest.mark.parametrize("media", ["application/soap+xml", "text/xml; charset=utf-16", "application/xml"])
def test_another_content_type_is_looked_at(media: str) -> None:
    assert plainly(WRITTEN.encode(), "UpdateDocumentStatus", media=media) is None


@pytest.mark.parametrize("written", ["2026-11-26", "2026-11-26T09:00:00", "2026-11-26 09:00:00Z", "yesterday"])
def test_a_bent_time_is_looked_at(written: str) -> None:
    assert (
        plainly(write_call("1.1", "FetchHistory", {"BeginDate": written}, "greenabbey", "a word"), "FetchHistory")
        is None
    )


def test_a_long_call_is_looked_at() -> None:
    body = write_call("1.1", "SendOrder", {"Document": "x" * LONGEST_BYTES}, "greenabbey", "a word")
    assert plainly(body, "SendOrder") is None


PLAIN = st.text("ab 1-:/", max_size=6)
ODD = st.text("ab &<>\"'\r\n\té]/", min_size=1, max_size=6)
HARM = st.sampled_from([b"", b" ", b"\n", b"\r", b"\0", b"&#65;", b"&lt;", b"<", b"</", b'"', b"\xe9", b"\xc3\xa9"])


def mostly(usual: st.SearchStrategy[str], *others: str | None) -> st.SearchStrategy[str | None]:
    return st.integers(0, 9).flatmap(lambda number: usual if number else st.sampled_from(others))


@st.composite
def harmed(draw: st.DrawFn) -> tuple[bytes, str, str | None]:
    """A call as clients write them, of which a few characters are lost, doubled, or others than they were."""
    version: Version = draw(st.sampled_from(list(MEDIA_TYPES)))
    operation = draw(st.sampled_from(list(ARGUMENTS)))
    texts = st.integers(0, 7).flatmap(lambda number: PLAIN if number else ODD)
    arguments = {
        name: draw(st.just(value) | (texts if OPERATIONS[operation].name != "FetchHistory" else st.just(value[:-1])))
        for name, value in ARGUMENTS[operation].items()
    }
    body = bytearray(write_call(version, operation, arguments, draw(texts), draw(texts)))
    for _ in range(draw(st.sampled_from([0, 1, 1, 2]))):
        start = draw(st.integers(0, len(body)))
        end = min(len(body), start + draw(st.sampled_from([0, 0, 1, 12])))
        body[start:end] = draw(HARM | st.just(bytes(body[start:end]) * 2))
    right = MEDIA_TYPES[version]
    media = draw(mostly(st.just(right), f"{right}; charset=utf-8", f"{right}; charset=utf-16", "text/plain", ""))
    action = OPERATIONS[operation].action
    said = draw(mostly(st.just(f'"{action}"' if version == "1.1" else ""), action, "", None))
    return bytes(body), media or "", said


@settings(max_examples=600)
@given(harmed())
def test_what_is_read_plainly_is_what_the_whole_reader_reads(call: tuple[bytes, str, str | None]) -> None:
    body, media, action = call
    media_type, parameters = read_media_type(media)
    plain = read_plain_call(body, media_type, parameters, action)
    if plain is not None:
        whole = in_full(body, media, action)
        assert whole is not None
        assert plain == (whole.version, whole.operation, whole.arguments, whole.username, whole.password)
        assert (whole.called, whole.broken) == (plain.operation, ())
