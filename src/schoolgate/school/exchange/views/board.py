"""The board of schools, for a site that sends for many."""

from django.http.response import HttpResponseBase

from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.web.tables import Column, NotYet, Table
from schoolgate.school.exchange.first_page.board import STATES, look_at_schools


@who("administrator", "sender")
def school_board(request: PersonRequest) -> HttpResponseBase:
    """Every school and how it stands, the worst first."""
    table = Table(
        [
            Column("called", "School", search=True, link=lambda school: school.address),
            Column("la", "LA No.", kind="code", exact=True),
            Column("number", "School No.", kind="code", exact=True),
            Column("state", "State", kind="state", choices=[(state, state.capitalize()) for state in STATES]),
            Column("needs_attention", "Needs attention", kind="number"),
            Column("held_back", "Held back", kind="number"),
            Column("not_accepted", "Not accepted", kind="number"),
            Column("waiting_long", "Waiting long", kind="number"),
            Column("last_received", "Last received", kind="time"),
        ],
        look_at_schools().schools,
        request,
        name="schools",
        noun=("school", "schools"),
        empty=NotYet("No school yet: neither a file was found, nor a school’s row added."),
    )
    return table.response("school_exchange/board.html")
