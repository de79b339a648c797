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
    of_whole_file = [problem for problem in verdict.problems if _is_of_the_whole_file(problem)]
    of_file = min(of_whole_file, key=_is_of_the_name, default=None)
    if suggested:
        return Reason(
            "name-pattern",
            f"Its name is not that of a pupil file. It should be called {suggested}.",
            "Rename it here and it is checked again, or export it again from your MIS.",
            suggested_name=suggested,
        )
    if of_file is not None and not _is_of_the_name(of_file):
        return _said_by(of_file)
    try:
        parts = parse_name(name)
    except DocumentError as error:
        return Reason("name-pattern", error.message, error.remedy)
    if (reason := elsewhere(parts)) is not None:
        return reason
    if of_file is not None:
        return _said_by(of_file)
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
