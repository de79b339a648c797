"""Calls as real clients write them, and as nobody should."""

import random
import secrets
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import NIGHTLY
from tests.wire.soap.goldens import ORDER, PASSWORD, USERNAME, golden

from schoolgate.wire.soap.answers import write_call
from schoolgate.wire.soap.calls import LARGEST_ENVELOPE_BYTES, Call, read_call
from schoolgate.wire.soap.contract import ENVELOPES, NAMESPACE, OPERATIONS, Version
from schoolgate.wire.soap.envelope import content_type, write_envelope
from schoolgate.wire.soap.faults import (
    AuthenticationException,
    ClientFault,
    MustUnderstand,
    NotXml,
    SoapFault,
    VersionMismatch,
)

XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
AUTH = (
    f'<AuthHeader xmlns="{NAMESPACE}"><Username>TEST-4321</Username>'
    "<Password>Salt &amp; Lantern £42</Password></AuthHeader>"
)


def action(operation: str) -> str:
    return f'"{NAMESPACE}/{operation}"'


def read(body: str | bytes, *, header: str = AUTH, version: Version = "1.1", media: str | None = None) -> Call:
    """Read what stands in a body (text) or a whole envelope (bytes), with headers that break no rule."""
    envelope = body if isinstance(body, bytes) else write_envelope(version, body, header)
    call = read_call(envelope, content_type(version) if media is None else media, action("-"))
    rules = tuple(rule for rule in call.broken if rule != "action-differs")
    return Call(call.version, call.operation, call.called, call.arguments, call.username, call.password, rules)


def operation(name: str, children: str = "", attributes: str = f'xmlns="{NAMESPACE}"') -> str:
    return f"<{name} {attributes}>{children}</{name}>"


def refused(body: str | bytes, **said: str) -> SoapFault:
    with pytest.raises(SoapFault) as raised:
        read(body, **said)  # type: ignore[arg-type]  # header or media
    return raised.value


# What real clients write (reference 13.5, 13.6)


def test_any_prefixes_do() -> None:
    body = (
        f'<a:Envelope xmlns:a="{ENVELOPES["1.1"]}" xmlns:b="{NAMESPACE}"><a:Header><b:AuthHeader>'
        "<b:Username>u</b:Username><b:Password>p</b:Password></b:AuthHeader></a:Header>"
        "<a:Body><b:FetchDoc><b:DocID>B-1001</b:DocID></b:FetchDoc></a:Body></a:Envelope>"
    )
    call = read(body.encode())
    assert (call.username, call.password, call.text("DocID"), call.broken) == ("u", "p", "B-1001", ())


@pytest.mark.parametrize("written", [f"<![CDATA[{ORDER}]]>", ORDER.replace("&", "&#38;").replace("<", "&#x3C;")])
def test_a_document_may_be_cdata_or_escaped_in_any_way(written: str) -> None:
    assert read(operation("SendOrder", f"<Document>{written}</Document>")).text("Document") == ORDER


def test_an_order_in_cdata_may_speak_of_a_doctype() -> None:
    call = read(operation("SendOrder", "<Document><![CDATA[<!DOCTYPE x><x/>]]></Document>"))
    assert call.text("Document") == "<!DOCTYPE x><x/>"


def test_perl_writes_a_nil_wrapper_with_types_and_an_encoding_style() -> None:
    body = operation(
        "FetchDoc",
        '<DocID xsi:type="xsd:string">B-1001</DocID>',
        f'xmlns="{NAMESPACE}" {XSI} xsi:nil="true" xmlns:s="{ENVELOPES["1.1"]}" s:encodingStyle="urn:x"',
    )
    call = read(body)
    assert (call.text("DocID"), call.broken) == ("B-1001", ("encoded",))


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_gsoap_demands_that_the_auth_header_is_understood(version: Version) -> None:
    header = AUTH.replace("<AuthHeader", f'<AuthHeader xmlns:s="{ENVELOPES[version]}" s:mustUnderstand="1"')
    assert read(operation("FetchIndex"), header=header, version=version).username == USERNAME


def test_a_nil_parameter_is_absent() -> None:
    call = read(operation("FetchDoc", f'<DocID {XSI} xsi:nil="1">B-1001</DocID>'))
    assert (call.arguments, call.text("DocID")) == ({"DocID": None}, "")


def test_comments_and_instructions_are_passed_over() -> None:
    call = read(operation("FetchDoc", "<!-- one --><DocID>B-<!-- two -->10<?three?>01</DocID>"))
    assert (call.text("DocID"), call.broken) == ("B-1001", ())


