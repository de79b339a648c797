"""Unmatched on the pages: the list, one record beside whom it might be, and a match taken back."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.authority.importing.importing_files import bring_in
from tests.documents.students.files import a_pupil

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.base_rules import always_import_set, use
from schoolgate.authority.importing.carrying_out import Ruling
from schoolgate.authority.importing.models import Unmatched
from schoolgate.authority.records.models import Decision, Enrolment, Pupil, Restriction
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry

pytestmark = pytest.mark.django_db
SignedIn = Callable[[User], Client]

ASKING = Ruling(demo=True, add_unmatched=False)
STRANGER = a_pupil(UPN="F820432124002", Surname="Okafor-Bell", Forename="Dan")
ADA = a_pupil(UPN="Q820432124010", Surname="Zulu", Forename="Ada", Sex="F", DOB="2014-05-01")


@pytest.fixture
def browser(signed_in: SignedIn, officer: User) -> Client:
    return signed_in(officer)


@pytest.fixture
def two_wait(green_abbey: Base, oak_lane: Base) -> list[Unmatched]:
    bring_in(green_abbey, [a_pupil()])
    bring_in(oak_lane, [STRANGER, ADA], ruling=ASKING)
    use(always_import_set(), [oak_lane], add_unmatched=False, by=None)
    return list(Unmatched.objects.order_by("surname_key"))


def text(answer: Any) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return str(content, "utf-8")


def page_of(row: Unmatched) -> str:
    return reverse("unmatched-record", args=[row.pk])


def form_of(browser: Client, row: Unmatched, **fields: str) -> dict[str, str]:
    found = re.search(r'name="seen" value="([0-9a-f]{32}[a-z-]*)"', text(browser.get(page_of(row))))
    assert found is not None
    return {"seen": found[1], **fields}


def test_the_list_says_who_waits_why_and_how_many_are_near(browser: Client, two_wait: list[Unmatched]) -> None:
    page = text(browser.get(reverse("unmatched")))
    assert "Okafor-Bell, Dan" in page
    assert "Oak Lane Academy" in page
    assert AuditEntry.objects.filter(did="unmatched records listed").exists()


def test_incoming_pupils_lead_to_who_waits_and_else_to_conflicts(browser: Client, two_wait: list[Unmatched]) -> None:
    assert browser.get(reverse("incoming")).headers["Location"] == reverse("unmatched")
    Unmatched.objects.update(held_back=Unmatched.HeldBack.DISCARDED)
    assert browser.get(reverse("incoming")).headers["Location"] == reverse("conflicts")


@pytest.mark.parametrize("page", ["unmatched", "conflicts", "decisions"])
def test_the_navigation_knows_all_pages_of_incoming_pupils(browser: Client, page: str, settings: Any) -> None:
    settings.SCHOOLGATE_NAVIGATION = [("Incoming pupils", "incoming")]
    assert 'aria-current="page">Incoming pupils<' in text(browser.get(reverse(page)))


def test_the_list_leads_to_where_a_whole_schools_pupils_are_added(browser: Client, two_wait: list[Unmatched]) -> None:
    link = re.search(r'href="([^"]+)">Let its pupils be added', text(browser.get(reverse("unmatched"))))
    assert link is not None
    assert "Oak Lane Academy" in text(browser.get(link[1]))


def test_the_empty_list_says_that_all_is_well(browser: Client) -> None:
    assert "Every pupil is matched." in text(browser.get(reverse("unmatched")))


def test_the_list_asks_as_often_for_two_as_for_one(browser: Client, two_wait: list[Unmatched]) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            browser.get(reverse("unmatched"))
        return len(asked)

    queries()
    of_two = queries()
    two_wait[1].delete()
    assert queries() == of_two


def test_too_old_ones_are_counted_and_shown_when_asked_for(browser: Client, two_wait: list[Unmatched]) -> None:
    Unmatched.objects.filter(pk=two_wait[1].pk).update(born="1990-01-01")
    page = text(browser.get(reverse("unmatched")))
    assert "Zulu, Ada" not in page
    assert "1 older than 18 is not listed" in page
    assert "Zulu, Ada" in text(browser.get(reverse("unmatched") + "?older=1"))


def test_a_record_stands_beside_whom_it_might_be_and_is_matched(browser: Client, two_wait: list[Unmatched]) -> None:
    daniel = Pupil.objects.get()
    page = text(browser.get(page_of(two_wait[0])))
    assert "Match<span" in page
    assert "agrees" in page
    assert "differs" in page
    assert AuditEntry.objects.filter(did="pupil seen", about=f"pupil {daniel.pk}").exists()
    answer = browser.post(page_of(two_wait[0]), form_of(browser, two_wait[0], match=str(daniel.pk)))
    assert answer.headers["Location"] == page_of(two_wait[1])
    assert daniel.enrolments.count() == 2


def test_the_last_one_leads_back_to_the_list(browser: Client, two_wait: list[Unmatched]) -> None:
    browser.post(page_of(two_wait[1]), form_of(browser, two_wait[1], add="1"))
    answer = browser.post(page_of(two_wait[0]), form_of(browser, two_wait[0], discard="1"))
    assert answer.headers["Location"] == reverse("unmatched")
    assert Pupil.objects.filter(surname="Zulu").exists()
    assert "1 held back" in text(browser.get(reverse("unmatched")))
    again = browser.post(page_of(two_wait[0]), form_of(browser, two_wait[0], **{"ask-again": "1"}), follow=True)
    assert "waits again" in text(again)


def test_a_second_officer_is_told_and_writes_nothing(browser: Client, two_wait: list[Unmatched]) -> None:
    wrong = browser.post(page_of(two_wait[0]), {"seen": "00" * 16, "add": "1"}, follow=True)
    assert "Nothing was done: this record changed since you looked." in text(wrong)
    form = form_of(browser, two_wait[0], add="1")
    browser.post(page_of(two_wait[0]), form)
    late = browser.post(page_of(two_wait[0]), form, follow=True)
    assert "by a colleague a minute ago" in text(late)
    assert Pupil.objects.count() == 2


def test_another_pupil_is_looked_for_without_a_name_in_the_address(browser: Client, two_wait: list[Unmatched]) -> None:
    answer = browser.post(page_of(two_wait[1]), {"find": "Okafor"})
    assert "Okafor" not in answer.headers["Location"]
    page = text(browser.get(answer.headers["Location"]))
    assert f'name="match" value="{Pupil.objects.get().pk}"' in page


def test_who_might_be_restricted_is_nobodys_business(browser: Client, two_wait: list[Unmatched]) -> None:
    Unmatched.objects.update(near_restricted=True)
    assert "Every pupil is matched." in text(browser.get(reverse("unmatched")))
    assert browser.get(page_of(two_wait[0])).status_code == 404
    assert browser.post(page_of(two_wait[0]), {"add": "1"}).status_code == 404


def test_a_restricted_pupil_is_no_candidate_and_is_not_matched(browser: Client, two_wait: list[Unmatched]) -> None:
    daniel = Pupil.objects.get()
    form = form_of(browser, two_wait[0], match=str(daniel.pk))
    Restriction.objects.create(pupil=daniel, why="court order")
    assert 'name="match"' not in text(browser.get(page_of(two_wait[0])))
    assert "not held any more" in text(browser.post(page_of(two_wait[0]), form, follow=True))
    assert daniel.enrolments.count() == 1


def test_a_record_is_taken_on_and_let_go_of(browser: Client, two_wait: list[Unmatched], officer: User) -> None:
    address = reverse("assign-unmatched", args=[two_wait[0].pk])
    browser.post(address, {"seen": "0"})
    assert Unmatched.objects.get(pk=two_wait[0].pk).assigned_to == officer
    assert "A colleague assigned" in text(browser.post(address, {"seen": "0"}, follow=True))
    browser.post(address, {"seen": str(officer.pk)})
    assert Unmatched.objects.get(pk=two_wait[0].pk).assigned_to is None


def test_a_match_is_taken_back_from_the_pupils_page(browser: Client, two_wait: list[Unmatched]) -> None:
    daniel = Pupil.objects.get()
    browser.post(page_of(two_wait[0]), form_of(browser, two_wait[0], match=str(daniel.pk)))
    enrolment = daniel.enrolments.get(base__number="2107")
    address = reverse("unmatch", args=[daniel.pk, enrolment.pk])
    assert address in text(browser.get(reverse("pupil", args=[daniel.pk])))
    assert "matched by Omar Khan" in text(browser.get(address))
    assert browser.post(address, {"reason": ""}).status_code == 422
    answer = browser.post(address, {"reason": "Two children"}, follow=True)
    assert "The match is taken back" in text(answer)
    assert daniel.enrolments.count() == 1
    row = Unmatched.objects.get(surname="Okafor-Bell")
    assert "A person said that this is not the same child." in text(browser.get(page_of(row)))


def test_an_imports_list_leads_to_each_record(browser: Client, two_wait: list[Unmatched]) -> None:
    address = reverse("import-list", args=[two_wait[0].seen_in_id, "unmatched"])
    page = text(browser.get(address))
    assert page_of(two_wait[0]) in page


def test_a_match_on_the_page_of_decisions_leads_to_where_it_is_taken_back(
    browser: Client, two_wait: list[Unmatched]
) -> None:
    daniel = Pupil.objects.get()
    browser.post(page_of(two_wait[0]), form_of(browser, two_wait[0], match=str(daniel.pk)))
    enrolment = Enrolment.objects.get(pupil=daniel, base=two_wait[0].base)
    page = reverse("decision", args=[Decision.objects.get().pk])
    way = reverse("unmatch", args=[daniel.pk, enrolment.pk])
    assert way in text(browser.get(page))
    browser.post(way, {"reason": "Two children"})
    assert way not in text(browser.get(page))
