"""The school's pages, as the people who use them meet them."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.school.conftest import NAME, Drop, Export, Sample
from tests.school.pages import page
from tests.school.scripted_la import RECEIVED, ScriptedLa
from tests.wire.conftest import answer

from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.jobs.models import Job
from schoolgate.school.exchange.models import Destination, HeldBackFile, State, Transfer
from schoolgate.school.exchange.preferences import SCHOOL_NAME
from schoolgate.school.exchange.receipt_keys import keep_keys, keys_folder
from schoolgate.school.exchange.scanning import scan
from schoolgate.wire.receipts import new_key, public_keys

pytestmark = pytest.mark.usefixtures("school_site")


@pytest.mark.parametrize(
    "address", ["/", "/send/", "/files/", "/files/1/", "/held-back/", "/administration/", "/administration/las/820/"]
)
def test_a_stranger_is_sent_to_sign_in(address: str, stranger: Client) -> None:
    assert stranger.get(address).headers["Location"].startswith("/sign-in")


@pytest.mark.parametrize(
    "address",
    ["/administration/", "/administration/las/add/", "/administration/las/820/", "/administration/las/820/remove/"],
)
def test_a_sender_changes_no_settings(address: str, office: Client, la: ScriptedLa) -> None:
    assert office.get(address).status_code == 403


@pytest.mark.parametrize("address", ["/export/", "/files/1/try-again/", "/held-back/1/rename/"])
def test_nothing_is_done_by_a_mere_link(address: str, office: Client) -> None:
    assert office.get(address).status_code == 405


def test_the_first_page_names_the_school_and_says_that_all_is_well(office: Client, la: ScriptedLa) -> None:
    SCHOOL_NAME.set("Green Abbey Primary School", by=None)
    shown = page(office, "/")
    assert "Green Abbey Primary School" in shown
    assert "Nothing for you to do." in shown


def test_the_first_page_refreshes_itself_only_while_something_moves(
    office: Client, la: ScriptedLa, drop: Drop, export: Export
) -> None:
    assert 'hx-trigger="every' not in page(office, "/")
    la.wrong = [answer(500, "")]
    drop()
    export()
    assert 'hx-trigger="every' in page(office, "/")


def test_sending_a_file_from_the_browser_tells_its_story(
    office: Client, la: ScriptedLa, sample: Sample, tmp_path: Path, export: Export
) -> None:
    upload = SimpleUploadedFile(NAME, sample(tmp_path).read_bytes())
    sent = office.post("/send/", {"file": upload})
    assert sent.headers["Location"] == f"/files/{Transfer.objects.get().pk}/"
    export(look=False)
    shown = page(office, sent.headers["Location"])
    assert "Received by the LA" in shown
    assert "Thu 19 Nov 2026 18:30" in shown or "Thu 19 Nov 18:30" in shown


def test_sending_a_broken_file_shows_what_to_put_right(
    office: Client, la: ScriptedLa, sample: Sample, tmp_path: Path
) -> None:
    plain = sample(tmp_path, pupils=5, faults=("missing-dob",)).read_bytes()
    sent = office.post("/send/", {"file": SimpleUploadedFile(NAME, plain)}, follow=True)
    shown = sent.content.decode()
    assert "It was not sent." in shown
    assert "Date of birth" in shown
    assert HeldBackFile.objects.get().problems[0]["pupil"] in shown


def test_sending_nothing_says_so(office: Client, la: ScriptedLa) -> None:
    sent = office.post("/send/", {})
    assert sent.status_code == 422
    assert "Choose the file first." in sent.content.decode()


def test_an_empty_upload_is_told_as_empty(office: Client, la: ScriptedLa) -> None:
    office.post("/send/", {"file": SimpleUploadedFile(NAME, b"")})
    assert HeldBackFile.objects.get().reason == "empty"


def test_export_asks_for_everything(office: Client, la: ScriptedLa) -> None:
    office.post("/export/")
    assert Job.objects.get().args == {"la": "820", "look": True, "by_person": True}
    assert AuditEntry.objects.filter(did="export asked for", who="sue").exists()


def test_the_list_of_files_shows_state_and_outcome_in_words(
    office: Client, la: ScriptedLa, drop: Drop, export: Export
) -> None:
    drop()
    export()
    shown = page(office, "/files/")
    assert NAME in shown
    assert "Received by the LA" in shown
    assert "Pupil file" in shown


def test_the_list_of_files_filters_by_state(office: Client, la: ScriptedLa, drop: Drop, export: Export) -> None:
    drop()
    export()
    assert NAME not in page(office, "/files/?state=rejected")
    assert NAME in page(office, "/files/?state=delivered")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_list_of_files_can_be_downloaded(
    kind: str, office: Client, la: ScriptedLa, drop: Drop, export: Export
) -> None:
    drop()
    export()
    got = office.get(f"/files/?format={kind}")
    assert "attachment" in got.headers["Content-Disposition"]
    assert kind != "csv" or "Received by the LA" in got.getvalue().decode()


def test_an_empty_list_says_what_comes_next(office: Client, la: ScriptedLa) -> None:
    assert "No files yet." in page(office, "/files/")


def test_a_file_that_needs_attention_can_be_tried_again(
    office: Client, la: ScriptedLa, drop: Drop, export: Export
) -> None:
    la.wrong = [answer(403, {"code": "not-your-base"})]
    drop()
    export()
    transfer = Transfer.objects.get()
    shown = page(office, f"/files/{transfer.pk}/")
    assert "may not send for this school" in shown
    assert "Try again" in shown
    office.post(f"/files/{transfer.pk}/try-again/")
    export(look=False, by_person=False)
    assert Transfer.objects.get().state == State.DELIVERED


def test_a_file_that_waits_for_an_la_in_trouble_says_what_the_trouble_is(
    office: Client, la: ScriptedLa, drop: Drop, export: Export
) -> None:
    la.sign_in = answer(401, {"code": "wrong-credentials"})
    drop()
    export()
    assert "User Name or Password is invalid." in page(office, f"/files/{Transfer.objects.get().pk}/")


def test_a_waiting_file_can_be_cancelled_after_a_question(office: Client, la: ScriptedLa, drop: Drop) -> None:
    drop()
    scan("820", wait=False)
    address = f"/files/{Transfer.objects.get().pk}/cancel/"
    assert "Cancel this file?" in page(office, address)
    assert Transfer.objects.get().state == State.READY
    office.post(address)
    assert Transfer.objects.get().state == State.CANCELLED
    assert AuditEntry.objects.filter(did="file cancelled", target=NAME).exists()


def test_a_file_that_arrived_shows_no_button_that_its_state_forbids(
    office: Client, la: ScriptedLa, drop: Drop, export: Export
) -> None:
    drop()
    export()
    shown = page(office, f"/files/{Transfer.objects.get().pk}/")
    assert "Try again" not in shown
    assert "Cancel" not in shown


def test_a_click_that_comes_too_late_changes_nothing(
    office: Client, la: ScriptedLa, drop: Drop, export: Export
) -> None:
    drop()
    export()
    told = office.post(f"/files/{Transfer.objects.get().pk}/cancel/", follow=True).content.decode()
    assert "moved on meanwhile" in told
    assert Transfer.objects.get().state == State.DELIVERED


def test_a_name_used_before_is_told_on_both_files(office: Client, la: ScriptedLa, drop: Drop, export: Export) -> None:
    for seed in (1, 2):
        drop(seed=seed)
        export()
    for transfer in Transfer.objects.all():
        assert "used for other content too" in page(office, f"/files/{transfer.pk}/")


def test_the_receipt_is_a_page_to_print(office: Client, la: ScriptedLa, drop: Drop, export: Export) -> None:
    drop()
    export()
    transfer = Transfer.objects.get()
    shown = page(office, f"/files/{transfer.pk}/receipt/")
    assert transfer.receipt_ref in shown
    assert transfer.sha256 in shown
    assert "Thu 19 Nov 2026 18:30:10" in shown
    assert "Do not rely" not in shown


def test_a_receipt_that_does_not_verify_says_not_to_rely_on_it(
    office: Client, la: ScriptedLa, drop: Drop, export: Export
) -> None:
    drop()
    export()
    transfer = Transfer.objects.get()
    head, _, signature = transfer.receipt.rpartition(".")
    Transfer.objects.update(receipt=f"{head}.{'A' * len(signature)}")
    shown = page(office, f"/files/{transfer.pk}/receipt/")
    assert "Do not rely on this receipt." in shown
    assert transfer.sha256 not in shown


def test_a_receipt_of_a_key_that_nobody_knows_says_not_to_rely_on_it(
    office: Client, la: ScriptedLa, drop: Drop, export: Export
) -> None:
    drop()
    export()
    (keys_folder() / "820.json").unlink()
    keep_keys("820", public_keys([new_key(RECEIVED)]))
    assert "Do not rely" in page(office, f"/files/{Transfer.objects.get().pk}/receipt/")


def test_a_receipt_in_doubt_is_told_of_when_the_la_has_no_entry_any_more(
    office: Client, la: ScriptedLa, drop: Drop, export: Export
) -> None:
    drop()
    export()
    (keys_folder() / "820.json").unlink()
    Destination.objects.all().delete()
    assert "Do not rely" in page(office, f"/files/{Transfer.objects.get().pk}/receipt/")


def test_a_file_without_a_receipt_has_no_receipt_page(office: Client, la: ScriptedLa, drop: Drop) -> None:
    drop()
    scan("820", wait=False)
    assert office.get(f"/files/{Transfer.objects.get().pk}/receipt/").status_code == 404


def test_the_receipt_can_be_downloaded_as_it_is_kept(
    office: Client, la: ScriptedLa, drop: Drop, export: Export, exported_folder: Path
) -> None:
    drop()
    export()
    got = office.get(f"/files/{Transfer.objects.get().pk}/receipt.json")
    assert got.content == (exported_folder / f"{NAME}.receipt.json").read_bytes()


def test_problems_fold_line_and_path_away(office: Client, la: ScriptedLa, drop: Drop) -> None:
    drop(pupils=5, faults=("missing-dob",))
    scan("820", wait=False)
    shown = page(office, f"/held-back/{HeldBackFile.objects.get().pk}/")
    visible, _, folded = shown.partition("For your MIS supplier")
    assert "CESpupilData" not in visible
    assert "CESpupilData" in folded


def test_over_a_thousand_problems_the_first_are_shown_with_the_true_total(
    office: Client, la: ScriptedLa, drop: Drop
) -> None:
    drop(pupils=1200, faults=("missing-dob",), faults_every=1)
    scan("820", wait=False)
    shown = page(office, f"/held-back/{HeldBackFile.objects.get().pk}/")
    assert "first 1,000 of 1,200" in shown
    assert "By kind" in shown


def test_rename_and_send_is_one_click(office: Client, la: ScriptedLa, drop: Drop) -> None:
    drop(faults=("browser-copy",))
    scan("820", wait=False)
    address = f"/held-back/{HeldBackFile.objects.get().pk}/"
    assert "Rename and send" in page(office, address)
    told = office.post(f"{address}rename/", follow=True).content.decode()
    assert "passed the checks" in told
    assert Transfer.objects.get().name == NAME


def test_a_file_for_another_la_offers_to_be_moved_only_where_that_la_has_an_entry(
    office: Client, make_la: Any, la: ScriptedLa, drop: Drop
) -> None:
    drop(destination_la="823", folder_la="820")
    scan("820", wait=False)
    address = f"/held-back/{HeldBackFile.objects.get().pk}/"
    assert "Move it to Central" not in page(office, address)
    make_la("823")
    assert "Move it to Central Bedfordshire (823)" in page(office, address)


def test_an_action_that_does_not_exist_is_not_found(office: Client, la: ScriptedLa, drop: Drop) -> None:
    drop(faults=("browser-copy",))
    scan("820", wait=False)
    assert office.post(f"/held-back/{HeldBackFile.objects.get().pk}/destroy/").status_code == 404


def test_where_is_my_file_finds_it_by_any_number_on_the_paper(
    office: Client, la: ScriptedLa, drop: Drop, export: Export
) -> None:
    drop()
    export()
    transfer = Transfer.objects.get()
    for text in (NAME[:12], transfer.receipt_ref, "8204321", "820 4321", "4321", transfer.sha256[:10]):
        assert f"/files/{transfer.pk}/" in office.post("/find/", {"text": text}).content.decode(), text


def test_where_is_my_file_finds_what_was_held_back(office: Client, la: ScriptedLa, drop: Drop) -> None:
    drop(faults=("browser-copy",))
    scan("820", wait=False)
    assert "/held-back/" in office.post("/find/", {"text": NAME[:12]}).content.decode()


def test_what_is_found_has_the_words_of_its_own_page(
    office: Client, la: ScriptedLa, drop: Drop, export: Export
) -> None:
    drop()
    export()
    found = office.post("/find/", {"text": NAME[:12]}).content.decode()
    assert '<strong class="tag tag-good">Received by the LA</strong>' in found


@pytest.mark.parametrize("address", ["/", "/send/", "/files/", "/held-back/", "/administration/"])
def test_no_page_has_style_or_script_within(address: str, admin: Client, la: ScriptedLa) -> None:
    shown = page(admin, address)
    assert " style=" not in shown
    assert "hx-on" not in shown
    assert "onclick" not in shown


def test_a_hostile_name_is_only_ever_text(office: Client, la: ScriptedLa, waiting_folder: Path, settle: Any) -> None:
    (waiting_folder / "<img src=x onerror=alert(1)>.xml").write_text("x")
    settle()
    scan("820", wait=False)
    for address in ("/held-back/", f"/held-back/{HeldBackFile.objects.get().pk}/"):
        assert "<img src=x" not in page(office, address)
