"""What an import made of a file, as a school is told."""

from typing import Any

from schoolgate.authority.importing.models import Import, ImportState, Waiting
from schoolgate.authority.records.subjects import STAFF

NOT_IMPORTED_BY_THE_LA = "not-imported-by-the-la"
"""Code of the problem of a file that a person at the authority turned down, and why."""

CONTENT_GONE = "content-gone"
"""Code of the problem of a file whose import was to begin or go on after its content went."""

COUNTED = ("added", "changed", "in_conflict", "same", "unmatched", "twice")

SENTENCES = {
    "pupil-twice": "This pupil stands in the file twice, with differences, so neither entry was taken.",
    "several-matches": "More than one pupil known to the authority could be this one; the authority decides.",
    "inactive-match": "The authority knows this pupil, but on no school's roll; the authority decides.",
    "upn-of-another-pupil": "The authority knows another pupil by this UPN; one of the two numbers is wrong.",
    "namesake-with-another-upn": "The authority knows a pupil of this name, birth and sex by another UPN; it decides.",
    "not-known": "The authority does not know this pupil yet; it decides.",
    "held-back": "The authority does not take this pupil for now.",
    "erased-before": "The authority does not take this pupil for now.",
    CONTENT_GONE: "The authority does not keep the content of this file any more, so it could not import it.",
}
"""Why a file, or an entry of one, was not taken, by the code of the problem."""

OF_STAFF = {
    "pupil-twice": "This member of staff stands in the file twice, with differences, so neither entry was taken.",
    "several-matches": "More than one member of staff known to the authority could be this one; the authority decides.",
    "inactive-match": "The authority knows this member of staff, but as working at no school; the authority decides.",
    "upn-of-another-pupil": "The authority knows another member of staff by this number; one of the two is wrong.",
    "namesake-with-another-upn": (
        "The authority knows a member of staff of this name, birth and sex by another number; it decides."
    ),
    "not-known": "The authority does not know this member of staff yet; it decides.",
    "held-back": "The authority does not take this member of staff for now.",
    "erased-before": "The authority does not take this member of staff for now.",
}
"""The same of members of staff."""


def outcome_of(this: Import) -> dict[str, Any]:
    """Tell `{state, counts, problems}`.

    With `groups`, the numbers of each data group, once it is imported; with `waiting` and its sentence where a person
    at the authority is asked.
    """
    outcome: dict[str, Any] = {
        "state": str(this.state),
        "counts": _counts(this) if this.completed_at else {},
        "problems": [_told(problem, this) for problem in this.problems],
    }
    if this.completed_at:
        outcome["groups"] = this.counts.get("groups", {})
    if this.state is ImportState.WAITING:
        outcome["waiting"] = {"code": this.waiting, "message": str(Waiting(this.waiting).label)}
    return outcome


def _counts(this: Import) -> dict[str, int]:
    pupils, groups = this.counts.get("pupils", {}), this.counts.get("groups", {})
    counts = {"pupils": this.pupils, **{what: pupils[what] for what in COUNTED if what in pupils}}
    if left_out := sum(of_group.get("left_out", 0) for of_group in groups.values()):
        counts["left_out"] = left_out
    return counts


def _told(problem: dict[str, Any], this: Import) -> dict[str, Any]:
    if problem["code"] == NOT_IMPORTED_BY_THE_LA:
        return {**problem, "message": f"The authority did not import this file: {this.not_imported_because}"}
    sentences = SENTENCES | OF_STAFF if this.subject == STAFF else SENTENCES
    sentence = sentences.get(problem["code"])
    return {**problem, "message": sentence} if sentence else problem
