"""Why a checked file is not sent, in the words of the office that must do something about it."""

from collections.abc import Callable
from dataclasses import dataclass

from schoolgate.documents.problems import DocumentError, Problem
from schoolgate.documents.students.check import Verdict
from schoolgate.documents.students.names import StudentFileName, parse_name


@dataclass(frozen=True)
class Reason:
    """Why a file is held back: a stable code, a sentence, what to do next, and what a button may do."""

    code: str
    sentence: str
    remedy: str = ""
    suggested_name: str = ""
    right_la: str = ""


CTF_FOR_AN_LA = Reason(
    "wrong-door",
    "This is a Common Transfer File (CTF), not a pupil file for the LA.",
    "Send it by School to School (S2S). For the LA, export the pupil file (CES) from your MIS.",
)


def reason_against(
    verdict: Verdict, name: str, suggested: str, elsewhere: Callable[[StudentFileName], Reason | None]
) -> Reason | None:
    """Why a checked file may not be sent under this name; None when it may.

    ``suggested`` is a better name, if there is one. That the file is none at all comes before what is wrong with its
    name: another name would not help it. ``elsewhere`` says of a right name why it does not belong here: that comes
    before what the name and the header disagree about, and before what stands in the file.
    """
    if verdict.kind == "CTF":
        return CTF_FOR_AN_LA
    if suggested:
        return better_name(suggested, "pupil")
    if (reason := against_the_whole(verdict)) is not None:
        return reason
    try:
        parts = parse_name(name)
    except DocumentError as error:
        return Reason("name-pattern", error.message, error.remedy)
    return elsewhere(parts) or against_name_and_content(verdict)


def better_name(suggested: str, kind: str) -> Reason:
    """Why a file is not sent that should be called otherwise; ``kind`` is of whom it tells: pupil, personnel."""
    return Reason(
        "name-pattern",
        f"Its name is not that of a {kind} file. It should be called {suggested}.",
        "Rename it here and it is checked again, or export it again from your MIS.",
        suggested_name=suggested,
    )


def against_the_whole(verdict: Verdict) -> Reason | None:
    """What refuses the file as a whole, whatever it is called; None when nothing does."""
    found = (one for one in verdict.problems if _is_of_the_whole_file(one) and not _is_of_the_name(one))
    return next(map(_said_by, found), None)


def against_name_and_content(verdict: Verdict) -> Reason | None:
    """What the name and the header disagree about, else what stands in the file; None when nothing is wrong."""
    of_name = next((one for one in verdict.problems if _is_of_the_whole_file(one)), None)
    if of_name is not None:
        return _said_by(of_name)
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


def _is_of_the_name(problem: Problem) -> bool:
    return problem.code.startswith("name-")


def _said_by(problem: Problem) -> Reason:
    return Reason(problem.code, problem.message, problem.remedy)


def too_large(limit: int) -> Reason:
    """Why a file above `limit` bytes is not read."""
    most = f"{limit // 1024 // 1024} MiB"
    return Reason("too-large", f"The file is larger than {most}, the most that is sent.", "Ask whoever runs this site.")
