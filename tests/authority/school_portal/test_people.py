"""A school's own people: who invites and removes whom, and who can come in as whom."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from schoolgate.authority.bases.models import SCHOOL_USER, Base
from schoolgate.authority.school_portal.people import PeopleRefused, invite, may_get_link, new_link, remove
from schoolgate.commons.accounts.creating import create_user, switch_off
from schoolgate.commons.accounts.models import SingleUseLink, User
from schoolgate.commons.audit.models import AuditEntry

GIVEN = {"username": "ivy@school.example", "name": "Ivy Nash", "email": "ivy@school.example"}
CHOSEN = {"password": "Quiet-Lantern-77", "again": "Quiet-Lantern-77"}


def text(answer: Any) -> str:
    return str(answer.content, "utf-8")


def link_in(shown: str) -> str:
    """The path of the link that a page shows."""
    return "/" + shown.partition('value="http://testserver/')[2].partition('"')[0]


def their(what: str, base: Base, *more: int) -> str:
    return reverse(what, args=[base.pk, *more])


def test_who_is_invited_chooses_a_password_and_is_at_the_school(
    as_officer: Client, green_abbey: Base, stranger: Client
) -> None:
    shown = text(as_officer.post(their("invite-to-portal", green_abbey), GIVEN))
    stranger.post(link_in(shown), CHOSEN)
    assert "Green Abbey" in text(stranger.get(their("portal-tiles", green_abbey)))


def test_an_invitation_stands_in_the_audit(as_officer: Client, green_abbey: Base) -> None:
    as_officer.post(their("invite-to-portal", green_abbey), GIVEN)
    entry = AuditEntry.objects.get(did="school user added")
    assert (entry.who, entry.target, entry.details) == ("omar", "ivy@school.example", "8204321")


def test_a_link_is_kept_in_no_cache(as_officer: Client, green_abbey: Base) -> None:
    answer = as_officer.post(their("invite-to-portal", green_abbey), GIVEN)
    assert answer["Cache-Control"] == "no-store"


def test_a_school_invites_a_colleague(as_hana: Client, green_abbey: Base) -> None:
    as_hana.post(their("portal-invite", green_abbey), GIVEN)
    made = User.objects.get(username="ivy@school.example")
    assert made.role == SCHOOL_USER
    assert list(made.schools.all()) == [green_abbey]


def test_nobody_invites_to_another_school(as_olga: Client, green_abbey: Base) -> None:
    assert as_olga.post(their("portal-invite", green_abbey), GIVEN).status_code == 404
    assert not User.objects.filter(username="ivy@school.example").exists()


def test_a_schools_people_do_not_use_the_authoritys_pages(as_hana: Client, gita: User, green_abbey: Base) -> None:
    assert as_hana.post(their("invite-to-portal", green_abbey), GIVEN).status_code == 403
    assert as_hana.post(their("link-to-portal", green_abbey, gita.pk)).status_code == 403
    assert as_hana.post(their("remove-from-portal", green_abbey, gita.pk)).status_code == 403
    assert as_hana.post(their("tell-school", green_abbey)).status_code == 403


def test_the_name_of_an_officer_is_taken(as_hana: Client, officer: User, green_abbey: Base) -> None:
    answer: Any = as_hana.post(their("portal-invite", green_abbey), {**GIVEN, "username": "omar"})
    assert answer.status_code == 422
    assert "There is a user &#x27;omar&#x27; already. Choose another user name, or ask the council" in text(answer)
    assert not officer.schools.exists()


def test_a_user_name_that_breaks_the_rules_is_told_at_its_field(as_hana: Client, green_abbey: Base) -> None:
    shown = text(as_hana.post(their("portal-invite", green_abbey), {**GIVEN, "username": "ivy nash"}))
    assert "letters, digits and the signs" in shown


def test_who_may_sign_in_already_is_said_to(as_hana: Client, gita: User, green_abbey: Base) -> None:
    shown = text(as_hana.post(their("portal-invite", green_abbey), {**GIVEN, "username": "Gita"}))
    assert "Gita Shah may sign in for Green Abbey Primary School already." in shown


def test_the_authority_adds_somebody_of_another_school_who_keeps_the_password(
    olga: User, officer: User, green_abbey: Base, oak_lane: Base
) -> None:
    invited = invite(green_abbey, "olga", by=officer)
    assert invited.link == ""
    assert set(olga.schools.all()) == {green_abbey, oak_lane}


def test_a_school_cannot_add_somebody_of_another_one(hana: User, olga: User, green_abbey: Base) -> None:
    with pytest.raises(PeopleRefused, match="ask the council to add that person"):
        invite(green_abbey, "olga", by=hana)


def test_who_works_for_both_adds_a_colleague_of_one_to_the_other(
    hana: User, olga: User, green_abbey: Base, oak_lane: Base
) -> None:
    oak_lane.people.add(hana)
    invite(green_abbey, "olga", by=hana)
    assert green_abbey.people.filter(pk=olga.pk).exists()


def test_who_was_switched_off_by_an_administrator_is_not_brought_back_by_a_school(
    hana: User, gita: User, administrator: User, green_abbey: Base, oak_lane: Base
) -> None:
    oak_lane.people.add(gita, hana)
    green_abbey.people.remove(gita)
    switch_off(gita, by=administrator)
    with pytest.raises(PeopleRefused, match="switched off"):
        invite(green_abbey, "gita", by=hana)


def test_somebody_removed_sees_nothing_from_the_next_click_on(
    as_hana: Client, as_gita: Client, gita: User, green_abbey: Base
) -> None:
    as_hana.post(their("portal-remove", green_abbey, gita.pk))
    assert as_gita.get(their("portal-tiles", green_abbey)).status_code == 302
    gita.refresh_from_db()
    assert gita.state == "switched off"


def test_removing_asks_first(as_hana: Client, gita: User, green_abbey: Base) -> None:
    shown = text(as_hana.get(their("portal-remove", green_abbey, gita.pk)))
    assert "Remove Gita Shah from Green Abbey Primary School?" in shown
    assert green_abbey.people.filter(pk=gita.pk).exists()


def test_who_works_for_another_school_too_stays_there(
    hana: User, olga: User, green_abbey: Base, oak_lane: Base
) -> None:
    green_abbey.people.add(olga)
    remove(green_abbey, olga, by=hana)
    olga.refresh_from_db()
    assert olga.is_active
    assert list(olga.schools.all()) == [oak_lane]


def test_nobody_removes_themselves(as_hana: Client, hana: User, green_abbey: Base) -> None:
    answer: Any = as_hana.post(their("portal-remove", green_abbey, hana.pk), follow=True)
    assert "You cannot remove yourself." in text(answer)
    assert green_abbey.people.filter(pk=hana.pk).exists()


def test_of_two_who_remove_each_other_one_is_left(hana: User, gita: User, green_abbey: Base) -> None:
    remove(green_abbey, gita, by=hana)
    with pytest.raises(PeopleRefused, match="just removed you"):
        remove(green_abbey, hana, by=gita)


def test_the_authority_removes_the_last_one(as_officer: Client, hana: User, green_abbey: Base) -> None:
    as_officer.post(their("remove-from-portal", green_abbey, hana.pk))
    assert not green_abbey.people.exists()


def test_who_left_comes_back_by_an_invitation(officer: User, hana: User, gita: User, green_abbey: Base) -> None:
    remove(green_abbey, gita, by=hana)
    invite(green_abbey, "gita", by=hana)
    gita.refresh_from_db()
    assert gita.state == "active"


def test_nobody_removes_who_is_not_of_the_school(as_hana: Client, olga: User, green_abbey: Base) -> None:
    assert as_hana.post(their("portal-remove", green_abbey, olga.pk)).status_code == 404


def test_the_authority_makes_a_link_for_who_forgot_the_password(
    as_officer: Client, hana: User, green_abbey: Base, stranger: Client
) -> None:
    shown = text(as_officer.post(their("link-to-portal", green_abbey, hana.pk)))
    assert "It works once, and for one day." in shown
    stranger.post(link_in(shown), CHOSEN)
    hana.refresh_from_db()
    assert hana.check_password(CHOSEN["password"])


def test_no_colleague_comes_in_as_one_who_has_a_password(as_hana: Client, gita: User, green_abbey: Base) -> None:
    assert their("portal-link", green_abbey, gita.pk) not in text(as_hana.get(their("portal-people", green_abbey)))
    answer: Any = as_hana.post(their("portal-link", green_abbey, gita.pk), follow=True)
    assert "You can make no link for Gita Shah." in text(answer)
    assert not SingleUseLink.objects.exists()


def test_a_colleague_who_lost_the_invitation_gets_another(as_hana: Client, hana: User, green_abbey: Base) -> None:
    ivy = invite(green_abbey, "ivy", by=hana).person
    assert "A link for ivy" in text(as_hana.post(their("portal-link", green_abbey, ivy.pk)))


def test_nobody_comes_by_an_invitation_into_a_school_that_is_not_their_own(
    hana: User, officer: User, green_abbey: Base, oak_lane: Base
) -> None:
    ivy = invite(oak_lane, "ivy", by=officer).person
    green_abbey.people.add(ivy)
    assert not may_get_link(ivy, hana)
    with pytest.raises(PeopleRefused):
        new_link(green_abbey, ivy, by=hana)


def test_a_base_says_who_may_sign_in_and_when_they_did(as_officer: Client, hana: User, green_abbey: Base) -> None:
    hana.last_login = timezone.now()
    hana.save()
    shown = text(as_officer.get(their("base", green_abbey)))
    assert "Hana Reed" in shown
    assert "Last signed in" in shown
    assert their("tell-school", green_abbey) in shown


def test_a_base_whose_people_are_nobody_offers_an_invitation(as_officer: Client, green_abbey: Base) -> None:
    shown = text(as_officer.get(their("base", green_abbey)))
    assert "Nobody may sign in for this school yet." in shown
    assert their("invite-to-portal", green_abbey) in shown


def test_a_schools_people_see_each_other_and_nobody_elses(as_hana: Client, gita: User, olga: User, hana: User) -> None:
    shown = text(as_hana.get(their("portal-people", hana.schools.get())))
    assert "Gita Shah" in shown
    assert "Olga" not in shown


def test_the_exchange_api_knows_no_school_user(hana: User, stranger: Client, password: str, settings: Any) -> None:
    settings.ROOT_URLCONF = "schoolgate.authority.exchange.api_urls"
    told = stranger.post("/exchange/v1/token", {"user": "hana", "password": password}, "application/json")
    assert told.status_code == 401


def test_who_was_invited_to_a_school_has_its_links_made_by_no_other_school(
    as_olga: Client, hana: User, green_abbey: Base, oak_lane: Base
) -> None:
    ivy = invite(green_abbey, "ivy", by=hana).person
    assert as_olga.post(their("portal-link", oak_lane, ivy.pk)).status_code == 404


@pytest.mark.parametrize("role", ["officer", "administrator", "exchange account"])
def test_only_school_users_are_of_a_schools_people(role: str, hana: User, green_abbey: Base) -> None:
    create_user("someone", role)
    with pytest.raises(PeopleRefused, match="Choose another user name"):
        invite(green_abbey, "someone", by=None)


def test_an_administrator_switches_a_school_user_off(
    administrator: User, hana: User, as_hana: Client, green_abbey: Base, signed_in: Callable[[User], Client]
) -> None:
    signed_in(administrator).post(reverse("switch-user", args=[hana.pk]))
    assert as_hana.get(their("portal-tiles", green_abbey)).status_code == 302
    assert not may_get_link(User.objects.get(pk=hana.pk), administrator)
