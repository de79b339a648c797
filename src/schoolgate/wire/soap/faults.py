"""What the service answers when it cannot do what was asked (reference 2.4).

    SoapFault
      AuthenticationException       the user name or password is not right, or there is none
      DocumentNotExistException     no such document, or another organisation's
      InvalidXmlException           an order that fails its schema, or holds invalid data
      ClientFault                   the call cannot be understood
        MustUnderstand              it demands a header that is unknown here
        VersionMismatch             its envelope is of no version of SOAP that is spoken here
        NotXml                      it says of itself that it is not XML: 415
      ServerFault                   our own failure

The first three are recognised by their text alone; all go out with status 500 but NotXml, since some clients look for
a fault nowhere else (reference 13.7).
"""

from collections.abc import Mapping, Sequence

from schoolgate.wire.soap.contract import FaultKind, Version

CODES: Mapping[str, Mapping[Version, str]] = {
    "Client": {"1.1": "Client", "1.2": "Sender"},
    "Server": {"1.1": "Server", "1.2": "Receiver"},
    "MustUnderstand": {"1.1": "MustUnderstand", "1.2": "MustUnderstand"},
    "VersionMismatch": {"1.1": "VersionMismatch", "1.2": "VersionMismatch"},
}
"""The fault codes, called here as SOAP 1.1 calls them, as each version spells them."""


class SoapFault(Exception):
    """A call that is answered with a fault. `sentence` is for the person at the school.

    The last four are what was known of the call when it failed: `version` is the one to answer in, `operation` the
    body's element, `broken` names of rules.
    """

    code = "Client"
    kind: FaultKind | None = None
    status = 500

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.version: Version = "1.1"
        self.operation = ""
        self.username = ""
        self.broken: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The fault string: the kind, where there is one, and the sentence."""
        return f"{self.kind}: {self.sentence}" if self.kind else self.sentence

    @property
    def outcome(self) -> str:
        """One word for a log: the kind, or the code."""
        return self.kind or self.code


class AuthenticationException(SoapFault):
    kind: FaultKind | None = "AuthenticationException"

    def __init__(self, sentence: str = "The user name or password is not right.") -> None:
        super().__init__(sentence)


class DocumentNotExistException(SoapFault):
    kind: FaultKind | None = "DocumentNotExistException"

    def __init__(self, sentence: str = "There is no document with this id.") -> None:
        super().__init__(sentence)


class InvalidXmlException(SoapFault):
    kind: FaultKind | None = "InvalidXmlException"


class ClientFault(SoapFault):
    """The caller's program has to be mended."""


class MustUnderstand(ClientFault):
    """`headers` are the namespace and the name of each block that is not understood."""

    code = "MustUnderstand"

    def __init__(self, headers: Sequence[tuple[str, str]]) -> None:
        names = ", ".join(name for _, name in headers)
        super().__init__(f"The call demands that a header is understood that is unknown here: {names}.")
        self.headers = tuple(headers)


class VersionMismatch(ClientFault):
    code = "VersionMismatch"

    def __init__(self) -> None:
        super().__init__("The envelope is of neither SOAP 1.1 nor SOAP 1.2.")


class NotXml(ClientFault):
    status = 415

    def __init__(self) -> None:
        super().__init__(
            "The request's Content-Type is not one of XML. Send text/xml (SOAP 1.1) or application/soap+xml (SOAP 1.2)."
        )


class ServerFault(SoapFault):
    code = "Server"

    def __init__(self, sentence: str = "Something went wrong on the service's side. Try again later.") -> None:
        super().__init__(sentence)
