"""What of SIMS Primary's behaviour can be set: all that is inferred, and what tests want smaller (reference 4)."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from schoolgate.simulators.switches import DayOfEach, switch

_LONG_AGO = date(2000, 1, 1)


@dataclass(frozen=True)
class SimsPrimarySwitches:
    """The switches of the simulator; `schoolgate simulate sims-primary --switches` lists them."""

    calls_per_second: float = switch(
        5.0, "Calls a second that one subscription key may make, for all schools together; 0 counts none.", "documented"
    )
    page_size: int = switch(
        1000, "The most rows of a page; documented of attendance and lookups, inferred for the other sets.", "inferred"
    )
    lookup_bug: bool = switch(
        True, "$top and $skip apply to each table of a lookup set, so its next link loses rows.", "documented"
    )
    token_lifetime: int = switch(3600, "Seconds until a token ends.", "inferred")
    lenient_token: bool = switch(
        False, "A token is given for another school's organisation too; its data calls then answer 403.", "inferred"
    )
    key_checked_first: bool = switch(True, "The subscription key is looked at before the token.", "inferred")
    retry_after: bool = switch(
        True, "429 has the header Retry-After beside the message that names the seconds.", "inferred"
    )
    revoked_answers: Literal["403", "token"] = switch(
        "403", "A school that took its consent back: data calls answer 403, or no token is given.", "inferred"
    )
    span_check: Literal["reject", "accept"] = switch(
        "reject", "What becomes of a question for marks of more than 90 days, or without both ends.", "inferred"
    )
    changes_span_check: Literal["reject", "accept"] = switch(
        "accept", "What becomes of a question for marks changed since more than 90 days.", "inferred"
    )
    range_operators: bool = switch(True, "$filter takes ge and le.", "inferred")
    select_option: bool = switch(True, "$select is taken.", "inferred")
    changes_of: Literal["all", "attendance"] = switch(
        "all", "Which sets have the function SIMS.Changes; documented of attendance only.", "inferred"
    )
    changes_granularity: Literal["row", "whole-group"] = switch(
        "whole-group", "Whether all rows of a set come for a pupil of whom one changed, or that one.", "documented"
    )
    changes_inclusive: bool = switch(True, "A change at the very start point is told.", "inferred")
    deletes_in_changes: Literal["none", "tombstone"] = switch(
        "none", "Whether a row that was taken away is told, and how.", "inferred"
    )
    migration_date: date = switch(  # noqa: RUF009  # it makes a field
        _LONG_AGO, "What changed before is told as changed on this day, when the school came.", "documented"
    )
    migration_dates: DayOfEach = switch(  # noqa: RUF009  # likewise
        (), "The same of single schools, by their numbers; the others have migration_date.", "documented"
    )
    marks_kept_days: int = switch(
        0, "So many days back marks are told, and a question for days before is refused; 0 tells all.", "inferred"
    )
    row_order: Literal["key", "changed"] = switch(
        "key", "Rows stand by their key, or by when they changed, so that a change moves them.", "inferred"
    )
    marks_with_details: bool = switch(True, "A mark has MinutesLate and Comment.", "inferred")
