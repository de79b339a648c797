"""Connect, as somebody with the LA's letter in hand meets it."""

import html
import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from tests.school.conftest import MakeLa
from tests.school.pages import page
from tests.school.scripted_la import ScriptedLa

from schoolgate.school.exchange.models import Destination, Joining, School
from schoolgate.school.exchange.preferences import ROOT_FOLDER, SCHOOL_NAME
from schoolgate.school.exchange.scheduling import when_to_send
from schoolgate.school.exchange.setting_up import look_at_setup, suggested_root

pytestmark = pytest.mark.usefixtures("school_site")

CODE = "K7QM4TXP2R"
GREEN_ABBEY = {
    "la": "820",
    "school": "4321",
    "name": "Green Abbey Primary",
    "kinds": ["student"],
    "licence": "standard",
}


@pytest.fixture
def letter(make_la: MakeLa) -> ScriptedLa:
    """LA 820, which sent a letter; nothing is set up here."""
    la = make_la("820")
    la.bases, la.codes = [GREEN_ABBEY], {CODE: ""}
    Destination.objects.all().delete()
    ROOT_FOLDER.set("", by=None)
    return la


def text(answered: Any) -> str:
    return html.unescape(answered.content.decode())


def post(browser: Client, step: str, /, **given: Any) -> Any:
    return browser.post(f"/connect/{step}", given, follow=True)


def test_five_steps_lead_from_the_letter_to_a_connection_that_works(
    admin: Client, letter: ScriptedLa, tmp_path: Path
) -> None:
    assert "Have the letter with the connection code at hand." in page(admin, "/")
    shown = text(post(admin, "la/", address=f"{letter.address}/join/K7QM-4TXP-2R", code=""))
    assert "Green Abbey Primary, 820 4321" in shown
    shown = text(post(admin, "school/", yes="yes"))
    assert "Use this folder" in shown
    shown = text(post(admin, "folder/", root_folder=str(tmp_path / "new" / "exchange")))
    assert "Check the connection" in shown
    shown = text(post(admin, "check/"))
    assert "Test Connection Successful." in shown
    assert shown.count("Step ") == 5
    shown = text(post(admin, "schedule/", days=["0", "3"], at="18:30"))
    assert "You are connected." in shown
    assert "Questions? Bedford Borough: Data Team, 01234 000000" in shown
    assert (SCHOOL_NAME.get(), when_to_send().is_on) == ("Green Abbey Primary", True)
    assert (tmp_path / "new" / "exchange" / "820" / "Files Not Exported").is_dir()


def test_what_is_done_stays_done_when_the_browser_was_closed(
    admin: Client, letter: ScriptedLa, administrator: Any, signed_in: Any
) -> None:
    post(admin, "la/", address=letter.address, code="K7QM-4TXP-2R")
    assert "Is that you?" in page(signed_in(administrator), "/connect/")
    post(admin, "school/", yes="yes")
    assert not Destination.objects.exists()
    assert "Use this folder" in page(signed_in(administrator), "/connect/")
    assert not [task.name for task in look_at_setup().tasks[:2] if not task.done]


def test_a_death_between_yes_and_the_entry_has_the_question_asked_again(
    admin: Client, letter: ScriptedLa, tmp_path: Path
) -> None:
    post(admin, "la/", address=letter.address, code=CODE)
    Joining.objects.update(confirmed_at=timezone.now())
    ROOT_FOLDER.set(str(tmp_path), by=None)
    assert "Yes, that is us" in page(admin, "/connect/")
    post(admin, "school/", yes="yes")
    assert School.objects.get().has_credentials
    assert not Joining.objects.exists()


def test_a_user_name_and_a_password_work_too(admin: Client, letter: ScriptedLa, tmp_path: Path) -> None:
    assert "User Name" in page(admin, "/connect/?step=la&with=password")
    sent = admin.post(
        "/connect/la/?with=password",
        {"address": letter.address, "user": letter.user, "password": letter.password},
        follow=True,
    )
    assert "Green Abbey Primary" in text(sent)
    post(admin, "school/", yes="yes")
    post(admin, "folder/", root_folder=str(tmp_path / "exchange"))
    assert School.objects.get().password == letter.password


def test_a_password_typed_wrong_is_told_at_its_field_and_not_shown_again(admin: Client, letter: ScriptedLa) -> None:
    sent = admin.post(
        "/connect/la/?with=password", {"address": letter.address, "user": letter.user, "password": "Last-Years-1!"}
    )
    assert sent.status_code == 422
    assert "User Name or Password is invalid." in text(sent)
    assert "Last-Years-1!" not in text(sent)
    assert not Joining.objects.exists()


@pytest.mark.parametrize(
    ("address", "code", "told"),
    [
        (None, "ZZZZ-ZZZZ-ZZ", "The LA does not know this connection code."),
        (None, "ZZZZ-ZZZZ-ZZ", "ask the LA (its letter says whom) for a new one"),
        (None, "", "Enter the connection code from the LA’s letter."),
        ("", "K7QM-4TXP-2R", "Enter the LA’s address from its letter."),
        ("http://la.example", "K7QM-4TXP-2R", "https://"),
        ("nothing-here.invalid", "K7QM-4TXP-2R", "The LA's address was not found."),
    ],
)
def test_each_refusal_is_told_on_the_form(
    admin: Client, letter: ScriptedLa, address: str | None, code: str, told: str
) -> None:
    sent = admin.post("/connect/la/", {"address": letter.address if address is None else address, "code": code})
    assert sent.status_code == 422
    assert told in text(sent)


