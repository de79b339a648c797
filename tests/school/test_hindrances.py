"""Why a file that waits cannot go now: of its own LA and its own account, nobody else's."""

import pytest
from django.utils import timezone
from tests.school.first_page.rows import make_transfer

from schoolgate.school.exchange.hindrances import hindrance_of
from schoolgate.school.exchange.models import Destination, School, State, Transfer
from schoolgate.school.exchange.story import story_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def bedford(db: None) -> Destination:
    """An LA whose schools have accounts of their own: Green Abbey has one."""
    School.objects.create(la="820", number="4321", name="Green Abbey", destination_la="820", user="u", password="p")
    made: Destination = Destination.objects.create(
        la="820", name="Bedford", address="https://la.example", contact="Data Team, 01234 000000"
    )
    return made


def trouble(code: str) -> dict[str, str]:
    return {"trouble": code, "trouble_sentence": "So it is.", "trouble_remedy": "Ask the LA."}


def heading(transfer: Transfer) -> str:
    found = hindrance_of(transfer, Destination.objects.get())
    return found.heading if found else ""


def test_nothing_stands_in_the_way_of_a_school_whose_account_works(bedford: Destination) -> None:
    Destination.objects.update(**trouble("no-credentials"))
    assert heading(make_transfer()) == ""


def test_another_schools_file_is_told_as_such(bedford: Destination) -> None:
    found = hindrance_of(make_transfer(school="2107"), bedford)
    assert found is not None
    assert found.heading == "This program has no account for school 820 2107."
    assert "cancel it" in found.what_to_do


def test_the_schools_own_login_is_what_counts(bedford: Destination) -> None:
    School.objects.update(**trouble("wrong-credentials"))
    found = hindrance_of(make_transfer(), bedford)
    assert found is not None
    assert found.heading == "This school cannot sign in to Bedford (820) now."
    assert found.what_to_do == "Ask the LA (Data Team, 01234 000000). This file waits until then."


def test_a_file_that_something_hinders_is_not_called_next(bedford: Destination) -> None:
    file = make_transfer(asked_at=timezone.now())
    assert [step.text for step in story_of(file)][2] == "It is sent next."
    assert [step.text for step in story_of(file, hindered=True)][2] == "It cannot be sent now, and waits."


def test_a_broken_line_stops_all(bedford: Destination) -> None:
    Destination.objects.update(**trouble("unreachable-name"))
    assert heading(make_transfer()) == "Nothing can be sent to Bedford (820) now."


def test_what_has_arrived_is_hindered_by_nothing(bedford: Destination) -> None:
    Destination.objects.update(**trouble("unreachable-name"))
    assert heading(make_transfer(state=State.DELIVERED)) == ""
    assert hindrance_of(make_transfer(serial=2), None) is None
