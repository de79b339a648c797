"""A school's files in the portal: the list, one file's story with what the LA made of it, and its receipt to print."""

import io
import json
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.authority.importing.importing_files import header_of
from tests.authority.importing.staff_files import MIRIAM
from tests.authority.school_portal.uploads import NAME, pupil_file, text, upload
from tests.authority.test_staff_everywhere import send_staff
from tests.documents.students.files import a_file, a_pupil, pupils

from schoolgate.authority.bases.models import Base
from schoolgate.authority.exchange.import_steps import do_not_import
from schoolgate.authority.exchange.keys import published_keys
from schoolgate.authority.exchange.models import ReceivedFile
from schoolgate.authority.exchange.outbox import ask
from schoolgate.authority.importing.base_rules import always_import_set, use_for_new_bases
from schoolgate.authority.importing.models import Import, Waiting
from schoolgate.commons.jobs.engine import work_off
from schoolgate.wire.receipts import verify_receipt_file

TUESDAY = datetime(2026, 11, 24, 18, 30)  # noqa: DTZ001  as a header writes it


@pytest.fixture(autouse=True)
def _whoever_is_new_is_added(db: None) -> None:
    use_for_new_bases(always_import_set(), add_unmatched=True, by=None)


def page(browser: Client, route: str, base: Base, *more: int) -> Any:
    return browser.get(reverse(route, args=[base.pk, *more]))


def newest() -> ReceivedFile:
    return ReceivedFile.objects.latest("pk")


def test_before_the_first_file_the_next_step_is_offered(as_hana: Client, green_abbey: Base) -> None:
    shown = text(page(as_hana, "portal-files", green_abbey))
    assert "No file of your school has come yet." in shown
    assert reverse("portal-upload", args=[green_abbey.pk]) in shown


def test_files_stand_in_one_list_whichever_way_they_came(
    as_hana: Client, as_gita: Client, green_abbey: Base, program: Any
) -> None:
    upload(as_hana, green_abbey, pupil_file(green_abbey, pupils(2)))
    work_off()
    program.put(a_file(None, header_of(green_abbey)), name=NAME.replace("1.x", "2.x"))
    for browser in (as_hana, as_gita):
        shown = text(page(browser, "portal-files", green_abbey))
        assert "Uploaded by Hana Reed" in shown
        assert "Sent by your program" in shown
        assert "2 pupils: 2 added" in shown
        assert "import comes next" in shown


def test_a_file_of_staff_counts_members_of_staff(as_hana: Client, green_abbey: Base, program: Any) -> None:
    send_staff(program, green_abbey, [MIRIAM], 1)
    assert "1 member of staff: 1 added" in text(page(as_hana, "portal-files", green_abbey))
    assert "<dt>Staff</dt><dd>1</dd>" in text(page(as_hana, "portal-file", green_abbey, newest().pk))


def test_who_works_for_another_school_finds_none_of_it(
    as_hana: Client, as_olga: Client, green_abbey: Base, oak_lane: Base
) -> None:
    upload(as_hana, green_abbey, pupil_file(green_abbey))
    for base in (green_abbey, oak_lane):
        for route in ("portal-file", "portal-receipt", "portal-receipt-json"):
            assert page(as_olga, route, base, newest().pk).status_code == 404
    assert NAME not in text(page(as_olga, "portal-files", oak_lane))
    assert page(as_olga, "portal-files", green_abbey).status_code == 404


def test_a_received_file_is_looked_at_until_it_is_dealt_with(as_hana: Client, green_abbey: Base) -> None:
    story = text(upload(as_hana, green_abbey, pupil_file(green_abbey)))
    assert "uploaded by Hana Reed" in story
    assert "The LA has not imported it yet." in story
    assert "data-live" in story
    work_off()
    assert "data-live" not in text(page(as_hana, "portal-file", green_abbey, newest().pk))


def test_an_imported_file_tells_its_pupils_and_its_data_groups_in_numbers(as_hana: Client, green_abbey: Base) -> None:
    upload(as_hana, green_abbey, pupil_file(green_abbey, pupils(3)))
    work_off()
    shown = text(page(as_hana, "portal-file", green_abbey, newest().pk))
    for said in ("3 pupils: 3 added", "What the LA took", "By data group", "Basic details"):
        assert said in shown


