"""The tab's pages: what each button does, and who may press it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from tests.school.pages import page
from tests.school.personnel.conftest import PLACE, DropStaff, MakeRow
from tests.school.scripted_la import ScriptedLa

from schoolgate.commons.jobs.engine import work_off
from schoolgate.commons.jobs.models import Job
from schoolgate.commons.journal.models import JournalLine
from schoolgate.commons.journal.writing import write
from schoolgate.school.exchange.models import PersonnelSchool, School, Transfer
from schoolgate.school.exchange.preferences import PERSONNEL_URL
from schoolgate.school.exchange.scanning import scan
from schoolgate.school.exchange.scheduling import PARTS

pytestmark = pytest.mark.usefixtures("school_site")


def form_of(folder: Path, **values: str) -> dict[str, str]:
    folders = {name: str(folder / name) for name in ("not_exported", "exported", "imported")}
    facts = {"name": "Green Abbey", "la": "820", "number": "4321", "user": "", "password": "", "make_folders": "on"}
    return {**facts, **folders, **values}


def keys() -> list[str]:
    return list(Job.objects.order_by("pk").values_list("key", flat=True))


def test_an_administrator_adds_a_school(admin: Client, root: Path, tmp_path: Path) -> None:
    form = form_of(tmp_path / "staff", user="8204321", password="Green-Abbey-2026!")
    answer = admin.post("/personnel/add/", form, follow=True)
    assert "was added. Test the connection now." in answer.content.decode()
    assert "Green-Abbey-2026!" not in answer.content.decode()
    assert PersonnelSchool.objects.get().credentials == ("8204321", "Green-Abbey-2026!")


def test_a_wrong_folder_is_told_at_its_field(admin: Client, root: Path, tmp_path: Path) -> None:
    answer = admin.post("/personnel/add/", form_of(tmp_path / "staff", exported=str(tmp_path / "staff/not_exported")))
    assert answer.status_code == 422
    assert "This is the folder Files Not Exported already." in answer.context["form"].errors["exported"][0]


def test_a_folder_kept_by_another_program_is_warned_of(admin: Client, root: Path, tmp_path: Path) -> None:
    answer = admin.post("/personnel/add/", form_of(tmp_path / "OneDrive"), follow=True)
    assert "OneDrive, Dropbox or Google Drive" in answer.content.decode()


def test_the_password_shows_itself_to_nobody(admin: Client, row: PersonnelSchool, la: ScriptedLa) -> None:
    assert la.password not in page(admin, f"/personnel/{row.pk}/edit/")


def test_a_form_without_a_password_keeps_the_one_there_is(admin: Client, row: PersonnelSchool, la: ScriptedLa) -> None:
    form = {name: getattr(row, name) for name in ("user", "not_exported", "exported", "imported")}
    admin.post(f"/personnel/{row.pk}/edit/", {**form, "name": "Green Abbey Primary", "password": ""})
    row.refresh_from_db()
    assert (row.name, row.password) == ("Green Abbey Primary", la.password)


def test_the_address_is_suggested_from_the_one_la_that_pupil_files_go_to(admin: Client, la: ScriptedLa) -> None:
    assert la.address in page(admin, "/personnel/url/")


def test_an_address_that_is_none_is_told(admin: Client, la: ScriptedLa) -> None:
    answer = admin.post("/personnel/url/", {"address": "bedford"})
    assert answer.status_code == 422
    assert PERSONNEL_URL.get() == ""


@pytest.mark.parametrize("address", ["/personnel/export/", "/personnel/import/"])
def test_nothing_is_asked_for_before_address_and_school_are_there(office: Client, root: Path, address: str) -> None:
    told = office.post(address, follow=True).content.decode()
    assert "Enter the B2B:Personnel URL first." in told
    assert not Job.objects.exists()


@pytest.mark.parametrize("verb", ["export", "import"])
def test_a_schools_buttons_do_nothing_without_the_address(office: Client, make_row: MakeRow, verb: str) -> None:
    row = make_row()
    assert (
        "Enter the B2B:Personnel URL first."
        in office.post(f"/personnel/{row.pk}/{verb}/", follow=True).content.decode()
    )
    assert not Job.objects.exists()


def test_export_asks_for_all_schools(office: Client, row: PersonnelSchool, make_row: MakeRow) -> None:
    make_row(number="4322", name="Red Abbey")
    office.post("/personnel/export/")
    assert keys() == ["export:8204321", "export:8204322"]


def test_import_asks_for_all_schools(office: Client, row: PersonnelSchool) -> None:
    office.post("/personnel/import/")
    assert keys() == ["file-import:8204321"]


def test_a_chosen_file_is_sent_and_the_others_wait(
    office: Client, row: PersonnelSchool, drop_staff: DropStaff, la: ScriptedLa
) -> None:
    drop_staff(serial=1)
    drop_staff(serial=2, seed=2)
    scan(PLACE, wait=False)
    chosen = Transfer.objects.get(name__endswith="_002.xml")
    assert chosen.name in page(office, f"/personnel/{row.pk}/")
    office.post(f"/personnel/{row.pk}/export/", {"which": "chosen", "chosen": str(chosen.pk)})
    work_off()
    assert la.puts == [chosen.name]


def test_nothing_ticked_sends_nothing(office: Client, row: PersonnelSchool, drop_staff: DropStaff) -> None:
    drop_staff()
    scan(PLACE, wait=False)
    told = office.post(f"/personnel/{row.pk}/export/", {"which": "chosen"}, follow=True).content.decode()
    assert "Tick a file first that waits." in told
    assert not Job.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_export_of_a_school_sends_what_lies_in_its_folder(
    office: Client, row: PersonnelSchool, drop_staff: DropStaff, la: ScriptedLa
) -> None:
    name = drop_staff().name
    office.post(f"/personnel/{row.pk}/export/")
    work_off()
    assert la.puts == [name]
    assert "Received by the LA" in page(office, f"/personnel/{row.pk}/")


def test_a_held_back_file_stands_on_its_schools_page(
    office: Client, row: PersonnelSchool, drop_staff: DropStaff
) -> None:
    drop_staff(school_name="Red Abbey")
    scan(PLACE, wait=False)
    told = page(office, f"/personnel/{row.pk}/")
    assert "Red Abbey" in told
    assert "1 personnel file is held back" in page(office, "/personnel/")


def test_an_imported_file_stands_on_its_schools_page(office: Client, row: PersonnelSchool, la: ScriptedLa) -> None:
    la.offers[7] = ("820LLLL_PER_8204321_001.xml", b"<PERfile/>")
    office.post(f"/personnel/{row.pk}/import/")
    work_off()
    for address in (f"/personnel/{row.pk}/", "/personnel/imported/"):
        assert "820LLLL_PER_8204321_001.xml" in page(office, address)


def test_the_connection_is_tested_with_the_rows_account(office: Client, row: PersonnelSchool, la: ScriptedLa) -> None:
    la.accounts["other"] = "Another-Password-1!"
    PersonnelSchool.objects.update(user="other", password="Another-Password-1!")
    told = office.post(f"/personnel/{row.pk}/test/").content.decode()
    assert "Test Connection Successful." in told
    assert la.sign_ins == ["other"]


def test_a_test_without_the_address_says_where_to_enter_it(admin: Client, make_row: MakeRow) -> None:
    row = make_row()
    told = admin.post(f"/personnel/{row.pk}/test/").content.decode()
    assert "The B2B:Personnel URL was not entered yet." in told
    assert "/personnel/url/" in told


def test_a_failed_test_is_a_warning_in_the_tabs_journal(office: Client, row: PersonnelSchool) -> None:
    PersonnelSchool.objects.update(password="Wrong-Password-1!")
    office.post(f"/personnel/{row.pk}/test/")
    line = JournalLine.objects.filter(kind="personnel", level="WARN").get()
    assert line.message.startswith("Test Connection Failed")


def test_the_tabs_journal_shows_its_own_lines_without_the_destination(office: Client, row: PersonnelSchool) -> None:
    write("INFO", "Of pupils.", la="820", school="4321", destination_la="820")
    write("INFO", "Of staff.", la="820", school="4321", destination_la="820", kind="personnel")
    told = page(office, "/personnel/journal/")
    assert "Of staff." in told
    assert "Of pupils." not in told
    assert "Dest. LA No." not in told


def test_deleting_its_lines_leads_back_to_it(office: Client, row: PersonnelSchool) -> None:
    line = write("INFO", "Of staff.", kind="personnel")
    answer = office.post("/journal/delete/", {"chosen": line.pk, "confirmed": "yes", "back": "/personnel/journal/"})
    assert answer["Location"] == "/personnel/journal/"


def test_deleting_lines_leads_to_no_other_site(office: Client, row: PersonnelSchool) -> None:
    line = write("INFO", "Of staff.", kind="personnel")
    answer = office.post("/journal/delete/", {"chosen": line.pk, "confirmed": "yes", "back": "//elsewhere.example/"})
    assert answer["Location"] == "/journal/"


def test_deleting_a_school_is_asked_about(admin: Client, row: PersonnelSchool) -> None:
    assert "so does its row for pupil files" in page(admin, f"/personnel/{row.pk}/delete/")
    admin.post(f"/personnel/{row.pk}/delete/")
    assert not PersonnelSchool.objects.exists()


def test_a_sender_sees_no_way_to_the_settings(office: Client, row: PersonnelSchool) -> None:
    told = page(office, "/personnel/") + page(office, f"/personnel/{row.pk}/")
    assert "/personnel/add/" not in told
    assert "/edit/" not in told


def test_one_schedule_runs_export_and_import_of_both_tabs(row: PersonnelSchool) -> None:
    asks: list[Callable[[], object]] = [look() for look in PARTS[:2]]
    for ask in asks:
        ask()
    assert keys() == ["export:820", "export:8204321", "file-import:820", "file-import:8204321"]


@pytest.mark.parametrize("of_the_row", ["", "8204321"])
def test_the_password_is_changed_where_the_account_stands_for_pupil_files(
    admin: Client, make_row: MakeRow, of_the_row: str
) -> None:
    school = School.objects.create(
        name="Green Abbey", la="820", number="4321", destination_la="820", user="8204321", password="Weak-Harbour-58"
    )
    row = make_row(user=of_the_row, password="Weak-Harbour-58" if of_the_row else "")
    address = f"/administration/schools/{school.pk}/password/"
    assert address in page(admin, f"/personnel/{row.pk}/")
    School.objects.all().delete()
    assert "Change the password" not in page(admin, f"/personnel/{row.pk}/")
