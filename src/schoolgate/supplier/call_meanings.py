"""What a call's outcome means, what the school saw of it, and what cures it.

What a finance system shows its user is known of two cases only: a wrong login, and no connection (reference 2.4).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from schoolgate.supplier.models import Call
from schoolgate.supplier.service.log import OK


@dataclass(frozen=True)
class Meaning:
    """Three sentences or so; `cure` is empty where nothing is to be done."""

    means: str
    saw: str
    cure: str = ""


_ERROR = "An error when it imported or sent, with the sentence above where its finance system shows it."
_PROGRAM = "Nothing the school can cure: the maker of its program has to mend it. Send them this page’s text."

MEANINGS: Mapping[str, Meaning] = {
    OK: Meaning("The call was answered as asked.", "Nothing unusual."),
    "AuthenticationException": Meaning(
        "The user name or the password that came with the call is not right, or the account may not call now.",
        "A message that the credentials are wrong. Nothing was imported or sent.",
        "Compare the user name letter by letter with the one under Schools. If it is right, set a new password there, "
        "and have the school enter it. Was the password changed in your shop alone, change it here too.",
    ),
    "DocumentNotExistException": Meaning(
        "There is no document with this id for this school: it was withdrawn, has expired, or is another school’s.",
        "An error for that one document. The others of its list were imported.",
        "Find the id under Where is my file? If the school still needs the document, put it back in the queue.",
    ),
    "InvalidXmlException": Meaning(
        "The order that came breaks its schema, its checksum does not fit, or it holds values that cannot be.",
        "An error when it sent the order. There the order counts as not sent.",
        "Look at it under Orders, Refused: each fault has its line and what to do. After a correction the school sends "
        "the order again.",
    ),
    "Client": Meaning(
        "The call is not one that the service knows: no envelope, an unknown operation, or a value that is none.",
        _ERROR,
        _PROGRAM,
    ),
    "MustUnderstand": Meaning(
        "The call demands that a header of its own is understood, which this service does not know.", _ERROR, _PROGRAM
    ),
    "VersionMismatch": Meaning("The envelope is of neither SOAP 1.1 nor SOAP 1.2.", _ERROR, _PROGRAM),
    "Server": Meaning(
        "Something went wrong on this side while the call was answered.",
        "An error that says to try again later. Sent again, an order is one order.",
        "Whoever runs this site finds the reason in its log by the request id.",
    ),
}


def meaning_of(call: Call) -> Meaning:
    """What it means, in the words above; of an outcome that is not known here, as of the caller's error."""
    return MEANINGS.get(call.outcome, MEANINGS["Client"])
