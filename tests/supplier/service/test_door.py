"""The door: calls by POST, a page and the WSDL by GET, and never a stack trace."""

import logging
from typing import Any

import pytest
from lxml import etree
from tests.supplier.service.calling import Answer, Caller, ask, envelope_of, environ_of

from schoolgate.supplier.models import Call
from schoolgate.supplier.preferences import SERVICE_CONTACT
from schoolgate.supplier.service import handling
from schoolgate.supplier.service.door import SoapDoor
from schoolgate.wire.soap.contract import OPERATIONS


def get(door: SoapDoor, query: str = "", method: str = "GET") -> Answer:
    return ask(door, environ_of(method, QUERY_STRING=query))


@pytest.mark.parametrize("query", ["WSDL", "wsdl", "Wsdl=1", "wsdl&v=2"])
def test_the_wsdl_says_the_address_that_it_was_called_by(door: SoapDoor, query: str) -> None:
    answer = get(door, query)
    assert (answer.status, answer.headers["Content-Type"]) == ("200 OK", "text/xml; charset=utf-8")
    locations = {found.get("location") for found in etree.fromstring(answer.body).iter() if found.get("location")}
    assert locations == {"https://testserver/Service.asmx"}


def test_the_page_tells_the_operations_the_address_and_whom_to_ask(db: None, door: SoapDoor) -> None:
    SERVICE_CONTACT.set("Riverside, 01234 000000 <9 to 5>", by=None)
    answer = get(door)
    text = answer.body.decode()
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "https://testserver/Service.asmx" in text
    assert "Riverside, 01234 000000 &lt;9 to 5&gt;" in text
    assert all(name in text for name in OPERATIONS)


def test_the_page_needs_no_cookie_and_sets_none(db: None, door: SoapDoor) -> None:
    assert not {"Set-Cookie", "Vary"} & get(door).headers.keys()


@pytest.mark.parametrize("query", ["", "WSDL"])
def test_head_has_the_headers_of_get_and_no_body(db: None, door: SoapDoor, query: str) -> None:
    head, whole = get(door, query, "HEAD"), get(door, query)
    assert (head.headers, head.body) == (whole.headers, b"")
    assert head.headers["Content-Length"] == str(len(whole.body))


def test_other_methods_are_told_which_there_are(door: SoapDoor) -> None:
    answer = get(door, method="PUT")
    assert (answer.status, answer.headers["Allow"]) == ("405 Method Not Allowed", "GET, HEAD, POST")


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_an_answer_comes_in_the_version_of_the_call(school: Caller, version: Any) -> None:
    answer = Caller(school.door, version=version).call("FetchIndex")
    expected = {"1.1": "text/xml; charset=utf-8", "1.2": "application/soap+xml; charset=utf-8"}
    assert (answer.status, answer.headers["Content-Type"]) == ("200 OK", expected[version])
    assert answer.headers["Content-Length"] == str(len(answer.body))
    assert "Documents" in answer.result


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_a_wrong_password_is_a_fault_with_500_in_both_versions(school: Caller, version: Any) -> None:
    answer = Caller(school.door, password="wrong", version=version).call("FetchIndex")
    assert answer.status == "500 Internal Server Error"
    assert answer.fault == "AuthenticationException: The user name or password is not right."


def test_http_authentication_is_never_asked_for(school: Caller) -> None:
    answer = Caller(school.door, password="wrong").call("FetchIndex")
    assert "WWW-Authenticate" not in answer.headers


@pytest.mark.parametrize("operation", ["FetchDoc", "UpdateDocumentStatus"])
def test_an_unknown_document_does_not_exist(school: Caller, operation: str) -> None:
    answer = school.call(operation, DocID="B-1", **({"Processed": "true"} if operation != "FetchDoc" else {}))
    assert answer.fault.startswith("DocumentNotExistException: ")


