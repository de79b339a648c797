"""Things to correct: what the authority could not take of the school's last file, by child."""

from django.http.response import HttpResponseBase

from schoolgate.authority.bases.models import Base
from schoolgate.authority.school_portal.access import of_school
from schoolgate.authority.school_portal.correcting import MOST_SHOWN, how_many, newest_imported, things_to_correct
from schoolgate.authority.school_portal.tiles import Shown, Tile
from schoolgate.commons.accounts.access import PersonRequest
from schoolgate.commons.web.tables import AllGood, Column, NotYet, Table
from schoolgate.wire.outcome_words import so_many


@of_school
def to_correct(request: PersonRequest, base: Base) -> HttpResponseBase:
    """A list to search, print and take along."""
    newest = newest_imported(base)
    table = Table(
        [
            Column("child", "Pupil", search=True),
            Column("item_words", "Item", search=True),
            Column("value", "You sent", kind="long"),
            Column("why", "Why not taken"),
            Column("remedy", "How to correct", sort=""),
            Column("since", "Since", kind="time"),
            Column("new", "New", value=lambda one: "new" if one.new else "known"),
        ],
        things_to_correct(base),
        request,
        name="to-correct",
        noun=("thing to correct", "things to correct"),
        empty=(
            AllGood("Nothing to correct. Everything you sent in the last file was taken.")
            if newest
            else NotYet("No file of your school has been imported yet.")
        ),
    )
    cut = table.all_rows.count() >= MOST_SHOWN
    return table.response("authority_school_portal/to_correct.html", {"base": base, "newest": newest, "cut": cut})


def _look(base: Base) -> Shown:
    number = how_many(base)
    if not number:
        return Shown("Nothing", "to correct in what you sent.")
    return Shown(so_many(number, "thing"), "to correct in your MIS when you have time. It goes with the next file.")


TO_CORRECT = Tile("To correct", "portal-to-correct", _look)
