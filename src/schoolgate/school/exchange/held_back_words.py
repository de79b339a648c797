"""Why a file is held back, in words for the journal: they quote nothing of the file, whose name may be a child's."""

from schoolgate.school.exchange.places import PERSONNEL, STUDENT

_DAMAGED = "it is damaged, or was not written to its end"
_UNKNOWN = "it is of a version that this program does not know"
_TOO_LARGE = "it is larger than what is sent"
_NAME_DIFFERS = "its name and what stands in it name different schools or LAs"
_NO_XML = "it is no pupil file"
_OTHERWISE = "it failed a check"

WORDS = {
    "already-delivered": "the LA has this very file already",
    "cannot-be-read": "it cannot be opened",
    "content": "there are things to put right in it",
    "doctype": "it holds a kind of declaration that is not taken",
    "empty": "it is empty",
    "encoding-broken": _DAMAGED,
    "encoding-differs": _DAMAGED,
    "encoding-unknown": _DAMAGED,
    "gzip-broken": _DAMAGED,
    "gzip-cut-short": _DAMAGED,
    "gzip-trailing-bytes": _DAMAGED,
    "header-field": "its header lacks something, or holds something that is not allowed there",
    "header-too-deep": _NO_XML,
    "header-too-long": _NO_XML,
    "name-destination-la": _NAME_DIFFERS,
    "name-destination-school": _NAME_DIFFERS,
    "name-pattern": "its name is not that of a pupil file",
    "name-source-la": _NAME_DIFFERS,
    "name-source-school": _NAME_DIFFERS,
    "name-taken": "another file of its name waits in the folder",
    "no-destination": "it is for an LA that has no entry here",
    "no-row": "its school has no row for its staff",
    "not-a-file": "it is a folder or a link",
    "not-well-formed": _DAMAGED,
    "not-xml": _NO_XML,
    "pupil-misplaced": _DAMAGED,
    "pupil-too-large": _TOO_LARGE,
    "row-differs": "it says another school than its row",
    "too-large": _TOO_LARGE,
    "too-many-problems": "there are things to put right in it",
    "unknown-root": _NO_XML,
    "version-unknown": _UNKNOWN,
    "went-wrong": "something went wrong on our side while it was checked",
    "wrong-door": "it is another kind of file, which goes elsewhere",
    "wrong-folder": "it is for another LA than its folder",
    "xml-version": _UNKNOWN,
}


def why_held_back(code: str, kind: str = STUDENT) -> str:
    """The reason of this code, to follow "because" or a colon; where a code has no words, that a check failed."""
    words = WORDS.get(code, _OTHERWISE)
    return words.replace("pupil file", "personnel file") if kind == PERSONNEL else words
