"""Why an authority did not take a value or a pupil, and what an office does about it: words for its codes."""

import json
from typing import Any

from schoolgate.documents.students.wording import item_for, remedy_for

WHY = {
    "bad-upn": "The check letter does not fit the UPN.",
    "bad-uln": "The check digit does not fit the ULN.",
    "bad-uci": "The check letter does not fit the UCI.",
    "upn-twice": "Another pupil of the file has this UPN.",
    "birth-in-future": "The date of birth is after the file’s own.",
    "ends-before-start": "It ends before it begins.",
    "code-not-of-year": "It is not a code of the file’s academic year.",
    "bad-code": "The code is in no list.",
    "bad-date": "It is no date.",
    "bad-value": "It is not what belongs there.",
    "reasons-too-many": "An exclusion has at most three reasons.",
    "reason-twice": "The same reason is given twice.",
    "school-days": "An exclusion cannot be so long, or not in parts of half a day.",
    "sessions-exceed-possible": "The sessions make more than were possible.",
    "address-not-in-list": "The LA’s list of addresses has none with this post code and house.",
    "address-several-in-list": "The LA’s list has several such addresses: say the flat, the house’s name or the UPRN.",
    "no-address-list": "The LA takes no addresses at present.",
    "discarded": "A person at the LA looked at it, and did not take it.",
    "undone": "A person at the LA took it back, after it had been imported.",
    "pupil-twice": "This pupil stands in the file twice, with differences, so neither was taken.",
    "upn-of-another-pupil": "The LA knows another pupil by this UPN; one of the two numbers is wrong.",
    "namesake-with-another-upn": "The LA knows a pupil of this name, birth and sex by another UPN.",
    "several-matches": "More than one pupil that the LA knows could be this one; the LA decides.",
    "inactive-match": "The LA knows this pupil, but on no school’s roll; the LA decides.",
    "not-known": "The LA does not know this pupil yet; the LA decides.",
    "held-back": "The LA does not take this pupil for now.",
}
"""Why something was not taken, by the LA's code."""
LA_DECIDES = frozenset({"several-matches", "inactive-match", "not-known", "held-back", "no-address-list"})
BY_A_PERSON = frozenset({"discarded", "undone"})

_OF_PUPIL = {
    "pupil-twice": "In your MIS look for this pupil’s second record, and put the two together. Save and export again.",
    "upn-of-another-pupil": "Compare the UPN with the pupil’s former school, then correct it or ask the LA.",
    "namesake-with-another-upn": "Compare the UPN with the pupil’s former school, then correct it or ask the LA.",
}


def why_not_taken(code: str) -> str:
    """Why the LA did not take it, in a sentence; a code of a later version is told as such."""
    return WHY.get(code, f"The LA did not take it ({code}).")


def how_to_correct(item: str, code: str) -> str:
    """What an office does about it."""
    if code in LA_DECIDES:
        return "Nothing, unless the LA asks."
    if code in BY_A_PERSON:
        return "Look it up with the family. Correct it in your MIS and export again, or tell the LA that it is right."
    return remedy_for(item_for((item,))) if item else _OF_PUPIL.get(code, "Ask the LA.")


def item_words(item: str) -> str:
    """What an office calls the item; a whole pupil has none."""
    return item_for((item,)).words if item else "the whole pupil"


def value_words(value: Any) -> str:
    """The value as it was sent, as text; empty where there is none to show."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
