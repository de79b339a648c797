"""Things to correct in the portal: what the exchange tells a program, by child; nothing of others or the restricted."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.authority.importing.importing_files import header_of
from tests.authority.school_portal.uploads import NAME, pupil_file, text, upload
from tests.documents.students.files import a_file, a_pupil

from schoolgate.authority.bases.models import Base
from schoolgate.authority.exchange.models import ReceivedFile
from schoolgate.authority.exchange.store import received_files
from schoolgate.authority.importing.base_rules import always_import_set, use_for_new_bases
from schoolgate.authority.records.models import Pupil, Refusal
from schoolgate.authority.records.restricting import restrict
from schoolgate.authority.school_portal.correcting import how_many, things_to_correct
from schoolgate.commons.accounts.models import User
from schoolgate.commons.jobs.engine import work_off

WRONG: dict[str, Any] = {"NCyearActual": "9", "FormerUPN": "A820432124999"}
ADA = a_pupil(UPN="F820432124002", Forename="Ada", Surname="Bell", Sex="F", DOB="2013-03-01")
DAYS = {number: datetime(2026, 11, 20 + number, 18, 30) for number in range(1, 5)}  # noqa: DTZ001  as headers write it

Send = Callable[..., None]


@pytest.fixture
def sends(as_hana: Client, green_abbey: Base) -> Send:
    """Hana uploads a file with these pupils, and it is imported."""
    use_for_new_bases(always_import_set(), add_unmatched=True, by=None)

    def send(*records: dict[str, Any], number: int = 1) -> None:
        upload(
            as_hana,
            green_abbey,
            pupil_file(green_abbey, records, created=DAYS[number]),
            NAME.replace("1.x", f"{number}.x"),
        )
        work_off()

    return send


def shown(browser: Client, base: Base) -> str:
    return text(browser.get(reverse("portal-to-correct", args=[base.pk])))


def test_a_value_that_was_not_taken_stands_with_child_item_what_was_sent_and_why(
    sends: Send, as_hana: Client, as_gita: Client, green_abbey: Base
) -> None:
    sends(a_pupil(BasicDetails=WRONG), ADA)
    for browser in (as_hana, as_gita):
        page = shown(browser, green_abbey)
        for said in ("Daniel O., Year 9", "Former UPN", "A820432124999", "The check letter does not fit the UPN."):
            assert said in page
        assert "Ada" not in page


def test_it_is_the_list_that_the_schools_program_is_told(sends: Send, green_abbey: Base, program: Any) -> None:
    sends(a_pupil(BasicDetails=WRONG), ADA)
    file = ReceivedFile.objects.get()
    items = program.get(f"student/files/{file.sha256}/{file.name}").json()["refusals"]["items"]
    told = [(one["upn"], one["item"], one["value"], one["code"], one["new"]) for one in items]
    assert [(one.upn, one.item, one.value, one.code, one.new) for one in things_to_correct(green_abbey)] == told


def test_what_stands_since_an_earlier_file_comes_after_the_new(sends: Send, green_abbey: Base) -> None:
    sends(a_pupil(BasicDetails=WRONG), ADA)
    sends(a_pupil(BasicDetails=WRONG), {**ADA, "BasicDetails": {"FormerUPN": "A820432124998"}}, number=2)
    assert [(one.pupil, one.new) for one in things_to_correct(green_abbey)] == [
        ("Ada B.", True),
        ("Daniel O., Year 9", False),
    ]


def test_what_was_corrected_is_gone(sends: Send, as_hana: Client, green_abbey: Base) -> None:
    sends(a_pupil(BasicDetails=WRONG))
    sends(a_pupil(), number=2)
    assert "Nothing to correct." in shown(as_hana, green_abbey)
    assert how_many(green_abbey) == 0


def test_before_the_first_import_that_is_said(as_hana: Client, green_abbey: Base) -> None:
    assert "No file of your school has been imported yet." in shown(as_hana, green_abbey)


def test_a_pupil_who_stands_twice_is_named_and_one_about_whom_the_la_decides_is_not(
    sends: Send, as_hana: Client, green_abbey: Base
) -> None:
    sends(ADA)
    use_for_new_bases(always_import_set(), add_unmatched=False, by=None)
    Base.objects.get(pk=green_abbey.pk)
    sends(a_pupil(), a_pupil(Forename="Dan"), ADA, number=2)
    page = shown(as_hana, green_abbey)
    assert "This pupil stands in the file twice" in page
    assert {one.pupil for one in things_to_correct(green_abbey)} == {"Daniel O., Year 9", "Dan O., Year 9"}
    assert how_many(green_abbey) == 2


def test_a_code_that_only_the_la_can_see_to_is_not_listed(sends: Send, green_abbey: Base) -> None:
    sends(a_pupil(BasicDetails=WRONG))
    Refusal.objects.update(code="no-address-list")
    assert (things_to_correct(green_abbey), how_many(green_abbey)) == ([], 0)


def test_of_a_restricted_pupil_neither_value_nor_name_nor_number_is_told(
    sends: Send, as_hana: Client, green_abbey: Base
) -> None:
    sends(a_pupil(BasicDetails=WRONG), ADA)
    restrict(Pupil.objects.get(forename="Daniel"), "Court order", None, seen=0, by=None)
    assert (things_to_correct(green_abbey), how_many(green_abbey)) == ([], 0)
    sends(a_pupil(BasicDetails=WRONG), a_pupil(Forename="Dan"), ADA, number=2)
    page = shown(as_hana, green_abbey)
    for secret in ("Daniel", "Dan O", "R820432124001", "Pupil 1", "Pupil 2", "A820432124999"):
        assert secret not in page
    assert (things_to_correct(green_abbey), how_many(green_abbey)) == ([], 0)


def test_nothing_that_another_school_sent_is_told(
    sends: Send, as_hana: Client, as_olga: Client, green_abbey: Base, oak_lane: Base, other_program: Any
) -> None:
    sends(a_pupil())
    data = a_file([a_pupil(BasicDetails=WRONG)], header_of(oak_lane))
    other_program.put(data, name="8202107_CES_820LLLL_001.xml")
    work_off()
    assert "A820432124999" not in shown(as_hana, green_abbey)
    assert "A820432124999" in shown(as_olga, oak_lane)
    assert as_olga.get(reverse("portal-to-correct", args=[green_abbey.pk])).status_code == 404


def test_once_the_content_is_gone_the_child_is_told_by_its_upn(sends: Send, as_hana: Client, green_abbey: Base) -> None:
    sends(a_pupil(BasicDetails=WRONG))
    for path in received_files().folder.glob("??/*.xml.gz"):
        path.unlink()
    page = shown(as_hana, green_abbey)
    assert "R820432124001" in page
    assert "Daniel" not in page


def test_the_list_can_be_taken_along_and_printed(sends: Send, as_hana: Client, green_abbey: Base) -> None:
    sends(a_pupil(BasicDetails=WRONG))
    address = reverse("portal-to-correct", args=[green_abbey.pk])
    assert "data-print" in text(as_hana.get(address))
    answer: Any = as_hana.get(address, {"format": "csv"})
    sheet = b"".join(answer.streaming_content).decode()
    assert "Daniel O., Year 9" in sheet
    assert "A820432124999" in sheet


def test_the_tile_counts_what_the_list_has(sends: Send, as_hana: Client, green_abbey: Base) -> None:
    sends(a_pupil(BasicDetails=WRONG), ADA)
    assert how_many(green_abbey) == len(things_to_correct(green_abbey)) == 1
    assert "1 thing" in text(as_hana.get(reverse("portal-tiles", args=[green_abbey.pk])))


def test_an_officer_is_kept_to_the_pages_of_the_la(as_officer: Client, green_abbey: Base, officer: User) -> None:
    assert as_officer.get(reverse("portal-to-correct", args=[green_abbey.pk])).status_code == 403