@pytest.mark.parametrize(
    ("encoding", "charset"),
    [("utf-16", "utf-16"), ("utf-16", ""), ("utf-16-le", "utf-16"), ("utf-8-sig", ""), ("utf-8-sig", "utf-8")],
)
def test_utf_8_and_utf_16_are_read_with_and_without_a_mark(encoding: str, charset: str) -> None:
    envelope = golden("1.1", "FetchIndex-call").decode().replace('encoding="utf-8"', f'encoding="{encoding[:6]}"')
    envelope = envelope.replace('encoding="utf-8-"', 'encoding="utf-8"')
    media = f'text/xml; charset="{charset}"' if charset else "text/xml"
    assert read(envelope.encode(encoding), media=media).password == PASSWORD


def test_the_charset_outranks_what_the_envelope_declares() -> None:
    envelope = golden("1.1", "FetchIndex-call").replace(b'"utf-8"', b'"utf-16"')
    assert read(envelope).password == PASSWORD


def test_an_envelope_in_another_encoding_is_read_as_it_declares() -> None:
    envelope = golden("1.1", "FetchIndex-call").decode().replace('"utf-8"', '"iso-8859-1"').encode("latin-1")
    assert read(envelope, media="text/xml").password == PASSWORD


@pytest.mark.parametrize("name", ["FetchDocHistory", "FetchIndexByDate", "GetHistory"])
def test_any_operation_whose_only_child_is_begin_date_is_the_history(name: str) -> None:
    call = read(operation(name, "<BeginDate>2026-11-26T09:00:00+01:00</BeginDate>"))
    assert (call.operation, call.called) == ("FetchHistory", name)
    assert call.time("BeginDate") == datetime(2026, 11, 26, 8, tzinfo=UTC)


# Rules bent


@pytest.mark.parametrize(
    ("version", "media", "soap_action", "rules"),
    [
        ("1.1", "text/xml", action("FetchIndex"), ()),
        ("1.1", "text/xml", action("FetchIndex").strip('"'), ("action-form",)),
        ("1.1", "text/xml", None, ("action-missing",)),
        ("1.1", "text/xml", '""', ("action-missing",)),
        ("1.1", "text/xml", action("FetchDoc"), ("action-differs",)),
        ("1.1", "application/soap+xml", action("FetchIndex"), ("content-type",)),
        ("1.1", "", action("FetchIndex"), ("content-type",)),
        ("1.2", "application/soap+xml", None, ()),
        ("1.2", "application/soap+xml", action("FetchDoc"), ()),
        ("1.2", f"application/soap+xml; action={action('FetchIndex')}", None, ()),
        ("1.2", f"application/soap+xml; charset=utf-8; action={action('FetchDoc')}", None, ("action-differs",)),
        ("1.2", "text/xml", None, ("content-type",)),
    ],
)
def test_the_body_decides_whatever_the_http_headers_say(
    version: Version, media: str, soap_action: str | None, rules: tuple[str, ...]
) -> None:
    call = read_call(golden(version, "FetchIndex-call"), media, soap_action)
    assert (call.version, call.operation, call.broken) == (version, "FetchIndex", rules)


@pytest.mark.parametrize("namespace", ["", f"{NAMESPACE}/"])
def test_names_without_the_namespace_are_understood_and_noted(namespace: str) -> None:
    wrong = f'xmlns="{namespace}"'
    header = AUTH.replace("<AuthHeader", f"<AuthHeader {wrong}").replace(f' xmlns="{NAMESPACE}"', "")
    call = read(operation("FetchDoc", "<DocID>B-1001</DocID>", wrong), header=header)
    assert (call.text("DocID"), call.username, call.broken) == ("B-1001", USERNAME, ("namespace",))


@pytest.mark.parametrize(
    ("body", "header"),
    [
        ("<Processed>true</Processed><DocID>B-1001</DocID>", AUTH),
        (
            "<DocID>B-1001</DocID><Processed>true</Processed>",
            f'<AuthHeader xmlns="{NAMESPACE}"><Password>p</Password><Username>u</Username></AuthHeader>',
        ),
    ],
)
def test_another_order_is_understood_and_noted(body: str, header: str) -> None:
    call = read(operation("UpdateDocumentStatus", body), header=header)
    assert (call.text("DocID"), call.boolean("Processed"), call.broken) == ("B-1001", True, ("element-order",))


def test_a_header_behind_the_body_is_understood_and_noted() -> None:
    envelope = f'<s:Envelope xmlns:s="{ENVELOPES["1.1"]}"><s:Body>{operation("FetchIndex")}</s:Body>'
    assert read(f"{envelope}<s:Header>{AUTH}</s:Header></s:Envelope>".encode()).broken == ("element-order",)


