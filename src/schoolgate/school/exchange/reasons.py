"""Why a file is held back, in the words of the office that must do something about it."""

from schoolgate.documents.students.check import Verdict
from schoolgate.documents.students.holding_back import Reason, reason_against
from schoolgate.documents.students.names import StudentFileName
from schoolgate.school.exchange import telling
from schoolgate.school.exchange.models import Transfer
from schoolgate.school.exchange.naming import suggest


def reason_to_hold_back(verdict: Verdict, name: str, la: str) -> Reason | None:
    """Why a checked file may not be sent from the folder of this LA; None when it may."""

    def in_another_folder(parts: StudentFileName) -> Reason | None:
        right_la = parts.destination_la
        if not la or right_la == la:
            return None
        return Reason(
            "wrong-folder",
            f"The file is for LA {right_la}, and this is the folder of LA {la}. It was not sent.",
            "Move it to the right folder.",
            right_la=right_la,
        )

    return reason_against(verdict, name, suggest(name, verdict.header), in_another_folder)


def already_delivered(known: Transfer) -> Reason:
    """Why the same file is not sent twice."""
    return Reason(
        "already-delivered",
        f"The LA received this very file on {telling.in_london(known.received_at)}; it is not sent again.",
        "Put it away, or delete it. If you meant to send newer data, export again from your MIS.",
    )


def went_wrong(number: str) -> Reason:
    """Why a file is held back that our own program could not deal with; `number` stands in the log."""
    return Reason(
        "went-wrong",
        f"Something went wrong on our side while the file was checked. Number {number}.",
        "Tell whoever looks after this program. Then try again.",
    )


def no_destination(la: str) -> Reason:
    """Why a file for an LA without an entry cannot be put into a folder."""
    return Reason(
        "no-destination",
        f"The file is for LA {la}, and there is no entry for that LA.",
        "Add the LA under Administration, then try again.",
    )


CANNOT_BE_READ = Reason(
    "cannot-be-read",
    "The file cannot be opened. Perhaps another program still has it open.",
    "Close it there. It is looked at again by itself.",
)
NOT_A_FILE = Reason(
    "not-a-file",
    "This is a folder or a link, not a file. What lies in it is not sent.",
    "Move the files themselves here.",
)
NAME_TAKEN = Reason(
    "name-taken",
    "Another file of this name waits in the folder already.",
    "Send that one first, or export again with the next serial number.",
)
