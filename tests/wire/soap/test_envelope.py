"""What both ends write, against the golden envelopes."""

from typing import get_args

import pytest
from tests.wire.soap.goldens import ARGUMENTS, PASSWORD, RESULTS, USERNAME, canonical, golden

from schoolgate.wire.soap.answers import write_call
from schoolgate.wire.soap.calls import Call, read_call
from schoolgate.wire.soap.contract import OPERATIONS, Version
from schoolgate.wire.soap.elements import read_elements
from schoolgate.wire.soap.envelope import content_type, write_answer, write_fault
from schoolgate.wire.soap.faults import (
    AuthenticationException,
    ClientFault,
    DocumentNotExistException,
    InvalidXmlException,
    MustUnderstand,
    ServerFault,
    SoapFault,
    VersionMismatch,
)

WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
FAULTS: dict[str, SoapFault] = {
    "AuthenticationException": AuthenticationException(),
    "DocumentNotExistException": DocumentNotExistException(),
    "InvalidXmlException": InvalidXmlException("Line 3: OrderDate is <not> a date."),
    "Client": ClientFault(f"There is no operation FetchAll. There are: {', '.join(OPERATIONS)}."),
    "Server": ServerFault(),
    "MustUnderstand": MustUnderstand([(WSSE, "Security")]),
    "VersionMismatch": VersionMismatch(),
}

versions = pytest.mark.parametrize("version", get_args(Version))
operations = pytest.mark.parametrize("operation", OPERATIONS)


@versions
@operations
def test_a_call_is_written_as_its_golden_envelope(operation: str, version: Version) -> None:
    written = write_call(version, operation, ARGUMENTS[operation], USERNAME, PASSWORD)
    assert canonical(written, version) == canonical(golden(version, f"{operation}-call"), version)


@versions
@operations
def test_a_golden_call_is_read_and_breaks_no_rule(operation: str, version: Version) -> None:
    call = read_call(golden(version, f"{operation}-call"), content_type(version), f'"{OPERATIONS[operation].action}"')
    assert call == Call(version, operation, operation, ARGUMENTS[operation], USERNAME, PASSWORD)


@versions
@operations
def test_an_answer_is_written_as_its_golden_envelope(operation: str, version: Version) -> None:
    call = Call(version, operation, operation, {}, USERNAME, PASSWORD)
    written = write_answer(call, RESULTS[operation])
    assert canonical(written, version) == canonical(golden(version, f"{operation}-answer"), version)


@versions
@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_written_as_its_golden_envelope(name: str, version: Version) -> None:
    written = write_fault(version, FAULTS[name])
    assert canonical(written, version) == canonical(golden(version, f"{name}-fault"), version)


def test_an_answer_begins_with_its_declaration_and_nothing_before_it() -> None:
    call = Call("1.1", "FetchIndex", "FetchIndex", {}, "", "")
    assert write_answer(call, "").startswith(b'<?xml version="1.0" encoding="utf-8"?><')


def test_the_history_is_answered_by_the_name_it_was_called_by() -> None:
    call = Call("1.1", "FetchHistory", "FetchIndexByDate", {}, "", "")
    assert b"<FetchIndexByDateResult></FetchIndexByDateResult></FetchIndexByDateResponse>" in write_answer(call, "")


def test_a_document_is_answered_without_its_byte_order_mark_and_with_its_line_ends() -> None:
    call = Call("1.1", "FetchDoc", "FetchDoc", {}, "", "")
    body = read_elements(write_answer(call, "\ufeff<a>\r\n]]></a>")).children[-1]
    assert body.children[0].children[0].text == "<a>\r\n]]></a>"


def test_a_fault_that_quotes_what_xml_forbids_is_still_xml() -> None:
    written = write_fault("1.1", InvalidXmlException("It holds \x00 and \ud800."))
    assert "It holds \ufffd and \ufffd." in "".join(element.text for element in read_elements(written))


def test_a_header_in_no_namespace_is_named_as_not_understood() -> None:
    assert b'<soap:NotUnderstood qname="Ticket" />' in write_fault("1.2", MustUnderstand([("", "Ticket")]))
