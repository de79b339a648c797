"""Why a file is held back, in the words of the office that must do something about it."""

from schoolgate.documents.staff.holding_back import reason_against_personnel
from schoolgate.documents.students.check import Verdict
from schoolgate.documents.students.holding_back import Reason, reason_against
from schoolgate.documents.students.names import StudentFileName
from schoolgate.school.exchange import telling
from schoolgate.school.exchange.models import PersonnelSchool, Transfer
from schoolgate.school.exchange.naming import suggest, suggest_for_staff
from schoolgate.school.exchange.places import is_of_staff


def reason_to_hold_back(verdict: Verdict, name: str, place: str) -> Reason | None:
    """Why a checked file may not be sent from the folder of this place; None when it may. "": a file of no folder."""
    return _against_staff(verdict, name, place) if is_of_staff(place) else _against_pupils(verdict, name, place)


def _against_staff(verdict: Verdict, name: str, place: str) -> Reason | None:
    row = PersonnelSchool.objects.at(place).first()
    if row is None:
        return NO_ROW
    suggested = suggest_for_staff(name, verdict.header)
    return reason_against_personnel(verdict, name, suggested, school_name=row.name, la=row.la, school=row.number)


def _against_pupils(verdict: Verdict, name: str, la: str) -> Reason | None:
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
NO_ROW = Reason(
    "no-row",
    "The school of this folder has no row under Personnel any more. The file was not sent.",
    "Add the school there, with this folder.",
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