def test_what_the_contract_does_not_know_is_passed_over_and_noted() -> None:
    call = read(operation("FetchDoc", "<DocID>B-1001</DocID><Format>pdf</Format>"))
    assert (call.arguments, call.broken) == ({"DocID": "B-1001"}, ("surplus",))


def test_of_two_parameters_of_one_name_the_first_counts() -> None:
    call = read(operation("FetchDoc", "<DocID>B-1001</DocID><DocID>B-1002</DocID>"))
    assert (call.text("DocID"), call.broken) == ("B-1001", ("surplus",))


def test_blanks_around_a_document_id_are_passed_over_and_noted() -> None:
    call = read(operation("FetchDoc", "<DocID>\n  B-1001\n</DocID>"))
    assert (call.text("DocID"), call.broken) == ("B-1001", ("doc-id-blanks",))


@pytest.mark.parametrize(
    ("written", "value", "rules"),
    [
        ("1", True, ()),
        ("true", True, ()),
        (" false ", False, ()),
        ("0", False, ()),
        ("True", True, ("boolean-form",)),
        ("FALSE", False, ("boolean-form",)),
    ],
)
def test_processed_is_a_boolean(written: str, value: bool, rules: tuple[str, ...]) -> None:
    call = read(operation("UpdateDocumentStatus", f"<DocID>B</DocID><Processed>{written}</Processed>"))
    assert (call.boolean("Processed"), call.broken) == (value, rules)


@pytest.mark.parametrize(
    ("written", "rules"),
    [
        ("2026-11-26T09:00:00", ("time-zone",)),
        ("2026-11-26", ("time-form", "time-zone")),
        ("2026-11-26 09:00:00Z", ("time-form",)),
    ],
)
def test_a_bent_begin_date_is_noted(written: str, rules: tuple[str, ...]) -> None:
    assert read(operation("FetchHistory", f"<BeginDate>{written}</BeginDate>")).broken == rules


def test_a_header_without_a_password_is_noted_and_read_as_an_empty_one() -> None:
    call = read(operation("FetchIndex"), header=AUTH.partition("<Password>")[0] + "</AuthHeader>")
    assert (call.username, call.password, call.broken) == (USERNAME, "", ("header-missing",))


# Refusals


@pytest.mark.parametrize("written", ["", "yes", "2", "tr ue"])
def test_a_processed_that_is_no_boolean_is_the_callers_fault(written: str) -> None:
    call = read(operation("UpdateDocumentStatus", f"<DocID>B</DocID><Processed>{written}</Processed>"))
    with pytest.raises(ClientFault, match="Processed must be true or false"):
        call.boolean("Processed")


@pytest.mark.parametrize(
    ("children", "said"), [("", "is empty"), ("<BeginDate/>", "is empty"), ("<BeginDate>now</BeginDate>", "is not a")]
)
def test_a_history_without_a_time_is_the_callers_fault(children: str, said: str) -> None:
    call = read(operation("FetchHistory", children))
    with pytest.raises(ClientFault, match=f"BeginDate {said}"):
        call.time("BeginDate")


@pytest.mark.parametrize("header", ["", AUTH.replace(NAMESPACE, "urn:other"), AUTH.replace("AuthHeader", "Security")])
def test_a_call_without_its_auth_header_is_not_authenticated(header: str) -> None:
    fault = refused(operation("FetchIndex"), header=header)
    assert isinstance(fault, AuthenticationException)
    assert (fault.operation, fault.broken) == ("FetchIndex", ("action-differs", "header-missing"))


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_a_header_that_must_be_understood_and_is_not_stops_the_call(version: Version) -> None:
    block = f'<t:Ticket xmlns:t="urn:t" xmlns:s="{ENVELOPES[version]}" s:mustUnderstand="1"/>'
    with pytest.raises(MustUnderstand) as raised:
        read(operation("FetchIndex"), header=block + AUTH, version=version)
    assert (raised.value.headers, raised.value.version) == ((("urn:t", "Ticket"),), version)


@pytest.mark.parametrize("said", ['s:mustUnderstand="0"', 's:mustUnderstand="1" s:actor="urn:else"', ""])
def test_a_header_that_is_not_for_us_or_not_demanded_is_passed_over(said: str) -> None:
    block = f'<t:Ticket xmlns:t="urn:t" xmlns:s="{ENVELOPES["1.1"]}" {said}/>'
    assert read(operation("FetchIndex"), header=block + AUTH).username == USERNAME


