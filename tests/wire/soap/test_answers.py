"""Answers as real services write them, and as nobody should."""

import pytest
from tests.wire.soap.goldens import RESULTS, golden

from schoolgate.documents.problems import DocumentError
from schoolgate.wire.soap.answers import Fault, read_answer
from schoolgate.wire.soap.contract import ENVELOPES, NAMESPACE, OPERATIONS, Version
from schoolgate.wire.soap.values import write_boolean

STACK = (
    "System.Web.Services.Protocols.SoapException: Server was unable to process request. ---&gt; "
    "AuthenticationException: Not you.\n   at Shop.Service.FetchIndex() in C:\\shop\\Service.asmx.cs:line 42"
)


def fault_of(faultstring: str, *, rest: str = "") -> Fault | str:
    body = (
        f'<s:Envelope xmlns:s="{ENVELOPES["1.1"]}"><s:Body><s:Fault><faultcode>s:Server</faultcode>'
        f"<faultstring>{faultstring}</faultstring>{rest}</s:Fault></s:Body></s:Envelope>"
    )
    return read_answer(body.encode(), "text/xml; charset=utf-8", "FetchIndex")


@pytest.mark.parametrize("version", ["1.1", "1.2"])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_golden_answer_is_read(operation: str, version: Version) -> None:
    result = RESULTS[operation]
    said = write_boolean(result) if isinstance(result, bool) else result
    assert read_answer(golden(version, f"{operation}-answer"), "text/xml", operation) == said


@pytest.mark.parametrize(
    ("name", "code", "kind"),
    [
        ("AuthenticationException", "Client", "AuthenticationException"),
        ("DocumentNotExistException", "Client", "DocumentNotExistException"),
        ("InvalidXmlException", "Client", "InvalidXmlException"),
        ("Server", "Server", None),
    ],
)
def test_a_golden_fault_is_read_alike_in_both_versions(name: str, code: str, kind: str | None) -> None:
    old, new = (read_answer(golden(version, f"{name}-fault"), "", "FetchIndex") for version in ENVELOPES)
    assert isinstance(old, Fault)
    assert isinstance(new, Fault)
    assert (old.code, old.kind, old.sentence) == (code, kind, new.sentence)
    assert new.code == {"Client": "Sender", "Server": "Receiver"}[code]


def test_the_kind_is_found_in_the_stack_trace_of_an_asmx_service() -> None:
    assert fault_of(STACK) == Fault("Server", "AuthenticationException", "Not you.")


def test_the_kind_is_found_in_the_detail() -> None:
    found = fault_of("Internal error", rest="<detail><e><type>InvalidXmlException</type></e></detail>")
    assert isinstance(found, Fault)
    assert found.kind == "InvalidXmlException"


def test_a_fault_of_another_kind_keeps_its_text_without_the_stack_trace() -> None:
    assert fault_of("NullReferenceException: x\n   at Shop.Y()") == Fault("Server", None, "NullReferenceException: x")


def test_several_lines_of_reasons_are_kept() -> None:
    found = fault_of("InvalidXmlException: Line 3: no date.\nLine 4: no DUNS.")
    assert found == Fault("Server", "InvalidXmlException", "Line 3: no date.\nLine 4: no DUNS.")


@pytest.mark.parametrize("namespace", [NAMESPACE, "", "http://tempuri.org/"])
def test_an_answer_is_read_whatever_its_prefixes_and_namespace(namespace: str) -> None:
    body = (
        f'<x:Envelope xmlns:x="{ENVELOPES["1.2"]}"><x:Body><FetchDocResponse xmlns="{namespace}"><FetchDocResult>'
        "<![CDATA[<a>&amp;</a>]]></FetchDocResult></FetchDocResponse></x:Body></x:Envelope>"
    )
    assert read_answer(body.encode("utf-16"), "application/soap+xml; charset=utf-16", "FetchDoc") == "<a>&amp;</a>"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "not-well-formed"),
        (b"<html><body>Please sign in</body></html>", "not-soap"),
        (b"<html><br></html>", "not-well-formed"),
        (golden("1.1", "FetchDoc-answer"), "no-result"),
        (golden("1.1", "FetchIndex-answer").replace(b"&lt;Documents&gt;", b"<Documents/>"), "no-result"),
        (f'<s:Envelope xmlns:s="{ENVELOPES["1.1"]}"><s:Body/></s:Envelope>'.encode(), "no-result"),
    ],
)
def test_what_is_no_answer_is_told_apart(body: bytes, code: str) -> None:
    with pytest.raises(DocumentError) as raised:
        read_answer(body, "text/xml", "FetchIndex")
    assert raised.value.code == code


def test_of_a_fault_that_goes_on_for_ever_no_more_is_looked_at_than_is_kept() -> None:
    # Looked through whole for a stack trace, these blanks take minutes.
    told = fault_of(f"No{' ' * 200_000}.")
    assert isinstance(told, Fault)
    assert told.sentence.strip() == "No"
