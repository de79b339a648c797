"""The contract of the service: names, parameters, types and faults (reference 2).

The only place for them. What each fact rests on stands beside it: `seed` is the finance system's own document,
`public` its partner page, `inferred` a reconstruction, to be changed here if the real thing comes to light.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Version = Literal["1.1", "1.2"]
Type = Literal["string", "boolean", "dateTime"]
Known = Literal["seed", "public", "inferred"]
FaultKind = Literal["AuthenticationException", "DocumentNotExistException", "InvalidXmlException"]

NAMESPACE = "http://www.dcsf.gov.uk/open/webservices/ots"
"""Of everything in header and body: public. No slash at its end."""

ENVELOPES: Mapping[Version, str] = {
    "1.1": "http://schemas.xmlsoap.org/soap/envelope/",
    "1.2": "http://www.w3.org/2003/05/soap-envelope",
}
XSI = "http://www.w3.org/2001/XMLSchema-instance"
XSD = "http://www.w3.org/2001/XMLSchema"
MEDIA_TYPES: Mapping[Version, str] = {"1.1": "text/xml", "1.2": "application/soap+xml"}

HEADER = "AuthHeader"
USERNAME, PASSWORD = "Username", "Password"

HISTORY = "FetchHistory"
"""Inferred: the seed tells of the operation, but its name is lost. Any name whose only child is BEGIN_DATE is taken."""
BEGIN_DATE = "BeginDate"

ORDERS_ONCE = ("Schoolgate-Orders", "once")
"""An HTTP header of our own service's answers: an order that comes twice is one order there. No other knows of it."""

FAULT_KINDS: tuple[FaultKind, ...] = ("AuthenticationException", "DocumentNotExistException", "InvalidXmlException")
"""Seed. That a fault's text is the kind, a colon, a blank and a sentence is inferred."""

LONGEST_DOC_ID = 100
"""Characters, none of them blank: seed."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """Names and types must match exactly: seed."""

    name: str
    type: Type


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that a finance system may ask. `known` is what its name and its result's name rest on."""

    name: str
    parameters: tuple[Parameter, ...]
    result: Type
    faults: tuple[FaultKind, ...]
    does: str
    known: Known

    @property
    def action(self) -> str:
        """The SOAPAction of SOAP 1.1, without its quotation marks. Public for ChangePassword, else inferred."""
        return f"{NAMESPACE}/{self.name}"


def _operation(
    name: str, *parameters: Parameter, result: Type, known: Known, does: str, fault: FaultKind | None = None
) -> Operation:
    faults: tuple[FaultKind, ...] = (fault,) if fault else ()
    return Operation(name, parameters, result, (*faults, "AuthenticationException"), does, known)


_DOC_ID = Parameter("DocID", "string")

OPERATIONS: Mapping[str, Operation] = {
    operation.name: operation
    for operation in (
        _operation(
            "ChangePassword",
            result="string",
            known="public",
            does="Gives the account a new password, chosen by the service, and returns it.",
        ),
        _operation(
            "FetchIndex",
            result="string",
            known="seed",
            does="Lists the documents that wait: id, type and time of creation of each, as XML.",
        ),
        _operation(
            HISTORY,
            Parameter(BEGIN_DATE, "dateTime"),
            result="string",
            known="inferred",
            does="Lists all documents created after BeginDate, processed or not, as XML.",
        ),
        _operation(
            "UpdateDocumentStatus",
            _DOC_ID,
            Parameter("Processed", "boolean"),
            result="boolean",
            known="seed",
            fault="DocumentNotExistException",
            does="Marks a document as processed, or as unprocessed again. The answer is always true.",
        ),
        _operation(
            "FetchDoc",
            _DOC_ID,
            result="string",
            known="seed",
            fault="DocumentNotExistException",
            does="Returns a document's XML. Its status stays as it is.",
        ),
        _operation(
            "SendOrder",
            Parameter("Document", "string"),
            result="boolean",
            known="seed",
            fault="InvalidXmlException",
            does="Takes an authorised order, an eBIS-XML 3.09 document. The answer is always true.",
        ),
    )
}