@pytest.mark.parametrize("body", [b"", b"<", b"nothing of XML", b"<a/>", b"\0\xff", b"<!DOCTYPE a []><a/>"])
def test_what_is_no_envelope_is_a_fault(school: Caller, body: bytes) -> None:
    answer = school.send(body)
    assert answer.status.startswith("500")
    assert answer.fault


def test_what_goes_wrong_on_our_side_is_told_by_a_number_alone(
    school: Caller, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("disk 7 is on fire")

    monkeypatch.setattr(handling, "do", fail)
    with caplog.at_level(logging.ERROR):
        answer = school.call("FetchIndex")
    school.door.calls.flush()
    assert answer.status.startswith("500")
    assert b"fire" not in answer.body
    assert b"Traceback" not in answer.body
    call = Call.objects.get()
    assert call.outcome == "Server"
    assert call.request_id in answer.fault
    assert call.request_id in caplog.text
    assert "disk 7 is on fire" in caplog.text


def test_a_page_that_fails_is_told_by_a_number_alone(
    door: SoapDoor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delattr("schoolgate.supplier.service.door.write_page")
    answer = get(door)
    assert answer.status.startswith("500")
    assert b"write_page" not in answer.body
    assert "write_page" in caplog.text


def test_a_body_that_is_not_taken_ends_its_connection(door: SoapDoor) -> None:
    answer = ask(door, environ_of(body=b"x", CONTENT_LENGTH=""))
    assert (answer.status, answer.headers["Connection"]) == ("411 Length Required", "close")


class TestLog:
    """What stands in the log of a call."""

    def logged(self, school: Caller) -> Call:
        school.door.calls.flush()
        return Call.objects.latest("pk")

    def test_of_a_right_call(self, school: Caller, green_abbey: Any) -> None:
        school.call("FetchIndex")
        call = self.logged(school)
        assert (call.buyer, call.user, call.operation, call.version) == (green_abbey, "greenabbey", "FetchIndex", "1.1")
        assert (call.outcome, call.broken, call.address, call.client) == ("ok", [], "203.0.113.7", "made up/1.0")
        assert call.microseconds > 0

    def test_of_a_fault_with_the_envelopes_and_without_the_password(self, school: Caller, password: str) -> None:
        school.call("FetchDoc", DocID="B-1")
        call = self.logged(school)
        assert (call.outcome, call.doc_id) == ("DocumentNotExistException", "B-1")
        assert call.sentence == "There is no document with this id."
        assert "<DocID>B-1</DocID>" in call.request
        assert "DocumentNotExistException" in call.answer
        assert password not in call.request

    def test_of_a_new_password_not_the_password(self, school: Caller) -> None:
        new = school.call("ChangePassword").result
        call = self.logged(school)
        assert "ChangePasswordResult" in call.answer
        assert new not in call.answer

    def test_of_a_wrong_password_whose_it_may_be(self, school: Caller, green_abbey: Any) -> None:
        Caller(school.door, password="Wr0ng-Lantern").call("FetchIndex")
        call = self.logged(school)
        assert (call.buyer, call.outcome) == (green_abbey, "AuthenticationException")
        assert "Wr0ng-Lantern" not in call.request

    def test_of_calls_that_are_right_the_first_in_a_minute(self, school: Caller) -> None:
        for _ in range(2):
            school.call("FetchIndex")
        school.call("FetchHistory", BeginDate="2026-11-26T00:00:00Z")
        school.door.calls.flush()
        kept = [bool(call.request) for call in Call.objects.order_by("pk")]
        assert kept == [True, False, True]

    def test_of_a_test_school_every_envelope(self, school: Caller, green_abbey: Any) -> None:
        green_abbey.test = True
        green_abbey.save()
        for _ in range(2):
            school.call("FetchIndex")
        school.door.calls.flush()
        assert all(call.request and call.answer for call in Call.objects.all())

    def test_of_a_call_that_bends_a_rule_which(self, school: Caller) -> None:
        school.send(envelope_of("FetchIndex", user="greenabbey"), action="")
        call = self.logged(school)
        assert (call.outcome, call.broken) == ("ok", ["action-missing"])
        assert call.request
