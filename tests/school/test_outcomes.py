"""What the LA made of a file comes back: to its page, to the first page, and to the list of things to correct."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from tests.documents.students.files import a_file, a_header, a_pupil
from tests.school.conftest import NAME, Export
from tests.school.first_page.rows import make_transfer
from tests.school.scripted_la import ScriptedLa

from schoolgate.authority.bases.models import Base
from schoolgate.authority.exchange.import_steps import do_not_import, retry
from schoolgate.authority.importing.models import Import
from schoolgate.authority.importing.telling import refusals_changed
from schoolgate.authority.records.models import Pupil, Refusal
from schoolgate.commons.accounts.models import User
from schoolgate.commons.jobs.engine import work_off
from schoolgate.school.exchange.export_job import ask_what_became_of_files
from schoolgate.school.exchange.listing import tell_outcome
from schoolgate.school.exchange.models import Correction, CorrectionList, Destination, State, Transfer
from schoolgate.school.exchange.today import look_at_today
from schoolgate.wire.correction_words import why_not_taken
from schoolgate.wire.exchange_errors import Unreachable

ADA = {"UPN": "F820432124002", "Forename": "Ada", "DOB": "2013-03-01"}
WRONG = {"NCyearActual": "9", "FormerUPN": "A820432124999"}
TAKEN = {
    "state": "completed",
    "counts": {"pupils": 210, "added": 3, "changed": 14, "same": 193, "left_out": 1},
    "problems": [],
    "groups": {"sen-needs": {"changed": 14, "left_out": 1}},
}

PutFile = Callable[..., None]


@pytest.fixture
def put_file(waiting_folder: Path, settle: Callable[..., None]) -> PutFile:
    """Put a file of these pupils into the folder, settled."""

    def put(*pupils: dict[str, Any], serial: int = 1, **header: Any) -> None:
        data = a_file(pupils, a_header(**header))
        (waiting_folder / NAME.replace("001", f"{serial:03}")).write_bytes(data)
        settle()

    return put


def ask_again() -> None:
    """As the rounds do, when it is time."""
    Destination.objects.update(outcomes_asked_at=None)
    ask_what_became_of_files()


def make_list(*, told: bool = True, **values: Any) -> CorrectionList:
    transfer = make_transfer(state=State.IMPORTED, received_at=timezone.now(), outcome=TAKEN, **values)
    return CorrectionList.objects.create(
        transfer=transfer, due=not told, told_at=timezone.now(), total=1, to_do=1, kinds=[["Former UPN", 1]]
    )


def make_correction(of: CorrectionList, **values: Any) -> Correction:
    usual = {"pupil": "Ada O., Year 9", "item": "FormerUPN", "value": "A820432124999", "code": "bad-upn"}
    return Correction.objects.create(of=of, **{**usual, **values})


@pytest.mark.django_db(transaction=True)
def test_a_file_is_imported_by_the_la_and_the_school_reads_which_childs_value_was_not_taken(
    authority: str, put_file: PutFile, export: Export, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("schoolgate.authority.exchange.outcomes.SETTLED_AFTER", timedelta(0))
    put_file(a_pupil(), a_pupil(**ADA, BasicDetails=WRONG))
    assert export().received == 1
    ask_again()
    assert Transfer.objects.get().state == State.DELIVERED
    work_off()
    ask_again()
    transfer = Transfer.objects.get()
    assert transfer.state == State.IMPORTED
    told = tell_outcome(transfer)
    assert told["words"] == "2 pupils: 2 added; 1 value not taken"
    (one,) = told["to_correct"]
    assert (one["pupil"], one["item"], one["value"], one["new"]) == (
        "Ada O., Year 9",
        "Former UPN",
        "A820432124999",
        True,
    )
    assert not CorrectionList.objects.due().exists()


@pytest.mark.django_db(transaction=True)
def test_a_file_that_waits_at_the_la_and_is_turned_down_there_is_told_in_both_states(
    authority: str, put_file: PutFile, export: Export, officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("schoolgate.authority.exchange.outcomes.SETTLED_AFTER", timedelta(0))
    put_file()
    export()
    work_off()
    ask_again()
    transfer = Transfer.objects.get()
    assert (transfer.state, tell_outcome(transfer)["words"]) == (State.DELIVERED, "waits at the LA")
    do_not_import(Import.objects.get(), "Your new MIS left everybody out.", by=officer)
    ask_again()
    assert Transfer.objects.get().state == State.REJECTED
    (line,) = look_at_today().to_do
    assert "Your new MIS left everybody out." in line.text
    assert retry(Import.objects.get(), by=officer)
    Import.objects.update(agreed=["few-pupils"])
    work_off()
    ask_again()
    assert Transfer.objects.get().state == State.IMPORTED


def test_a_list_that_could_not_be_fetched_is_asked_for_again(
    la: ScriptedLa, put_file: PutFile, export: Export, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> None:
        raise Unreachable("timeout", "nothing came")

    la.outcome = TAKEN
    put_file(a_pupil())
    with monkeypatch.context() as patched:
        patched.setattr("schoolgate.wire.exchange.ExchangeClient.refused", away)
        export()
    assert (Transfer.objects.get().state, CorrectionList.objects.due().count()) == (State.IMPORTED, 1)
    ask_again()
    assert CorrectionList.objects.due().count() == 0


@pytest.mark.parametrize(("days", "asks"), [(27, True), (29, False)])
def test_an_imported_file_is_asked_about_for_four_weeks_since_a_person_may_still_discard(
    la: ScriptedLa, put_file: PutFile, export: Export, days: int, asks: bool
) -> None:
    la.outcome = TAKEN
    put_file(a_pupil())
    export()
    ask_again()
    Transfer.objects.update(received_at=timezone.now() - timedelta(days=days))
    before = len(la.calls)
    ask_again()
    assert (len(la.calls) > before) is asks


@pytest.mark.django_db(transaction=True)
def test_what_a_person_discards_after_the_import_stands_in_the_list_and_goes_with_the_refusal(
    authority: str, put_file: PutFile, export: Export, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("schoolgate.authority.exchange.outcomes.SETTLED_AFTER", timedelta(0))
    put_file(a_pupil())
    export()
    work_off()
    ask_again()
    base, pupil = Base.objects.get(), Pupil.objects.get()
    refusal = Refusal.objects.create(
        pupil=pupil,
        base=base,
        group=2,
        item="Forename",
        value_text='"Dan"',
        value_digest=bytes(16),
        code="discarded",
        first_seen_in=Import.objects.get().job_id,
    )
    refusals_changed(base)
    ask_again()
    (one,) = Correction.objects.to_do()
    assert (one.pupil, one.value) == ("Daniel O., Year 9", "Dan")
    assert why_not_taken(one.code) == "A person at the LA looked at it, and did not take it."
    refusal.delete()
    refusals_changed(base)
    ask_again()
    assert not Correction.objects.to_do().exists()


def test_the_page_of_a_file_has_its_numbers_in_a_picture_and_by_group(school_site: None, office: Client) -> None:
    of = make_list()
    page = office.get(f"/files/{of.transfer_id}/").content.decode()
    assert 'data-heading="Not taken">1<' in page, "on a phone a group is a card, and a number names its column"
    assert "210 pupils: 3 added, 14 changed, 193 the same; 1 value not taken" in page
    assert "SEN needs" in page
    assert '<rect class="chart-' in page
    assert f"/files/{of.transfer_id}/to-correct/" in page


def test_new_things_to_correct_stand_apart_from_those_known_before(school_site: None, office: Client) -> None:
    of = make_list()
    make_correction(of)
    make_correction(of, pupil="Bo K., Year 3", item="Ethnicity", value="ZZZZ", code="code-not-of-year", new=False)
    page = office.get(f"/files/{of.transfer_id}/to-correct/").content.decode()
    new, known = page.index("New in this file"), page.index("Known from earlier files")
    assert new < page.index("Ada O., Year 9") < known < page.index("Bo K., Year 3")
    assert "In your MIS open pupil &gt; Registration &gt; Former UPN" in page
    lines = b"".join(office.get(f"/files/{of.transfer_id}/to-correct/?csv")).decode()
    assert "Ada O., Year 9" in lines
    assert "It is not a code of the file’s academic year." in lines


def test_a_list_that_is_out_of_date_says_so(school_site: None, office: Client) -> None:
    of = make_list(told=False)
    make_correction(of)
    assert "could not refresh" in office.get(f"/files/{of.transfer_id}/to-correct/").content.decode()
    assert "could not refresh" in office.get("/to-correct/").content.decode()


def test_a_rejected_file_lists_its_problems_with_line_and_remedy(school_site: None, office: Client) -> None:
    problem = {
        "code": "xsd",
        "path": "/CESfile/Pupil/DOB",
        "line": 1041,
        "item": "Date of birth",
        "remedy": "Put it right.",
    }
    transfer = make_transfer(state=State.REJECTED, outcome={"state": "failed", "problems": [problem]})
    assert "It found 1 problem, and imported nothing of it." in office.get(f"/files/{transfer.pk}/").content.decode()
    page = office.get(f"/files/{transfer.pk}/to-correct/").content.decode()
    assert "Date of birth" in page
    assert "Put it right." in page
    assert "Line 1,041" in page


def test_things_to_correct_are_those_of_the_newest_file_of_a_school(school_site: None, office: Client) -> None:
    make_correction(make_list(), pupil="Old O., Year 9")
    newest = make_list(serial=2)
    make_correction(newest)
    make_correction(newest, pupil="Cy L., Year 5", item="", code="several-matches", for_school=False)
    page = office.get("/to-correct/").content.decode()
    assert "Ada O., Year 9" in page
    assert "Old O." not in page
    assert "Cy L." not in page
    assert look_at_today().to_correct == 1
    first_page = office.get("/").content.decode()
    assert "1 thing to correct in your MIS when you have time." in first_page
    assert "17 changes taken" in first_page


def test_the_first_page_says_who_of_the_last_file_waits_for_the_council(school_site: None, office: Client) -> None:
    newest = make_list()
    newest.transfer.outcome = {"state": "imported", "counts": {"pupils": 210, "same": 204, "in_conflict": 6}}
    newest.transfer.save()
    first_page = office.get("/").content.decode()
    assert "6 pupils wait for the council to decide" in first_page
    assert "nothing in it has changed" not in first_page


def test_a_colleague_from_purchasing_sees_no_child(db: None) -> None:
    make_correction(make_list())
    assert not Correction.objects.visible_to(User(role="buyer")).exists()
    assert Correction.objects.visible_to(User(role="sender")).exists()


def test_an_older_la_that_tells_no_groups_and_no_values_is_understood(
    la: ScriptedLa, put_file: PutFile, export: Export
) -> None:
    la.outcome = {"state": "completed", "counts": {"pupils": 1, "same": 1}}
    put_file(a_pupil())
    export()
    ask_again()
    kept = CorrectionList.objects.get()
    assert (kept.due, kept.total) == (False, 0)
    assert tell_outcome(Transfer.objects.get())["words"] == "1 pupil: 1 the same"
