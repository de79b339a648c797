"""The golden envelopes: what passes, written by hand, for every operation and fault in both versions of SOAP."""

from pathlib import Path
from xml.etree import ElementTree as ET

from schoolgate.wire.soap.contract import ENVELOPES, Version

GOLDEN = Path(__file__).parent / "golden"

USERNAME = "TEST-4321"
PASSWORD = "Salt & Lantern £42"
ORDER = (
    '<Order xmlns="urn:schemas-basda-org:2000:purchaseOrder:xdr:3.01">'
    "<Narrative>Pens &amp; paper, £5</Narrative></Order>"
)
INDEX = (
    "<Documents><Document><DocID>B-1001</DocID><DocType>order</DocType>"
    "<CreateDate>2026-11-26T09:00:00+00:00</CreateDate></Document></Documents>"
)

ARGUMENTS: dict[str, dict[str, str]] = {
    "ChangePassword": {},
    "FetchIndex": {},
    "FetchHistory": {"BeginDate": "2026-11-26T08:59:59+00:00"},
    "UpdateDocumentStatus": {"DocID": "B-1001", "Processed": "true"},
    "FetchDoc": {"DocID": "B-1001"},
    "SendOrder": {"Document": ORDER},
}
RESULTS: dict[str, str | bool] = {
    "ChangePassword": "Copper-Meadow-17",
    "FetchIndex": INDEX,
    "FetchHistory": INDEX,
    "UpdateDocumentStatus": True,
    "FetchDoc": ORDER,
    "SendOrder": True,
}


def golden(version: Version, name: str) -> bytes:
    return (GOLDEN / version / f"{name}.xml").read_bytes()


def canonical(envelope: bytes, version: Version) -> str:
    """Without what means nothing: prefixes, blanks between elements, declarations that nothing uses."""
    return ET.canonicalize(
        envelope.decode(),
        strip_text=True,
        rewrite_prefixes=True,
        qname_aware_tags=["faultcode", f"{{{ENVELOPES[version]}}}Value"],
        qname_aware_attrs=["qname"],
    )
