"""What of Wonde's behaviour can be set: all that is inferred, and what tests want smaller (reference 7.1)."""

from dataclasses import dataclass
from typing import Literal

from schoolgate.simulators.switches import switch


@dataclass(frozen=True)
class WondeSwitches:
    """The switches of the simulator; `schoolgate simulate wonde --switches` lists them."""

    calls_per_second: float = switch(
        5.0, "Calls a second that one token may make, for all schools together; 0 counts none.", "inferred"
    )
    retry_after: bool = switch(True, "429 has the header Retry-After beside its message.", "inferred")
    page_size: int = switch(200, "The most rows of a page, whatever per_page asks for.", "inferred")
    next_keeps_question: bool = switch(
        True, "The next address has the whole question; else the page only, and the question is lost.", "inferred"
    )
    row_order: Literal["id", "updated"] = switch(
        "id", "Rows stand by their id, or by when they changed, so that a change moves them.", "inferred"
    )
    updated_after_inclusive: bool = switch(False, "A change at the very moment of updated_after is told.", "inferred")
    updated_after_in: Literal["UTC", "Europe/London"] = switch(
        "UTC", "In which time zone updated_after is read.", "inferred"
    )
    dates_in: Literal["UTC", "Europe/London"] = switch(
        "Europe/London", "In which time zone dates are told; midnight in London may be the day before.", "inferred"
    )
    coded_as: Literal["codes", "words"] = switch(
        "codes", "Whether ethnicity, relationship, status and the like are the DfE's codes or their words.", "inferred"
    )
    details_move_pupils: bool = switch(
        True, "A pupil's updated_at moves when an address, a contact or another included part changes.", "inferred"
    )
    cache_hours: float = switch(
        0.0, "So long the vendor keeps what a school's system said before it looks again.", "inferred"
    )
    empty_sessions: Literal["null", "dash", "none"] = switch(
        "null", "A session without a mark: a row without a code, one with the code -, or no row.", "inferred"
    )
    day_filter: bool = switch(
        True, "Marks can be asked for by date_from and date_to; else they are ignored.", "inferred"
    )
    statutory_codes: bool = switch(False, "An attendance code says which statutory code it counts as.", "inferred")
    deleted_child_route: bool = switch(False, "There is students/deleted beside deletions.", "inferred")
    refused_include: Literal["left-out", "403"] = switch(
        "left-out", "An included part that may not be read is left out, or the whole call is refused.", "inferred"
    )
    unknown_include: Literal["422", "ignored"] = switch(
        "422", "What becomes of an include that the list does not have.", "inferred"
    )
    refused_school: Literal["403", "404"] = switch(
        "403", "The answer for a school whose data may not be read.", "inferred"
    )
    offline_answers: Literal["data", "403"] = switch(
        "data", "Whether a school that is offline is told of as it was last known.", "inferred"
    )
    denied: str = switch("", "What schools do not let be read, as students.contact_details,exclusions.", "ours")
