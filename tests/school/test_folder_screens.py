"""The pages of the root folder and of former ones, as the people who use them meet them."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests.school.pages import page
from tests.school.scripted_la import ScriptedLa

from schoolgate.school.exchange.administration.roots import count_what_stayed, set_root_folder
from schoolgate.school.exchange.disk_room import measure_disks
from schoolgate.school.exchange.folders import folders_of, root_folder
from schoolgate.school.exchange.models import FormerRoot
from schoolgate.school.exchange.preferences import EXPIRY_NOTICE_DAYS, SCHOOL_NAME

pytestmark = pytest.mark.usefixtures("school_site")

ADDRESS = "/administration/folder/"


def values(folder: Path, **more: str) -> dict[str, str]:
    return {
        "school_name": "Green Abbey",
        "root_folder": str(folder),
        "settle_seconds": "2",
        "expiry_notice_days": "14",
        **more,
    }


def test_the_first_root_folder_is_saved_without_a_question(admin: Client, home: Any, tmp_path: Path) -> None:
    assert admin.post(ADDRESS, values(tmp_path / "root", make_folder="on")).status_code == 302
    assert root_folder() == tmp_path / "root"


def test_a_missing_folder_is_told_at_its_field(admin: Client, home: Any, tmp_path: Path) -> None:
    sent = admin.post(ADDRESS, values(tmp_path / "root"))
    assert sent.status_code == 422
    assert "There is no such folder. Tick “Make this folder”" in sent.content.decode()


def test_a_change_is_asked_about_first_and_says_that_nothing_is_copied(
    admin: Client, root: Path, tmp_path: Path
) -> None:
    asked = admin.post(ADDRESS, values(tmp_path / "new", make_folder="on")).content.decode()
    assert "Existing files are not copied into the new root folder." in asked
    assert root_folder() == root
    assert not (tmp_path / "new").exists()


def test_the_confirmed_change_saves_everything_that_was_typed(admin: Client, root: Path, tmp_path: Path) -> None:
    typed = values(tmp_path / "new", make_folder="True", confirmed="on", expiry_notice_days="30")
    told = admin.post(ADDRESS, typed, follow=True).content.decode()
    assert "Today tells within a minute what stayed in the old ones." in told
    assert (root_folder(), SCHOOL_NAME.get(), EXPIRY_NOTICE_DAYS.get()) == (tmp_path / "new", "Green Abbey", 30)


def test_the_question_carries_what_was_typed(admin: Client, root: Path, tmp_path: Path) -> None:
    asked = admin.post(ADDRESS, values(tmp_path / "new", make_folder="on")).content.decode()
    for field, value in (("make_folder", "True"), ("school_name", "Green Abbey"), ("root_folder", tmp_path / "new")):
        assert f'<input type="hidden" name="{field}" value="{value}"' in asked


def test_a_refused_folder_is_not_asked_about(admin: Client, root: Path) -> None:
    sent = admin.post(ADDRESS, values(root / "deep", make_folder="on"))
    assert sent.status_code == 422
    assert "lies in the present root folder" in sent.content.decode()


def test_links_in_a_circle_are_told_at_the_field(admin: Client, root: Path, tmp_path: Path) -> None:
    (tmp_path / "one").symlink_to(tmp_path / "one")
    assert admin.post(ADDRESS, values(tmp_path / "one")).status_code == 422


def test_saving_the_other_settings_asks_nothing(admin: Client, root: Path) -> None:
    assert admin.post(ADDRESS, values(root)).status_code == 302
    assert SCHOOL_NAME.get() == "Green Abbey"


def test_a_synchronised_folder_is_taken_with_a_warning(admin: Client, home: Any, tmp_path: Path) -> None:
    told = admin.post(ADDRESS, values(tmp_path / "OneDrive" / "root", make_folder="on"), follow=True)
    assert "seems to be kept by a program such as OneDrive" in told.content.decode()
    assert root_folder() == tmp_path / "OneDrive" / "root"


def test_the_page_shows_the_room_on_the_disks(admin: Client, root: Path) -> None:
    measure_disks()
    assert "The disk of this program" in page(admin, ADDRESS)


@pytest.fixture
def former(root: Path, la: ScriptedLa, tmp_path: Path) -> FormerRoot:
    """A former root folder with one file in it."""
    (folders_of("820").not_exported / "a.xml").write_text("x")
    set_root_folder(tmp_path / "new", by=None)
    count_what_stayed()
    return FormerRoot.objects.get()


def test_the_first_page_leads_to_what_stayed(office: Client, former: FormerRoot) -> None:
    address = f"/former-root/{former.pk}/"
    assert f'href="{address}"' in page(office, "/")
    assert former.path in page(office, address)


def test_a_former_root_is_dismissed_after_a_question(office: Client, former: FormerRoot) -> None:
    address = f"/former-root/{former.pk}/dismiss/"
    assert "never speaks of it again" in page(office, address)
    assert FormerRoot.objects.to_tell().exists()
    office.post(address)
    assert not FormerRoot.objects.to_tell().exists()
    assert "former root folder" not in page(office, "/").replace("speaks of that folder", "")
    page(office, f"/former-root/{former.pk}/", status=404)
