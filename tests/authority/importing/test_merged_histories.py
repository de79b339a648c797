"""Two histories of one data group become one, in the order of time."""

from datetime import UTC, datetime

from schoolgate.authority.importing.merging.joining import joined
from schoolgate.authority.records.groups.basic_details import BASIC_DETAILS
from schoolgate.authority.records.groups.data_group import Payload
from schoolgate.authority.records.groups.registry import group_named
from schoolgate.authority.records.models import Change
from schoolgate.authority.records.origin import Version

CONTACTS = group_named("contacts")
MOTHER, FATHER, AUNT = ({"Surname": "Okafor", "Forename": name} for name in ("Grace", "Emeka", "Ruth"))


def history(*stood: tuple[int, Payload]) -> list[Version]:
    """What stood in a row from each day of the month on, given the oldest first."""
    return [Version(payload, Change(pk=day, at=datetime(2026, 11, day, tzinfo=UTC)), None) for day, payload in stood][
        ::-1
    ]


def test_the_newer_change_wins_value_by_value() -> None:
    ours = history((1, {"Surname": "Bell"}), (9, {"Surname": "Bell", "Forename": "Dan"}))
    theirs = history((5, {"Surname": "Okafor", "Forename": "Daniel"}))
    assert joined(BASIC_DETAILS, ours, theirs)[-1].payload == {"Surname": "Okafor", "Forename": "Dan"}


def test_every_change_is_there_once_in_the_order_of_time() -> None:
    ours, theirs = history((1, {"Surname": "A"}), (9, {"Surname": "C"})), history((5, {"Surname": "B"}))
    stood = joined(BASIC_DETAILS, ours, theirs)
    assert [(one.change.pk, one.payload["Surname"]) for one in stood] == [(1, "A"), (5, "B"), (9, "C")]


def test_a_change_that_is_older_than_what_it_was_written_over_stays_behind_it() -> None:
    ours = history((7, {"Surname": "A"}), (3, {"Surname": "B"}))
    stood = joined(BASIC_DETAILS, ours, history((5, {"Surname": "C"})))
    assert [one.payload["Surname"] for one in stood] == ["C", "A", "B"]


def test_what_both_have_in_lists_is_joined() -> None:
    ours, theirs = history((1, {"Contacts": [MOTHER]})), history((5, {"Contacts": [FATHER]}))
    assert joined(CONTACTS, ours, theirs)[-1].payload == {"Contacts": [MOTHER, FATHER]}


def test_who_was_removed_from_a_list_stays_so_where_nobody_else_told_of_it() -> None:
    ours = history((1, {"Contacts": [MOTHER, AUNT]}), (3, {"Contacts": [MOTHER]}))
    assert joined(CONTACTS, ours, history((5, {"Contacts": [FATHER]})))[-1].payload == {"Contacts": [MOTHER, FATHER]}


def test_what_one_removed_and_the_other_tells_stands() -> None:
    ours = history((1, {"MiddleNames": "Uche"}), (9, {}))
    theirs = history((5, {"MiddleNames": "Chidi"}))
    assert joined(BASIC_DETAILS, ours, theirs)[-1].payload == {"MiddleNames": "Chidi"}
