"""By which rule a value came (`Change.rule`), in words."""

from schoolgate.authority.records.subjects import PUPIL, STAFF, Subject

_FOUND = {
    "new": "new to this authority",
    "guid": "found by the GUID",
    "upn": "found by UPN",
    "upn-other-names": "found by UPN, with a preferred or former name",
    "former-upn": "found by a former UPN",
    "all-four": "found by birth, names and sex",
    "all-four-other-names": "found by birth, a preferred or former name and sex",
    "by-hand": "matched by a person",
    "new-by-hand": "new to this authority, added by a person",
    "changed-by-hand": "changed by hand",
    "undo": "put back by an undo",
    "merge": "kept when two records were merged",
}
_STAFF_FOUND = _FOUND | {
    "upn": "found by teacher number, or by National Insurance number without one",
    "upn-other-names": "found by number, with a preferred or former name",
    "former-upn": "found by National Insurance number",
}
_TAKEN = {
    "always-import": "always imported",
    "always-conflict": "accepted by a person",
    "import-if-empty": "imported, since nothing was held",
    "dont-import": "not imported by rule",
    "first-load": "loaded from another system's records",
}


_TAKEN_BY_RULE = _TAKEN | {"always-conflict": "imported, since nothing was held"}


def rule_words(rule: str, *, by_person: bool = True, subject: Subject = PUPIL) -> str:
    """How the pupil was found and why the value was taken: ``upn/always-import`` is "found by UPN, always imported".

    ``by_person``: it was written in a step of a person's. What goes to conflict else is taken by an import itself
    where nothing was held it could be in conflict with: of a new pupil, and of one who is new at a school.
    A part that has no words, of another version say, stands for itself.
    """
    found, _, taken = rule.partition("/")
    words = _TAKEN if by_person else _TAKEN_BY_RULE
    found_by = _STAFF_FOUND if subject == STAFF else _FOUND
    parts = [found_by.get(found, found), *(words.get(effect, effect) for effect in taken.split("+"))]
    return ", ".join(part for part in parts if part)
