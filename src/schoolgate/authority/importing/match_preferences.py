"""What an authority sets of matching (reference 9.1): its System Defaults. Kept in the database only.

Of reference 9.1's two age limits the youngest age of a carer is not here: no document tells a contact's age, and
nothing here makes a contact a carer.
"""

from schoolgate.authority.importing.matching.rules import MatchSettings
from schoolgate.commons.preferences.registry import NumberPreference, YesNoPreference

_SHIPPED = MatchSettings()

GUIDMATCH = YesNoPreference(
    "guidmatch",
    default=_SHIPPED.guid_match,
    meaning="whether a pupil is found by the GUID, the key of the school's own system",
)
ONLY_ACTIVE = YesNoPreference(
    "match-only-active",
    default=_SHIPPED.only_active,
    meaning="whether only pupils on some school's roll are looked for",
)
OLDEST_UNMATCHED = NumberPreference(
    "oldest-unmatched",
    default=_SHIPPED.oldest_unmatched or 0,
    meaning="the age in years above which a pupil who waits as unmatched is not listed; 0 lists all",
)


def match_settings() -> MatchSettings:
    """What is set now. A change counts from the next import: what was settled before is then looked at again."""
    return MatchSettings(
        guid_match=GUIDMATCH.get(), only_active=ONLY_ACTIVE.get(), oldest_unmatched=OLDEST_UNMATCHED.get() or None
    )