def test_another_schools_letter_is_refused_by_who_reads_it(admin: Client, letter: ScriptedLa) -> None:
    post(admin, "la/", address=letter.address, code=CODE)
    assert "good once" in page(admin, "/connect/not-us/")
    assert Joining.objects.exists()
    shown = text(post(admin, "not-us/"))
    assert "Tell the LA (Data Team, 01234 000000) that the letter was not yours" in shown
    assert not Joining.objects.exists()
    assert not School.objects.exists()


def test_an_answer_that_got_lost_is_asked_for_again_by_one_button(admin: Client, letter: ScriptedLa) -> None:
    handle = letter.server.handler

    def lose(request: Any, connection: Any) -> bytes | None:
        answered = handle(request, connection)
        return None if request.path.endswith("/join") else answered

    letter.server.handler = lose
    sent = admin.post("/connect/la/", {"address": letter.address, "code": CODE})
    assert "Try again with the same code" in text(sent)
    letter.server.handler = handle
    shown = page(admin, "/connect/")
    assert "No answer came yet from" in shown
    assert CODE not in shown
    assert "Green Abbey Primary" in text(post(admin, "again/"))
    joins = [json.loads(one.body)["request"] for one in letter.server.requests if one.path.endswith("/join")]
    assert len(joins) == 2
    assert len(set(joins)) == 1


def test_an_address_typed_wrong_is_forgotten_once_the_code_was_taken_elsewhere(
    admin: Client, letter: ScriptedLa
) -> None:
    admin.post("/connect/la/", {"address": "https://mistyped.invalid", "code": CODE})
    assert Joining.objects.asked().exists()
    post(admin, "la/", address=letter.address, code=CODE)
    assert not Joining.objects.asked().exists()


def test_an_answer_given_in_another_window_is_said(admin: Client, letter: ScriptedLa) -> None:
    post(admin, "la/", address=letter.address, code=CODE)
    post(admin, "not-us/")
    assert "answered already" in text(post(admin, "school/"))


def test_an_la_that_is_connected_stands_on_the_list_while_another_did_not_answer(
    destination: Destination,
) -> None:
    Joining.objects.create(address="https://mistyped.invalid", code=CODE, request="x" * 20)
    task = look_at_setup().task("la")
    assert task is not None
    assert task.now == str(destination)


def test_what_got_lost_can_be_forgotten(admin: Client, letter: ScriptedLa) -> None:
    Joining.objects.create(address=letter.address, code=CODE, request="x" * 20)
    post(admin, "again/", leave="yes")
    assert not Joining.objects.exists()


def test_a_school_without_a_licence_is_told_whom_to_ask(admin: Client, letter: ScriptedLa) -> None:
    letter.bases = [{**GREEN_ABBEY, "licence": None}]
    shown = text(post(admin, "la/", address=letter.address, code=CODE))
    assert "Ask the LA (Data Team, 01234 000000): it needs one first." in shown


def test_another_account_is_replaced_only_with_the_tick(admin: Client, letter: ScriptedLa, tmp_path: Path) -> None:
    post(admin, "la/", address=letter.address, code=CODE)
    post(admin, "school/", yes="yes")
    post(admin, "folder/", root_folder=str(tmp_path / "exchange"))
    School.objects.update(user="another")
    letter.codes = {CODE: ""}
    shown = text(post(admin, "la/", address=letter.address, code=CODE))
    assert "has the account another; it would have 8204321." in shown
    post(admin, "school/", yes="yes")
    assert School.objects.get().user == "another"
    post(admin, "school/", yes="yes", may_replace="yes")
    assert School.objects.get().user == "8204321"


def test_a_folder_that_cannot_be_used_is_told_at_the_folder(admin: Client, letter: ScriptedLa) -> None:
    sent = admin.post("/connect/folder/", {"root_folder": "files"})
    assert sent.status_code == 422
    assert "Give the whole path" in text(sent)


def test_the_suggested_folder_can_be_used(home: Any, db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "Documents").mkdir()
    monkeypatch.setattr("platformdirs.user_documents_path", lambda: tmp_path / "Documents")
    assert suggested_root() == tmp_path / "Documents" / "Schoolgate"
    monkeypatch.setattr("platformdirs.user_documents_path", lambda: tmp_path / "OneDrive - School" / "Documents")
    (tmp_path / "OneDrive - School" / "Documents").mkdir(parents=True)
    assert "OneDrive" not in str(suggested_root())


def test_a_failed_check_opens_the_step_that_failed(admin: Client, letter: ScriptedLa, tmp_path: Path) -> None:
    post(admin, "la/", address=letter.address, code=CODE)
    post(admin, "school/", yes="yes")
    post(admin, "folder/", root_folder=str(tmp_path / "exchange"))
    letter.password = "Changed-At-The-LA-1"
    shown = text(post(admin, "check/"))
    assert "Test Connection Failed: User Name or Password is invalid." in shown
    assert "ask the LA (Data Team, 01234 000000) for a new password" in shown
    assert "Check again" in shown


@pytest.mark.parametrize("step", ["la/", "again/", "school/", "folder/", "check/", "schedule/"])
def test_only_an_administrator_connects(office: Client, home: Any, step: str) -> None:
    assert office.get("/connect/").status_code == 403
    assert office.post(f"/connect/{step}").status_code == 403


def test_a_step_that_is_not_there_yet_changes_nothing(admin: Client, home: Any) -> None:
    for step in ("again/", "school/"):
        assert post(admin, step, yes="yes").status_code == 200
    assert not Joining.objects.exists()
