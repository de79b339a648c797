"""Why a file is held back, in the words of the office that must do something about it."""

from dataclasses import dataclass

from schoolgate.documents.problems import DocumentError, Problem
from schoolgate.documents.students.check import Verdict
from schoolgate.documents.students.names import parse_name
from schoolgate.school.exchange import telling
from schoolgate.school.exchange.models import Transfer
from schoolgate.school.exchange.naming import suggest_name


@dataclass(frozen=True)
class Reason:
    """Why a file is held back: a stable code, a sentence, what to do next, and what a button may do."""

    code: str
    sentence: str
    remedy: str = ""
    suggested_name: str = ""
    right_la: str = ""


def reason_to_hold_back(verdict: Verdict, name: str, la: str) -> Reason | None:
    """Why a checked file may not be sent from the folder of this LA; None when it may."""
    if verdict.kind == "CTF":
        return CTF_FOR_AN_LA
    suggested = suggest_name(name, verdict.header)
    of_file = next((problem for problem in verdict.problems if _is_of_the_whole_file(problem)), None)
    if suggested:
        return Reason(
            "name-pattern",
            f"Its name is not that of a pupil file. It should be called {suggested}.",
            "Rename it here and it is checked again, or export it again from your MIS.",
            suggested_name=suggested,
        )
    if of_file is not None and not of_file.code.startswith("name-"):
        return Reason(of_file.code, of_file.message, of_file.remedy)
    try:
        right_la = parse_name(name).destination_la
    except DocumentError as error:
        return Reason("name-pattern", error.message, error.remedy)
    if la and right_la != la:
        return Reason(
            "wrong-folder",
            f"The file is for LA {right_la}, and this is the folder of LA {la}. It was not sent.",
            "Move it to the right folder.",
            right_la=right_la,
        )
    if of_file is not None:
        return Reason(of_file.code, of_file.message, of_file.remedy)
    if verdict.refusals:
        things = "is 1 thing" if verdict.refusals == 1 else f"are {verdict.refusals:,} things"
        return Reason(
            "content",
            f"There {things} to put right in it.",
            "Put them right in your MIS, then save and export again.",
        )
    return None


def _is_of_the_whole_file(problem: Problem) -> bool:
    return problem.severity == "refusal" and not problem.path and not problem.pupil


def too_large(limit: int) -> Reason:
    """Why a file above `limit` bytes is not read."""
    most = f"{limit // 1024 // 1024} MiB"
    return Reason("too-large", f"The file is larger than {most}, the most that is sent.", "Ask whoever runs this site.")


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
CTF_FOR_AN_LA = Reason(
    "wrong-door",
    "This is a Common Transfer File (CTF), not a pupil file for the LA.",
    "Send it by School to School (S2S). For the LA, export the pupil file (CES) from your MIS.",
)
NAME_TAKEN = Reason(
    "name-taken",
    "Another file of this name waits in the folder already.",
    "Send that one first, or export again with the next serial number.",
)
