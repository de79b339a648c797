"""An officer undoes an import: what the pages say before, meanwhile and afterwards, and who is told."""

from django.test import Client
from django.urls import reverse
from tests.authority.exchange.imports_shown import Send, text
from tests.documents.students.files import a_pupil

from schoolgate.authority.exchange.models import ReceivedFile
from schoolgate.authority.importing.models import Import, ImportState
from schoolgate.authority.records.models import Pupil
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.jobs.engine import work_off
from schoolgate.commons.journal.models import JournalLine

REASON = {"reason": "It was the file of another year."}


def address(name: str, this: Import) -> str:
    return reverse(name, args=[this.pk])


def test_an_officer_undoes_an_import_and_its_page_says_what_became_of_it(send: Send, as_officer: Client) -> None:
    send([a_pupil()])
    this = send([a_pupil(Surname="Bell")])
    assert address("undo-import", this) in text(as_officer.get(address("import", this)))
    assert "touched 1 pupil" in text(as_officer.get(address("undo-import", this)))
    told_before = ReceivedFile.objects.get(its_import=this).outcome_changed_at
    meanwhile = text(as_officer.post(address("undo-import", this), REASON, follow=True))
    assert "It is being undone, by Omar Khan" in meanwhile
    work_off()
    shown = text(as_officer.get(address("import", this)))
    assert "1 value put back" in shown
    assert "Omar Khan undid it" in shown
    assert f'href="{address("undo-import", this)}"' not in shown
    assert Pupil.objects.get().surname == "Okafor"
    assert "was undone by Omar Khan: 1 value put back." in JournalLine.objects.latest("pk").message
    assert AuditEntry.objects.filter(did="import undone", details=REASON["reason"]).exists()
    assert ReceivedFile.objects.get(its_import=this).outcome_changed_at > told_before


def test_what_an_undo_refuses_is_no_value_that_the_import_had_left_out(send: Send, as_officer: Client) -> None:
    send([a_pupil()])
    this = send([a_pupil(Surname="Bell", BasicDetails={"NCyearActual": "9", "FormerUPN": "A820432124999"})])
    assert "1 of them new in this file" in text(as_officer.get(address("import", this)))
    as_officer.post(address("undo-import", this), REASON)
    work_off()
    assert "of them new in this file" not in text(as_officer.get(address("import", this)))


def test_what_stays_is_listed_with_who_wrote_since(send: Send, as_officer: Client) -> None:
    send([a_pupil()])
    this = send([a_pupil(Surname="Bell")])
    send([a_pupil(Surname="Blake")])
    assert "1 value of 1 pupil" in text(as_officer.get(address("undo-import", this)))
    shown = text(as_officer.get(address("left-by-undo", this)))
    assert "Basic details: Legal surname" in shown
    assert "8204321_CES_820LLLL_003.xml" in shown


def test_of_two_who_undo_one_is_heard(send: Send, as_officer: Client) -> None:
    this = send([a_pupil()])
    as_officer.post(address("undo-import", this), REASON)
    again = text(as_officer.post(address("undo-import", this), REASON, follow=True))
    assert "somebody has done so already" in again


def test_an_import_that_waits_cannot_be_undone(waiting: Import, as_officer: Client) -> None:
    assert as_officer.get(address("undo-import", waiting)).status_code == 404
    assert as_officer.post(address("undo-import", waiting), REASON).status_code == 302
    assert Import.objects.get(pk=waiting.pk).state is ImportState.WAITING


def test_a_reason_is_asked_for(send: Send, as_officer: Client) -> None:
    this = send([a_pupil()])
    assert as_officer.post(address("undo-import", this), {"reason": " "}).status_code == 422
    assert Import.objects.get(pk=this.pk).undo is None