def test_only_where_there_is_something_to_correct_the_newest_file_leads_there(
    as_hana: Client, green_abbey: Base
) -> None:
    upload(as_hana, green_abbey, pupil_file(green_abbey, [a_pupil(BasicDetails={"FormerUPN": "A820432124999"})]))
    work_off()
    first = newest()
    assert "See what to correct" in text(page(as_hana, "portal-file", green_abbey, first.pk))
    upload(as_hana, green_abbey, pupil_file(green_abbey, created=TUESDAY), NAME.replace("1.x", "2.x"))
    work_off()
    for file in (first, newest()):
        assert "See what to correct" not in text(page(as_hana, "portal-file", green_abbey, file.pk))


def test_a_file_that_the_import_refuses_tells_line_path_and_cure(
    as_hana: Client, green_abbey: Base, program: Any
) -> None:
    data = a_file(None, header_of(green_abbey)).replace(b"2013-02-14", b"14/02/2013")
    program.put(data, name=NAME)
    work_off()
    shown = text(page(as_hana, "portal-file", green_abbey, newest().pk))
    for said in ("The LA did not accept the file.", "Line ", "/CESfile/CESpupilData/Pupil[1]/DOB", "Date of birth"):
        assert said in shown
    assert "14/02/2013" not in shown
    assert "Upload the corrected file" in shown


def test_a_file_that_a_person_turned_down_tells_the_reason(as_hana: Client, green_abbey: Base) -> None:
    upload(as_hana, green_abbey, pupil_file(green_abbey))
    this = Import.objects.get()
    this.waiting = Waiting.ASKED
    this.save()
    waits = text(page(as_hana, "portal-file", green_abbey, newest().pk))
    assert "Somebody at the LA must look at it first." in waits
    assert do_not_import(this, "Years 5 and 6 only: send all pupils.", by=None)
    shown = text(page(as_hana, "portal-file", green_abbey, newest().pk))
    assert "Years 5 and 6 only: send all pupils." in shown
    assert "What to put right" not in shown


def test_two_files_of_one_name_lead_to_each_other(as_hana: Client, green_abbey: Base) -> None:
    upload(as_hana, green_abbey, pupil_file(green_abbey))
    first = newest()
    upload(as_hana, green_abbey, pupil_file(green_abbey, [a_pupil(Forename="Dan")]))
    shown = text(page(as_hana, "portal-file", green_abbey, newest().pk))
    assert "This name was used for other content too" in shown
    assert reverse("portal-file", args=[green_abbey.pk, first.pk]) in shown


def test_the_receipt_can_be_printed_and_checked_by_anybody(as_hana: Client, green_abbey: Base) -> None:
    data = pupil_file(green_abbey)
    upload(as_hana, green_abbey, data)
    file = newest()
    shown = text(page(as_hana, "portal-receipt", green_abbey, file.pk))
    for said in (file.ref, file.sha256, NAME, "Bedford Borough (820)", "data-print"):
        assert str(said) in shown
    taken = page(as_hana, "portal-receipt-json", green_abbey, file.pk)
    assert f'filename="{NAME}.receipt.json"' in taken["Content-Disposition"]
    assert verify_receipt_file(text(taken), published_keys(), io.BytesIO(data)).ref == file.ref
    assert json.loads(taken.content)["url"]


def test_a_receipt_whose_signature_does_not_match_is_not_to_be_relied_on(as_hana: Client, green_abbey: Base) -> None:
    upload(as_hana, green_abbey, pupil_file(green_abbey))
    file = newest()
    head, claims, signature = file.receipt.split(".")
    ReceivedFile.objects.update(receipt=".".join([head, claims[:-4] + "AAAA", signature]))
    assert "Do not rely on this receipt." in text(page(as_hana, "portal-receipt", green_abbey, file.pk))


def test_the_tile_tells_what_is_asked_for_else_what_became_of_the_last_file(as_hana: Client, green_abbey: Base) -> None:
    assert "No file yet" in text(page(as_hana, "portal-tiles", green_abbey))
    upload(as_hana, green_abbey, pupil_file(green_abbey, pupils(2)))
    work_off()
    assert "2 pupils: 2 added" in text(page(as_hana, "portal-tiles", green_abbey))
    ask(green_abbey, run=1, data="snapshot", task_name="Autumn snapshot")
    assert "Bedford Borough asks for a full pupil file since" in text(page(as_hana, "portal-tiles", green_abbey))


def test_what_another_school_is_asked_for_is_not_told(as_hana: Client, green_abbey: Base, oak_lane: Base) -> None:
    ask(oak_lane, run=1, data="snapshot", task_name="Autumn snapshot")
    assert "asks for" not in text(page(as_hana, "portal-tiles", green_abbey))
    assert "asks for" not in text(page(as_hana, "portal-files", green_abbey))