def test_an_envelope_of_an_unknown_version_is_a_mismatch() -> None:
    assert isinstance(refused(b'<s:Envelope xmlns:s="urn:soap-2"/>'), VersionMismatch)


@pytest.mark.parametrize(("media", "version"), [("application/soap+xml", "1.2"), ("text/xml", "1.1"), ("", "1.1")])
def test_what_cannot_be_read_is_answered_in_the_version_of_its_content_type(media: str, version: Version) -> None:
    assert refused(b"<oops", media=media).version == version


@pytest.mark.parametrize("media", ["application/json", "multipart/related; boundary=x", "text/plain", "text/html"])
def test_another_content_type_is_refused_as_http_has_it(media: str) -> None:
    fault = refused(golden("1.1", "FetchIndex-call"), media=media)
    assert isinstance(fault, NotXml)
    assert fault.status == 415


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "It is empty"),
        (b"<s:Envelope", "not well-formed XML. Line 1"),
        (b"<Order/>", "not a SOAP envelope"),
        (f'<s:Envelope xmlns:s="{ENVELOPES["1.1"]}"/>'.encode(), "no Body"),
        (write_envelope("1.1", "", AUTH), "no operation"),
        (write_envelope("1.1", operation("FetchIndex") * 2, AUTH), "more than one element"),
        (write_envelope("1.1", operation("FetchAll"), AUTH), "no operation FetchAll"),
        (write_envelope("1.1", operation("FetchIndex", "", 'xmlns="urn:x"'), AUTH), "must be in the namespace"),
        (write_envelope("1.1", operation("SendOrder", "<Document><Order/></Document>"), AUTH), "must be text"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]>' + write_envelope("1.1", "&a;", AUTH), "DOCTYPE"),
        (golden("1.1", "FetchIndex-call").replace(b"\xc2\xa3", b"\xa3"), "not in the encoding"),
        (b" " * (LARGEST_ENVELOPE_BYTES + 1), "larger than"),
    ],
)
def test_what_cannot_be_understood_is_the_callers_fault(body: bytes, said: str) -> None:
    with pytest.raises(ClientFault, match=said):
        read(body)


@pytest.mark.parametrize(
    ("body", "rules"),
    [
        (operation("FetchAll"), ()),
        (operation("FetchIndex", "", 'xmlns="urn:x"'), ("namespace",)),
        (operation("FetchIndex") * 2, ()),
    ],
)
def test_of_a_call_that_cannot_be_understood_it_is_known_whose_it_is(body: str, rules: tuple[str, ...]) -> None:
    fault = refused(body)
    assert (fault.username, fault.broken) == (USERNAME, rules)


def test_a_call_does_not_show_its_password() -> None:
    assert "Lantern" not in repr(read(operation("FetchIndex")))


# Whatever comes: by day some of it, at night a hundred thousand

HARM = [
    b"",
    b"<",
    b">",
    b"/",
    b"&",
    b'"',
    b"\0",
    b"\xff",
    b"]]>",
    b"<![CDATA[",
    b"<!--",
    b"&#0;",
    b"xmlns:q=''",
    b' q:r="1"',
    b"x:",
]
ENVELOPES_HARMED = 100_000 if NIGHTLY else 1_000


@given(st.binary(max_size=200), st.text(max_size=30), st.none() | st.text(max_size=30))
def test_bytes_of_any_kind_are_read_or_refused(body: bytes, media: str, soap_action: str | None) -> None:
    _read_or_refuse(body, media, soap_action)


def test_harmed_envelopes_are_read_or_refused() -> None:
    seed = secrets.randbits(32)
    chance = random.Random(seed)
    whole = [golden(version, f"{name}-call") for version in ENVELOPES for name in OPERATIONS]
    for number in range(ENVELOPES_HARMED):
        body = bytearray(chance.choice(whole))
        for _ in range(chance.randint(1, 4)):
            place = chance.randrange(len(body))
            body[place : place + chance.randint(0, 9)] = chance.choice(HARM)
        try:
            _read_or_refuse(bytes(body), chance.choice(["text/xml; charset=utf-8", "application/soap+xml", ""]), None)
        except Exception as error:
            raise AssertionError(f"envelope {number} of seed {seed}") from error


def _read_or_refuse(body: bytes, media: str, soap_action: str | None) -> None:
    with suppress(SoapFault):
        assert read_call(body, media, soap_action).operation in OPERATIONS


@given(
    document=st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"))
)
def test_a_document_arrives_as_it_was_sent(document: str) -> None:
    call = read(write_call("1.1", "SendOrder", {"Document": document}, USERNAME, PASSWORD))
    assert (call.text("Document"), call.username, call.password) == (document, USERNAME, PASSWORD)
