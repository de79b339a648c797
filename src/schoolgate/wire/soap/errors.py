"""What can go wrong when a supplier's service is called, told so that a school's bursar and a developer can act on it.

    ServiceError
      BadAddress            not a web address, one that may not be called, or no service stands there
      Unreachable           no whole answer came, for one of the reasons in UNREACHABLE
        NotTrusted          ... because of the certificate
      ProxyLogin            407: the school's proxy wants a login
      CaFileUnusable        the extra CA file of this site is none
      NoPassword            there is no password to call with
      WrongCredentials      AuthenticationException
      DocumentNotThere      DocumentNotExistException
      DocumentRefused       InvalidXmlException
      ServiceFailed         any other fault, or a status that says as much
      NotUnderstood         an answer that is not what the contract says

Each has a stable `code`, a `sentence` for a person, a `remedy`, `details` for the help desk (no secret, nothing of a
document), `step` by the table of retries, and `may_have_arrived`: whether the service can have acted on the call all
the same. `said` is the service's own sentence, "" where it said nothing.
"""

from collections.abc import Mapping
from typing import ClassVar

from schoolgate.wire.http import Again, GiveUp, NextStep, StopRun
from schoolgate.wire.soap.answers import Fault
from schoolgate.wire.unreachable import UnreachableReason

CHECK_ADDRESS = "Check the address, letter by letter."

UNREACHABLE: Mapping[UnreachableReason, tuple[str, str]] = {
    "name": ("The address was not found.", f"Check that the internet works here. {CHECK_ADDRESS}"),
    "refused": (
        "The supplier's computer does not take the connection.",
        f"{CHECK_ADDRESS} If it is right, the service is down: ask the supplier.",
    ),
    "certificate": (
        "The certificate of the supplier's service is not trusted, so nothing was sent.",
        (
            "An internet filter may stand in between: ask whoever runs it to let the address pass unopened. If there "
            "is none, the supplier's server does not send its whole chain of certificates."
        ),
    ),
    "certificate-expired": (
        "The certificate of the supplier's service has run out, so nothing was sent.",
        "Check the date of this computer. If it is right, tell the supplier.",
    ),
    "certificate-not-yet": (
        "The certificate of the supplier's service is not valid yet, so nothing was sent.",
        "Check the date of this computer. If it is right, tell the supplier.",
    ),
    "certificate-name": (
        "The certificate at this address is for another name, so nothing was sent.",
        f"{CHECK_ADDRESS} If it is right, tell the supplier.",
    ),
    "tls-version": (
        "The supplier's computer and this one have no version of TLS in common.",
        "The supplier must offer TLS 1.2 or newer.",
    ),
    "tls": (
        "No secure line (TLS) to the address could be made, so nothing was sent.",
        "Check the address and its port. If they are right, an internet filter may stand in between.",
    ),
    "timeout": ("The supplier's service does not answer.", "Try again later. If it stays so, ask the supplier."),
    "reset": ("The line broke before the answer came.", "Try again later. If it stays so, ask the supplier."),
    "proxy": (
        "Your proxy did not make the connection.",
        f"{CHECK_ADDRESS} If it is right, ask whoever runs the proxy.",
    ),
    "proxy-denied": (
        "Your proxy does not allow the connection to the supplier's service.",
        "Ask whoever runs the proxy to allow the address.",
    ),
    "proxy-name": ("The address of your proxy was not found.", "Check the proxy's name."),
    "proxy-refused": ("Your proxy does not take the connection.", "Check the proxy's name and port."),
    "proxy-timeout": ("Your proxy does not answer.", "Ask whoever runs the proxy."),
}


class ServiceError(Exception):
    """A call that did not succeed."""

    may_have_arrived = False

    def __init__(
        self, code: str, sentence: str, remedy: str, step: NextStep, details: str = "", *, said: str = ""
    ) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.remedy = remedy
        self.step = step
        self.details = details
        self.said = said

    def __str__(self) -> str:
        return self.sentence


