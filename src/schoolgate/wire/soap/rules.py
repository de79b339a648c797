"""The rules of the service that a caller can bend or break without being refused (reference 2.1, 2.2, 13).

`envelope.read_call` names those that a call broke; the conformance page tells them to whoever mends the program.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

RuleName = Literal[
    "action-differs",
    "action-form",
    "action-missing",
    "boolean-form",
    "content-type",
    "doc-id-blanks",
    "element-order",
    "encoded",
    "header-missing",
    "namespace",
    "surplus",
    "time-form",
    "time-zone",
]


@dataclass(frozen=True, slots=True)
class Rule:
    """`sentence` says what the caller does, `remedy` how to mend it."""

    name: RuleName
    sentence: str
    remedy: str


RULES: Mapping[str, Rule] = {
    rule.name: rule
    for rule in (
        Rule(
            "action-missing",
            "The SOAPAction header of SOAP 1.1 is missing or empty.",
            "Send it with the namespace, a slash and the operation, in double quotes. Other services choose by it.",
        ),
        Rule(
            "action-form",
            "The SOAPAction header is not in double quotes.",
            "Put double quotes around its value.",
        ),
        Rule(
            "action-differs",
            "SOAPAction (or the action parameter of SOAP 1.2) names another operation than the body holds.",
            "Send the namespace, a slash and the name of the body's element. Here the body decides.",
        ),
        Rule(
            "content-type",
            "The Content-Type is not the one of the envelope's SOAP version.",
            "Send text/xml; charset=utf-8 with SOAP 1.1 and application/soap+xml; charset=utf-8 with SOAP 1.2.",
        ),
        Rule(
            "header-missing",
            "There is no AuthHeader, or it lacks the user name or the password.",
            "Send AuthHeader with Username and Password in the SOAP header of every call: without, it is refused.",
        ),
        Rule(
            "namespace",
            "An element is not in the service's namespace.",
            "Put the wrapper, its children, AuthHeader, Username and Password into the namespace of the WSDL, "
            "which has no slash at its end.",
        ),
        Rule(
            "element-order",
            "Elements stand in another order than the contract's.",
            "Send Header before Body, Username before Password, DocID before Processed.",
        ),
        Rule(
            "surplus",
            "There are elements that the contract does not know. They are passed over.",
            "Leave them out: other services may refuse the call.",
        ),
        Rule(
            "encoded",
            "The call is written as RPC/encoded: it holds encodingStyle or xsi:type.",
            "Write it as document/literal, as the WSDL says.",
        ),
        Rule(
            "boolean-form",
            "Processed is written otherwise than true, false, 1 or 0.",
            "Write booleans in lower case.",
        ),
        Rule(
            "time-form",
            "BeginDate is not a dateTime of XML Schema: it is a date alone, or has a blank for the T.",
            "Write it as 2026-11-26T09:00:00Z.",
        ),
        Rule(
            "time-zone",
            "BeginDate does not say its time zone. It is taken as London's time.",
            "End it with Z or an offset such as +01:00.",
        ),
        Rule(
            "doc-id-blanks",
            "There are blanks around the DocID. They are passed over.",
            "Send the id as the index holds it, without blanks or line ends.",
        ),
    )
}
