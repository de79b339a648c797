from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from django.utils import timezone

from schoolgate.commons.accounts.models import User
from schoolgate.commons.web.finding import FINDERS, Found, find, finder

pytestmark = pytest.mark.django_db

SignedIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def finders_of_its_own() -> Iterator[None]:
    known = dict(FINDERS)
    FINDERS.clear()

    @finder("made-up files")
    def look(user: User, text: str) -> list[Found]:
        if text.lower() not in "8204321_ces_820llll_001.xml" or user.role != "sender":
            return []
        return [
            Found(
                "Pupil file", "8204321_CES_820LLLL_001.xml", "820 4321", "delivered", timezone.now(), "the LA", "/f/1/"
            )
        ]

    yield
    FINDERS.clear()
    FINDERS.update(known)


def search(browser: Client, text: str) -> str:
    return browser.post("/find/", {"text": text}).content.decode()


def test_a_file_is_found_and_leads_to_its_page(signed_in: SignedIn, sender: User) -> None:
    page = search(signed_in(sender), " LLLL_001 ")
    assert '<a href="/f/1/">8204321_CES_820LLLL_001.xml</a>' in page
    assert "Delivered" in page


def test_nobody_finds_what_they_may_not_see(signed_in: SignedIn, officer: User) -> None:
    assert "Nothing called “LLLL_001”." in search(signed_in(officer), "LLLL_001")


def test_nothing_found_says_where_we_looked(signed_in: SignedIn, sender: User) -> None:
    assert "We looked in made-up files" in search(signed_in(sender), "unheard of")


def test_too_short_is_told(signed_in: SignedIn, sender: User) -> None:
    assert "Type at least 3 characters." in search(signed_in(sender), " 00 ")
    with pytest.raises(ValueError, match="at least 3"):
        find(sender, "00")


def test_what_was_typed_is_in_no_address(signed_in: SignedIn, sender: User) -> None:
    page = signed_in(sender).get("/find/?text=LLLL_001").content.decode()
    assert "LLLL_001" not in page
    assert '<form class="search-row" method="post">' in page