class BadAddress(ServiceError):
    """Nothing was asked, or nobody was there to be asked."""

    def __init__(self, code: str, sentence: str, details: str = "") -> None:
        super().__init__(code, sentence, CHECK_ADDRESS, StopRun(), details)


class Unreachable(ServiceError):
    """`seen` is a further sentence on what was there instead."""

    def __init__(
        self, reason: UnreachableReason, details: str = "", *, seen: str = "", may_have_arrived: bool = False
    ) -> None:
        sentence, remedy = UNREACHABLE[reason]
        super().__init__(f"unreachable-{reason}", f"{sentence} {seen}".strip(), remedy, Again(), details)
        self.reason = reason
        self.may_have_arrived = may_have_arrived


class NotTrusted(Unreachable):
    """The certificate is not believed: nothing was sent."""


class ProxyLogin(ServiceError):
    def __init__(self, *, login_given: bool) -> None:
        wrong = "does not accept the user name and password" if login_given else "asks for a user name and password"
        super().__init__(
            "proxy-login",
            f"Your proxy {wrong}, so nothing was sent.",
            "Ask whoever runs the proxy.",
            StopRun(),
            "HTTP 407",
        )


class CaFileUnusable(ServiceError):
    """The extra CA file that this site was started with cannot be read, or holds no certificate."""

    def __init__(self, details: str) -> None:
        super().__init__(
            "extra-ca-file",
            "This program's extra CA file cannot be used, so no secure line can be made.",
            "Ask whoever looks after this program: the setting is extra_ca_file.",
            StopRun(),
            details,
        )


class NoPassword(ServiceError):
    """None was entered, or it was sealed with a key that is lost."""

    def __init__(self) -> None:
        super().__init__(
            "no-password", "There is no password for this service here, so nothing was sent.", "Enter it.", StopRun()
        )


class WrongCredentials(ServiceError):
    CODE: ClassVar = "wrong-credentials"

    def __init__(self, said: str = "") -> None:
        super().__init__(
            self.CODE,
            "The supplier's service does not accept the user name or the password.",
            "Correct them. They are often those of the school's account at the supplier's web site: was the password "
            "changed there?",
            StopRun(),
            "AuthenticationException",
            said=said,
        )


class DocumentNotThere(ServiceError):
    def __init__(self, said: str = "") -> None:
        super().__init__(
            "document-not-there",
            "The supplier's service does not have this document (any more), or not for this school.",
            "Fetch the list again. If the document is missed, ask the supplier to send it again.",
            GiveUp(),
            "DocumentNotExistException",
            said=said,
        )


class DocumentRefused(ServiceError):
    def __init__(self, said: str = "") -> None:
        super().__init__(
            "document-refused",
            "The supplier's service does not take the order.",
            "Correct what it names, and send the order again.",
            GiveUp(),
            "InvalidXmlException",
            said=said,
        )


class ServiceFailed(ServiceError):
    """It cannot be known how far the service had come."""

    may_have_arrived = True

    def __init__(self, details: str, *, said: str = "", step: NextStep | None = None) -> None:
        super().__init__(
            "service-failed",
            "The supplier's service reports an error of its own.",
            "Try again later. If it stays so, tell the supplier what it said.",
            step or Again(),
            details,
            said=said,
        )


class NotUnderstood(ServiceError):
    """Whoever answered may have been the service."""

    may_have_arrived = True

    def __init__(self, details: str, what: str = "") -> None:
        super().__init__(
            "not-understood",
            f"Something answered, but not as the service should. {what}".strip(),
            "Check that the address is the service's own: it often ends in .asmx, without ?WSDL. If it is, tell the "
            "supplier.",
            GiveUp(),
            details,
        )


def error_of(fault: Fault) -> ServiceError:
    """What a fault means: one of the three kinds, or a general error."""
    if fault.kind == "AuthenticationException":
        return WrongCredentials(fault.sentence)
    if fault.kind == "DocumentNotExistException":
        return DocumentNotThere(fault.sentence)
    if fault.kind == "InvalidXmlException":
        return DocumentRefused(fault.sentence)
    return ServiceFailed(f"SOAP fault {fault.code[:40]}".strip(), said=fault.sentence)
