"""Administration: the root folder, the LAs and the schools as an administrator sets them up."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.school.conftest import NAME, Drop
from tests.school.pages import page
from tests.school.scripted_la import ScriptedLa

from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.jobs.models import Job
from schoolgate.school.exchange.asking import IMPORT
from schoolgate.school.exchange.models import Destination, School
from schoolgate.school.exchange.scanning import scan

pytestmark = pytest.mark.usefixtures("school_site")


def test_an_administrator_sets_the_school_up_from_nothing(admin: Client, tmp_path: Path, home: Any) -> None:
    assert "Connect" in page(admin, "/")
    admin.post(
        "/administration/folder/",
        {
            "school_name": "Green Abbey",
            "root_folder": str(tmp_path / "root"),
            "make_folder": "on",
            "settle_seconds": "2",
            "expiry_notice_days": "14",
        },
    )
    added = admin.post(
        "/administration/las/add/",
        {"la": "820", "address": "https://la.example", "user": "8204321", "password": "Given-by-the-LA-1"},
    )
    assert added.status_code == 302
    assert (tmp_path / "root" / "820" / "Files Not Exported").is_dir()
    shown = page(admin, "/administration/las/")
    assert "Bedfordshire" in shown
    assert "Given-by-the-LA-1" not in shown


def test_an_las_page_says_where_the_files_lie_that_come_from_it(admin: Client, la: ScriptedLa, root: Path) -> None:
    shown = page(admin, "/administration/las/820/")
    for folder in ("Files Not Exported", "Files Exported", "Files Imported"):
        assert f'value="{root / "820" / folder}"' in shown


def test_the_list_of_files_leads_a_sender_to_those_that_came_from_las(office: Client, home: Any) -> None:
    assert 'href="/personnel/imported/"' in page(office, "/files/")
    assert 'action="/personnel/imported/import/"' in page(office, "/personnel/imported/")


def test_a_sender_has_what_the_las_have_of_pupils_fetched_at_once(office: Client, la: ScriptedLa) -> None:
    answer = office.post("/personnel/imported/import/", follow=True)
    assert "Asking the LAs what they have." in answer.content.decode()
    assert [job.args["la"] for job in Job.objects.filter(kind=IMPORT)] == ["820"]
    assert AuditEntry.objects.filter(did="import asked for", target="all files").count() == 1


def test_no_la_is_added_before_the_root_folder(admin: Client, home: Any) -> None:
    assert "Set the root folder first" in admin.get("/administration/las/add/", follow=True).content.decode()


def test_an_las_password_is_write_only_and_stays_when_left_empty(admin: Client, destination: Destination) -> None:
    address = "/administration/las/820/"
    assert destination.password not in page(admin, address)
    admin.post(address, {"name": "Bedford", "address": destination.address, "user": "new", "password": ""})
    changed = Destination.objects.get()
    assert (changed.user, changed.password) == ("new", destination.password)


def test_an_address_that_may_not_be_called_is_told_on_the_form(admin: Client, destination: Destination) -> None:
    sent = admin.post("/administration/las/820/", {"address": "http://la.example", "user": "u", "password": ""})
    assert sent.status_code == 422
    assert "https://" in sent.content.decode()


def test_removing_an_la_asks_first_and_says_what_waits(
    admin: Client, la: ScriptedLa, drop: Drop, waiting_folder: Path
) -> None:
    drop()
    scan("820", wait=False)
    assert "1 file waits for it." in page(admin, "/administration/las/820/remove/")
    admin.post("/administration/las/820/remove/")
    assert not Destination.objects.exists()
    assert (waiting_folder / NAME).exists()


ROW = {"name": "Green Abbey", "la": "820", "number": "4321", "destination_la": "820"}


@pytest.fixture
def school(destination: Destination) -> School:
    """A school with an account of its own."""
    return School.objects.create(**ROW, user="own", password="Given-by-the-LA-1")


def test_removing_an_la_says_how_many_schools_send_to_it(admin: Client, school: School) -> None:
    assert "1 school sends to it." in page(admin, "/administration/las/820/remove/")


def test_an_la_may_have_no_account_for_all_schools(admin: Client, root: Path) -> None:
    admin.post("/administration/las/add/", {"la": "820", "address": "https://la.example", "user": "", "password": ""})
    assert not Destination.objects.get().has_credentials


def test_another_schools_file_is_no_trouble_of_an_la_without_an_account(
    admin: Client, destination: Destination
) -> None:
    Destination.objects.update(user="", password="", trouble="no-credentials", trouble_sentence="Nobody can sign in.")
    assert "All right" in page(admin, "/administration/las/")
    assert "Nobody can sign in." not in page(admin, "/administration/las/820/")


@pytest.mark.parametrize(("user", "password"), [("u", ""), ("", "p")])
def test_an_las_user_name_and_password_come_both_or_none(user: str, password: str, admin: Client, root: Path) -> None:
    values = {"la": "820", "address": "https://la.example", "user": user, "password": password}
    assert admin.post("/administration/las/add/", values).status_code == 422
    assert not Destination.objects.exists()


def test_an_account_is_taken_away_by_emptying_the_user_name(admin: Client, destination: Destination) -> None:
    admin.post("/administration/las/820/", {"name": "B", "address": destination.address, "user": "", "password": ""})
    changed = Destination.objects.get()
    assert (changed.user, changed.password) == ("", "")


def test_a_school_is_added_with_its_account(admin: Client, destination: Destination) -> None:
    added = admin.post("/administration/schools/add/", {**ROW, "user": "own", "password": "weak"}, follow=True)
    school = School.objects.get()
    assert (str(school), school.user, school.password) == ("Green Abbey (820 4321)", "own", "weak")
    assert "Test the connection" in added.content.decode()


def test_no_school_is_added_before_an_la(admin: Client, root: Path) -> None:
    told = admin.get("/administration/schools/add/", follow=True).content.decode()
    assert "Add the LA first" in told


def test_a_school_and_destination_have_one_row(admin: Client, school: School) -> None:
    again = admin.post("/administration/schools/add/", {**ROW, "user": "", "password": ""})
    assert again.status_code == 422
    assert "already" in again.content.decode()


@pytest.mark.parametrize(("field", "value"), [("la", "82"), ("number", "432"), ("number", "43211"), ("la", "XXX")])
def test_a_schools_number_that_is_none_is_refused(
    field: str, value: str, admin: Client, destination: Destination
) -> None:
    assert admin.post("/administration/schools/add/", {**ROW, field: value}).status_code == 422
    assert not School.objects.exists()


def test_a_schools_page_shows_its_folders_and_never_its_password(
    admin: Client, school: School, waiting_folder: Path
) -> None:
    shown = page(admin, f"/administration/schools/{school.pk}/")
    assert f'readonly value="{waiting_folder}"' in shown
    assert "data-copy" in shown
    assert str(school.password) not in shown


def test_a_schools_password_stays_when_left_empty(admin: Client, school: School) -> None:
    admin.post(f"/administration/schools/{school.pk}/", {"name": "Abbey", "user": "new", "password": ""})
    changed = School.objects.get()
    assert (changed.name, changed.user, changed.password) == ("Abbey", "new", school.password)


def test_removing_a_school_asks_first_and_says_what_waits(admin: Client, school: School, drop: Drop) -> None:
    drop()
    scan("820", wait=False)
    address = f"/administration/schools/{school.pk}/remove/"
    assert "1 file of it waits." in page(admin, address)
    assert School.objects.exists()
    admin.post(address)
    assert not School.objects.exists()


def test_changes_of_schools_stand_in_the_audit_without_the_password(admin: Client, school: School) -> None:
    admin.post(f"/administration/schools/{school.pk}/", {"name": "Abbey", "user": "own", "password": "Secret-2026!"})
    admin.post(f"/administration/schools/{school.pk}/remove/")
    entries = AuditEntry.objects.filter(target="8204321 to 820")
    assert {entry.did for entry in entries} == {"school changed", "school removed"}
    assert not any("Secret" in entry.details for entry in entries)


def test_many_schools_come_from_a_csv_file_and_each_bad_line_is_told(admin: Client, destination: Destination) -> None:
    list_of_schools = SimpleUploadedFile(
        "schools.csv", b"School Name,LA No.,School No.\nGreen Abbey,820,4321\nNowhere,820,12\nHill,820,2107\n"
    )
    told = admin.post("/administration/schools/many/", {"file": list_of_schools}).content.decode()
    assert {school.number for school in School.objects.all()} == {"4321", "2107"}
    assert "2 added, 0 changed, 0 as they were, 1 not taken" in told
    assert "Nowhere" in told


@pytest.mark.parametrize("address", ["", "add/", "many/"])
def test_a_sender_does_not_come_to_the_schools(address: str, office: Client, destination: Destination) -> None:
    assert office.get(f"/administration/schools/{address}").status_code == 403
