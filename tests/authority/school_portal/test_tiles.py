"""The first page of a school in the portal, and who gets there."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from schoolgate.authority.bases.la import LA_CONTACT
from schoolgate.authority.bases.models import Base
from schoolgate.authority.school_portal.tiles import TILES
from schoolgate.commons.accounts.models import User


def text(answer: Any) -> str:
    return str(answer.content, "utf-8")


def first_page(base: Base) -> str:
    return reverse("portal-tiles", args=[base.pk])


def test_who_signs_in_lands_on_the_own_school(
    hana: User, green_abbey: Base, stranger: Client, password: str, settings: Any
) -> None:
    settings.ROOT_URLCONF = "schoolgate.sites.urls_authority"
    answer: Any = stranger.post("/sign-in/", {"username": "hana", "password": password}, follow=True)
    assert [where for where, _ in answer.redirect_chain] == ["/", "/portal/", first_page(green_abbey)]
    assert "Green Abbey Primary School" in text(answer)


def test_every_place_has_a_tab_and_a_tile(as_hana: Client, green_abbey: Base) -> None:
    shown = text(as_hana.get(first_page(green_abbey)))
    assert {shown.count(f'href="{tile.address(green_abbey)}"') for tile in TILES} == {2}


def test_the_tab_of_the_open_page_is_marked(as_hana: Client, green_abbey: Base) -> None:
    shown = text(as_hana.get(first_page(green_abbey)))
    assert f'<a href="{first_page(green_abbey)}" aria-current="page">' in shown


def test_a_school_with_nothing_yet_is_told_whom_to_ask(as_hana: Client, green_abbey: Base) -> None:
    shown = text(as_hana.get(first_page(green_abbey)))
    assert "Your school has nothing set up yet. Whom you can ask: Bedford Borough: Data team, 01234 000000." in shown


def test_without_a_contact_the_authority_is_named(as_hana: Client, green_abbey: Base) -> None:
    LA_CONTACT.set("", by=None)
    assert "Questions? Ask Bedford Borough." in text(as_hana.get(first_page(green_abbey)))


def test_who_works_for_two_schools_chooses(as_hana: Client, hana: User, green_abbey: Base, oak_lane: Base) -> None:
    oak_lane.people.add(hana)
    shown = text(as_hana.get(reverse("portal")))
    assert first_page(green_abbey) in shown
    assert first_page(oak_lane) in shown


def test_who_works_for_no_school_any_more_is_told_whom_to_ask(as_hana: Client, hana: User, green_abbey: Base) -> None:
    green_abbey.people.remove(hana)
    assert "Your school has nothing set up yet. Whom you can ask: Bedford Borough" in text(
        as_hana.get(reverse("portal"))
    )


def test_the_school_of_others_does_not_exist(as_olga: Client, green_abbey: Base) -> None:
    assert as_olga.get(first_page(green_abbey)).status_code == 404


def test_a_school_that_is_not_active_is_closed(as_hana: Client, green_abbey: Base) -> None:
    green_abbey.active = False
    green_abbey.save()
    assert as_hana.get(first_page(green_abbey)).status_code == 404


@pytest.mark.parametrize("person", ["officer", "administrator"])
def test_the_authoritys_staff_have_pages_of_their_own(
    person: str, green_abbey: Base, request: pytest.FixtureRequest, signed_in: Callable[[User], Client]
) -> None:
    assert signed_in(request.getfixturevalue(person)).get(first_page(green_abbey)).status_code == 403
