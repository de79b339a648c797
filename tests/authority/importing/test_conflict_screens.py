"""Conflicts on the pages: the list, one pupil side by side, many at once, and what was decided."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.authority.importing.conflicts import BY_CONFLICT, bring_in_conflict, waiting, wishes
from tests.authority.importing.importing_files import bring_in
from tests.documents.students.files import a_pupil

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.conflicts.choices import Choice, decide_now
from schoolgate.authority.importing.models import Assignment, Conflict, Note
from schoolgate.authority.records.models import Decision, Pupil, Restriction
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.jobs.engine import work_off
from schoolgate.documents.students.entries import Record

pytestmark = pytest.mark.django_db
SignedIn = Callable[[User], Client]

ADA = a_pupil(Surname="Adams", Forename="Ada", Sex="F", UPN="F820432124002")
UPNS = ("Q820432124010", "E820432124011", "U820432124012", "H820432124013")


@pytest.fixture
def browser(signed_in: SignedIn, officer: User) -> Client:
    return signed_in(officer)


def text(answer: Any) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return str(content, "utf-8")


def page_of(pupil: Pupil) -> str:
    return reverse("pupil-conflicts", args=[pupil.pk])


def queries_of(browser: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        browser.get(address)
    return len(asked)


def fields(page: str) -> dict[str, str]:
    """The hidden fields of the form, by name."""
    return dict(re.findall(r'name="(seen-\d+)" value="([0-9a-f]+)"', page))


def seen_in(page: str) -> str:
    """What the form of *Decide many* sends back of the values it showed."""
    found: list[str] = re.findall(r'name="seen" value="([0-9a-f: ]*)"', page)
    return found[0]


def two_pupils(base: Base) -> list[Pupil]:
    bring_in_conflict(base, [a_pupil(), ADA], [a_pupil(Forename="Dan"), {**ADA, "Forename": "Adah"}])
    return list(Pupil.objects.order_by("surname_key"))


# The list


def test_the_list_says_what_waits_of_whom_and_leads_to_the_first(browser: Client, green_abbey: Base) -> None:
    ada, _ = two_pupils(green_abbey)
    page = text(browser.get(reverse("conflicts")))
    assert "Adams, Ada" in page
    assert "Basic details 1" in page
    assert "Green Abbey Primary School" in page
    start = browser.get(reverse("conflicts") + "?start=1")
    assert start.headers["Location"] == page_of(ada)
    assert AuditEntry.objects.filter(did="conflicts listed").exists()


def test_the_empty_list_says_who_cleared_the_last_one(browser: Client, green_abbey: Base, officer: User) -> None:
    assert "No conflicts." in text(browser.get(reverse("conflicts")))
    two_pupils(green_abbey)
    decide_now(wishes(Choice.DISCARD), by=officer)
    assert "Last one cleared by Omar Khan" in text(browser.get(reverse("conflicts")))


def test_a_search_by_name_stands_in_no_address(browser: Client, green_abbey: Base) -> None:
    two_pupils(green_abbey)
    answer = browser.post(reverse("conflicts"), {"text": "Adams"})
    address = answer.headers["Location"]
    assert "Adams" not in address
    page = text(browser.get(address))
    assert "Adams, Ada" in page
    assert "Okafor, Daniel" not in page


def test_the_list_is_filtered_by_school_group_and_who_looks_after_it(
    browser: Client, green_abbey: Base, oak_lane: Base, officer: User
) -> None:
    ada, _ = two_pupils(green_abbey)
    Assignment.objects.create(pupil=ada, to=officer)

    def shown(**query: str) -> list[bool]:
        page = text(browser.get(reverse("conflicts"), query))
        return ["Adams, Ada" in page, "Okafor, Daniel" in page]

    assert shown(assigned="me") == [True, False]
    assert shown(assigned="nobody") == [False, True]
    assert shown(base=str(green_abbey.pk)) == [True, True]
    assert shown(of="identifiers") == [False, False]
    assert shown(of="basic-details") == [True, True]


def test_a_restricted_pupils_conflicts_are_shown_with_the_right_only(
    browser: Client, green_abbey: Base, officer: User, administrator: User
) -> None:
    ada, _ = two_pupils(green_abbey)
    Restriction.objects.create(pupil=ada, why="Refuge", by=administrator)
    assert "Adams" not in text(browser.get(reverse("conflicts")))
    assert browser.get(page_of(ada)).status_code == 404
    assert browser.post(reverse("note-on-pupil", args=[ada.pk]), {"text": "x"}).status_code == 404
    assert "Adams" not in text(browser.get(reverse("decide-many")))
    assert "restricted" not in text(browser.get(reverse("today")))
    assert "Okafor" in text(browser.get(reverse("conflicts") + "?restricted=1"))
    officer.rights = ["restricted-pupils"]
    officer.save()
    assert "One value of a restricted pupil waits for a decision." in text(browser.get(reverse("today")))
    assert "Okafor" not in text(browser.get(reverse("conflicts") + "?restricted=1"))
    assert "Adams, Ada" in text(browser.get(reverse("conflicts")))
    assert "Adah" in text(browser.get(page_of(ada)))
    assert "1 of restricted pupils is left out" in text(browser.get(reverse("decide-many")))


# One pupil


def test_both_values_stand_side_by_side_with_where_they_are_from(browser: Client, green_abbey: Base) -> None:
    ada, _ = two_pupils(green_abbey)
    page = text(browser.get(page_of(ada)))
    assert "Adah" in page
    assert page.count("8204321_CES_820LLLL_001.xml") >= 2
    assert AuditEntry.objects.filter(about=f"pupil {ada.pk}", details="conflicts").exists()


def test_apply_and_continue_decides_and_goes_to_the_next_of_the_filtered_list(
    browser: Client, green_abbey: Base
) -> None:
    ada, daniel = two_pupils(green_abbey)
    address = f"{page_of(ada)}?assigned=nobody"
    seen = fields(text(browser.get(address)))
    (name,) = seen
    choice = name.replace("seen", "choice")
    answer = browser.post(address, {**seen, choice: "accept", "continue": "1"})
    assert answer.headers["Location"] == f"{page_of(daniel)}?assigned=nobody"
    ada.refresh_from_db()
    assert ada.forename == "Adah"
    assert "Adams: 1 accepted." in text(browser.get(page_of(daniel)))


def test_what_is_left_alone_still_waits(browser: Client, green_abbey: Base) -> None:
    ada, _ = two_pupils(green_abbey)
    seen = fields(text(browser.get(page_of(ada))))
    (name,) = seen
    browser.post(page_of(ada), {**seen, name.replace("seen", "choice"): "", "apply": "1"})
    assert len(waiting()) == 2
    assert "You chose nothing" in text(browser.get(page_of(ada)))


def test_who_comes_second_is_shown_both_values_and_who_decided(
    browser: Client, signed_in: SignedIn, administrator: User, green_abbey: Base
) -> None:
    ada, _ = two_pupils(green_abbey)
    seen = fields(text(browser.get(page_of(ada))))
    (name,) = seen
    wish = {**seen, name.replace("seen", "choice"): "accept", "continue": "1"}
    signed_in(administrator).post(page_of(ada), {**wish, name.replace("seen", "choice"): "discard"})
    answer = browser.post(page_of(ada), wish)
    assert answer.status_code == 409
    assert "discarded by Ada Price" in text(answer)
    ada.refresh_from_db()
    assert ada.forename == "Ada"


def test_a_newer_value_is_shown_before_it_is_decided_on(browser: Client, green_abbey: Base) -> None:
    ada, _ = two_pupils(green_abbey)
    seen = fields(text(browser.get(page_of(ada))))
    (name,) = seen
    bring_in(green_abbey, [{**ADA, "Forename": "Adele"}], full=False, ruling=BY_CONFLICT)
    answer = browser.post(page_of(ada), {**seen, name.replace("seen", "choice"): "accept", "apply": "1"})
    assert answer.status_code == 409
    page = text(answer)
    assert "Adele" in page
    assert 'value="accept" checked' in page
    assert fields(page) != seen


def test_the_main_registration_is_named_where_another_school_asks(
    browser: Client, green_abbey: Base, oak_lane: Base
) -> None:
    def at(status: str, **more: Any) -> Record:
        return a_pupil(BasicDetails={"NCyearActual": "9", "EnrolStatus": status}, **more)

    bring_in(oak_lane, [at("S")])
    bring_in(oak_lane, [at("S", Forename="Dan")], ruling=BY_CONFLICT)
    bring_in(green_abbey, [at("M")], ruling=BY_CONFLICT)
    page = text(browser.get(page_of(Pupil.objects.get())))
    assert "Green Abbey Primary School, the main registration, leads" in page


def test_a_pupil_is_taken_and_handed_over_and_a_late_click_changes_nothing(
    browser: Client, green_abbey: Base, officer: User, administrator: User
) -> None:
    ada, _ = two_pupils(green_abbey)
    address = reverse("assign-pupil", args=[ada.pk])
    browser.post(address, {"to": officer.pk, "seen": "0"})
    assert Assignment.objects.get().to == officer
    browser.post(address, {"to": administrator.pk, "seen": "0"})
    assert Assignment.objects.get().to == officer
    assert "A colleague assigned this pupil meanwhile" in text(browser.get(page_of(ada)))
    browser.post(address, {"to": administrator.pk, "seen": officer.pk})
    assert Assignment.objects.get().to == administrator
    assert "Ada Price" in text(browser.get(reverse("conflicts")))


def test_a_note_is_for_colleagues_and_its_text_is_in_no_audit(browser: Client, green_abbey: Base) -> None:
    ada, _ = two_pupils(green_abbey)
    browser.post(reverse("note-on-pupil", args=[ada.pk]), {"text": "Rang the school, waiting."})
    assert Note.objects.get().text == "Rang the school, waiting."
    assert "Rang the school, waiting." in text(browser.get(page_of(ada)))
    assert AuditEntry.objects.get(did="note written").details == ""


# Many


def test_many_are_decided_at_once_and_undone_at_once(browser: Client, green_abbey: Base, officer: User) -> None:
    two_pupils(green_abbey)
    address = reverse("decide-many") + "?item=basic-details/Forename"
    page = text(browser.get(address))
    assert "Apply to 2 pupils" in page
    seen = seen_in(page)
    answer = browser.post(address, {"seen": seen, "choice": "accept", "reason": "Names as on the certificates"})
    decision = Decision.objects.get()
    assert answer.headers["Location"] == reverse("decision", args=[decision.pk])
    assert set(Pupil.objects.values_list("forename", flat=True)) == {"Dan", "Adah"}
    assert "Names as on the certificates" in text(browser.get(reverse("decisions")))
    browser.post(reverse("decision", args=[decision.pk]), {"reason": "The wrong item"})
    assert set(Pupil.objects.values_list("forename", flat=True)) == {"Daniel", "Ada"}
    assert len(waiting()) == 2


def test_nothing_is_done_to_many_when_one_of_them_changed(browser: Client, green_abbey: Base, officer: User) -> None:
    two_pupils(green_abbey)
    address = reverse("decide-many") + "?item=basic-details/Forename"
    seen = seen_in(text(browser.get(address)))
    decide_now(wishes(Choice.DISCARD)[:1], by=officer)
    answer = browser.post(address, {"seen": seen, "choice": "accept"})
    assert answer.status_code == 409
    page = text(answer)
    assert "Apply to 1 pupil" in page
    assert "Ada Adams: discarded by" in page
    assert len(waiting()) == 1


def test_a_value_that_changed_since_is_told_and_stands_first(browser: Client, green_abbey: Base) -> None:
    two_pupils(green_abbey)
    address = reverse("decide-many") + "?item=basic-details/Forename"
    seen = seen_in(text(browser.get(address)))
    bring_in(green_abbey, [a_pupil(Forename="Danny")], full=False, ruling=BY_CONFLICT)
    page = text(browser.post(address, {"seen": seen, "choice": "accept", "reason": "As on the certificates"}))
    assert "1 has another value than you saw" in page
    assert page.index("Danny") < page.index("Adah")
    assert "As on the certificates" in page
    assert len(waiting()) == 2


def test_a_pupil_who_is_ticked_off_still_waits_when_the_others_are_decided(browser: Client, green_abbey: Base) -> None:
    ada, daniel = two_pupils(green_abbey)
    address = reverse("decide-many") + "?item=basic-details/Forename"
    seen = seen_in(text(browser.get(address)))
    page = text(
        browser.post(address, {"seen": seen, "without": ada.pk, "look": "1", "reason": "As on the certificates"})
    )
    assert "Apply to 1 pupil" in page
    assert "As on the certificates" in page
    assert len(waiting()) == 2
    browser.post(address, {"seen": seen_in(page), "without": ada.pk, "choice": "accept"})
    assert waiting() == [("Forename", "Adah")]
    assert Pupil.objects.get(pk=daniel.pk).forename == "Dan"


def test_what_is_ticked_off_in_the_last_moment_is_left_out_too(browser: Client, green_abbey: Base) -> None:
    ada, _ = two_pupils(green_abbey)
    address = reverse("decide-many") + "?item=basic-details/Forename"
    seen = seen_in(text(browser.get(address)))
    browser.post(address, {"seen": seen, "without": ada.pk, "choice": "accept"})
    assert waiting() == [("Forename", "Adah")]


def test_all_that_would_be_decided_can_be_looked_at(
    browser: Client, green_abbey: Base, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("schoolgate.authority.importing.views.decide_many.EXAMPLES", 1)
    two_pupils(green_abbey)
    address = reverse("decide-many") + "?item=basic-details/Forename"
    first = text(browser.get(address))
    second = text(browser.post(address, {"look": "2"}))
    assert ("1 to 1 of 2" in first, "2 to 2 of 2" in second) == (True, True)
    assert ("Adah" in first, "Adah" in second) in {(True, False), (False, True)}


def test_only_those_that_differ_in_one_way_are_decided(browser: Client, green_abbey: Base) -> None:
    incoming = [a_pupil(Forename="DANI-EL"), {**ADA, "Forename": "Adah"}]
    bring_in_conflict(green_abbey, [a_pupil(Forename="Dani el"), ADA], incoming)
    address = reverse("decide-many") + "?item=basic-details/Forename&difference="
    assert "Adah" not in text(browser.get(f"{address}spelling"))
    assert "DANI-EL" not in text(browser.get(f"{address}other"))
    assert "Nothing waits here." in text(browser.get(f"{address}empty"))


def test_more_than_a_few_are_a_jobs_and_their_number_is_typed(
    browser: Client, green_abbey: Base, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("views.decide_many", "conflicts.many", "conflicts.jobs"):
        monkeypatch.setattr(f"schoolgate.authority.importing.{module}.AT_ONCE", 1)
    two_pupils(green_abbey)
    address = reverse("decide-many") + "?item=basic-details/Forename"
    seen = seen_in(text(browser.get(address)))
    slip = browser.post(address, {"seen": seen, "choice": "accept", "number": "1"})
    assert (slip.status_code, len(waiting())) == (422, 2)
    browser.post(address, {"seen": seen, "choice": "accept", "number": "2"})
    decision = Decision.objects.get()
    assert "It waits for its turn" in text(browser.get(reverse("decision", args=[decision.pk])))
    work_off()
    assert waiting() == []
    assert "2 decided" in text(browser.get(reverse("decision", args=[decision.pk])))
    browser.post(reverse("decision", args=[decision.pk]), {"reason": "The wrong item"})
    work_off()
    assert len(waiting()) == 2


def test_the_pages_ask_no_more_for_many_than_for_few(browser: Client, green_abbey: Base) -> None:
    pages = [reverse("conflicts"), reverse("decide-many") + "?item=basic-details/Forename", reverse("decisions")]
    two_pupils(green_abbey)
    few = [queries_of(browser, page) for page in pages]
    more = [a_pupil(Surname=f"Bell{letter}", UPN=f"{upn}") for letter, upn in zip("abcd", UPNS, strict=True)]
    bring_in(green_abbey, more, full=False)
    bring_in(green_abbey, [{**one, "Forename": "Dan"} for one in more], full=False, ruling=BY_CONFLICT)
    assert Conflict.objects.count() == 6
    assert [queries_of(browser, page) for page in pages] == few


# Where else it is told


def test_an_imports_page_leads_to_the_values_in_conflict(browser: Client, green_abbey: Base) -> None:
    this = bring_in_conflict(green_abbey, [a_pupil()], [a_pupil(Forename="Dan")])
    page = text(browser.get(reverse("import", args=[this.pk])))
    assert "1 value in conflict" in page
    pupil = Pupil.objects.get()
    for address in (
        reverse("import-list", args=[this.pk, "conflict"]),
        reverse("import-group-list", args=[this.pk, "basic-details", "conflict"]),
    ):
        assert address in page
        behind = text(browser.get(address))
        assert "Dan" in behind
        assert page_of(pupil) in behind
    assert "Okafor" in text(browser.get(reverse("import-list", args=[this.pk, "in-conflict"])))


def test_the_first_page_and_the_pupils_own_say_that_values_wait(browser: Client, green_abbey: Base) -> None:
    ada, _ = two_pupils(green_abbey)
    assert "2 values wait for a decision, of 2 pupils" in text(browser.get(reverse("today")))
    page = text(browser.get(reverse("pupil", args=[ada.pk])))
    assert "One value is in conflict, and waits" in page
    assert page_of(ada) in page


def test_what_is_left_to_the_main_school_has_a_list(browser: Client, green_abbey: Base, oak_lane: Base) -> None:
    def at(status: str, **more: Any) -> Record:
        return a_pupil(BasicDetails={"NCyearActual": "9", "EnrolStatus": status}, **more)

    bring_in(green_abbey, [at("M")])
    bring_in(oak_lane, [at("S")])
    this = bring_in(oak_lane, [at("S", Forename="Dan")])
    page = browser.get(reverse("import-group-list", args=[this.pk, "basic-details", "yielded"]))
    assert "Okafor" in text(page)
