"""A school uploads its file in the browser: what is found of it, who may send it, and how it is received."""

import errno
import gzip
import io
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.authority.school_portal.uploads import NAME, choose, pupil_file, send, text, ticket_of, upload
from tests.documents.students.files import a_header, a_pupil, changed, pupils

from schoolgate.authority.bases.la import MAINTENANCE_UNTIL
from schoolgate.authority.bases.models import Base
from schoolgate.authority.exchange.models import ReceivedFile, RefusedDelivery
from schoolgate.authority.exchange.store import received_files
from schoolgate.authority.exchange.sweeping import sweep_exchange
from schoolgate.authority.importing.models import Import
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.filestore import Incoming, NoSpace
from schoolgate.commons.jobs.engine import work_off
from schoolgate.commons.journal.models import JournalLine
from schoolgate.documents.ctf import CTF_VERSIONS
from schoolgate.documents.students.writer import write_students

pytestmark = pytest.mark.usefixtures("whoever_is_new_is_added")

SignedIn = Callable[[User], Client]
CENSUS = (
    b"<Message><Header><CollectionDetails><Collection>School Census</Collection></CollectionDetails></Header></Message>"
)
TUESDAY = datetime(2026, 11, 24, 18, 30)  # noqa: DTZ001  as a header writes it


def test_a_file_is_checked_first_and_received_when_its_person_says_so(
    as_hana: Client, hana: User, green_abbey: Base
) -> None:
    data = pupil_file(green_abbey)
    page = choose(as_hana, green_abbey, data)
    assert "The file is good to send." in text(page)
    assert not ReceivedFile.objects.exists()
    assert "has received the file" in text(send(as_hana, green_abbey, ticket_of(page)))
    file = ReceivedFile.objects.get()
    assert (file.name, file.via, file.account, file.base) == (NAME, "portal", hana, green_abbey)
    with received_files().open(file.sha256) as kept:
        assert kept.read() == data


def test_it_is_imported_as_one_from_a_program(as_hana: Client, green_abbey: Base) -> None:
    upload(as_hana, green_abbey, pupil_file(green_abbey, pupils(3)))
    work_off()
    outcome = ReceivedFile.objects.get().outcome
    assert (outcome["state"], outcome["counts"]["pupils"], outcome["counts"]["added"]) == ("completed", 3, 3)


def test_who_uploaded_it_stands_in_the_audit_and_no_childs_name_in_the_journal(
    as_hana: Client, hana: User, green_abbey: Base
) -> None:
    upload(as_hana, green_abbey, pupil_file(green_abbey))
    entry = AuditEntry.objects.get(did="file uploaded")
    assert (entry.user, entry.target.partition(",")[0]) == (hana, NAME)
    assert not any("Okafor" in f"{line.message}{line.details}" for line in JournalLine.objects.all())


def test_a_colleague_sees_it_and_cannot_use_the_ticket_of_another(
    as_hana: Client, as_gita: Client, green_abbey: Base
) -> None:
    ticket = ticket_of(choose(as_hana, green_abbey, pupil_file(green_abbey)))
    assert "choose the file once more" in text(send(as_gita, green_abbey, ticket))
    assert not ReceivedFile.objects.exists()


def test_who_works_for_another_school_finds_no_such_page(as_olga: Client, green_abbey: Base) -> None:
    assert choose(as_olga, green_abbey, pupil_file(green_abbey)).status_code == 404
    assert send(as_olga, green_abbey, "anything").status_code == 404


def test_a_ticket_for_one_school_sends_nothing_for_another(
    as_hana: Client, hana: User, green_abbey: Base, oak_lane: Base
) -> None:
    oak_lane.people.add(hana)
    ticket = ticket_of(choose(as_hana, green_abbey, pupil_file(green_abbey)))
    assert "choose the file once more" in text(send(as_hana, oak_lane, ticket))
    assert not ReceivedFile.objects.exists()


@pytest.mark.parametrize("ticket", ["", "made-up", "WzEsMV0:1abc:xyz"])
def test_a_made_up_ticket_sends_nothing(as_hana: Client, green_abbey: Base, ticket: str) -> None:
    assert "choose the file once more" in text(send(as_hana, green_abbey, ticket))


def test_a_ticket_runs_out_before_its_bytes_are_swept(
    as_hana: Client, hana: User, green_abbey: Base, signed_in: SignedIn
) -> None:
    ticket = ticket_of(choose(as_hana, green_abbey, pupil_file(green_abbey)))
    with time_machine.travel(timezone.now() + timedelta(hours=13), tick=False):
        sweep_exchange()
        assert "choose the file once more" in text(send(signed_in(hana), green_abbey, ticket))
    assert len(list(received_files().folder.glob("??/*.xml.gz"))) == 1
    assert not ReceivedFile.objects.exists()


def test_what_was_checked_and_never_sent_is_swept_after_a_day(as_hana: Client, green_abbey: Base) -> None:
    choose(as_hana, green_abbey, pupil_file(green_abbey))
    assert len(list(received_files().folder.glob("??/*.xml.gz"))) == 1
    with time_machine.travel(timezone.now() + timedelta(hours=25), tick=False):
        sweep_exchange()
    assert list(received_files().folder.glob("??/*.xml.gz")) == []


def test_bytes_that_are_gone_are_asked_for_again(as_hana: Client, green_abbey: Base) -> None:
    ticket = ticket_of(choose(as_hana, green_abbey, pupil_file(green_abbey)))
    for path in received_files().folder.glob("??/*.xml.gz"):
        path.unlink()
    assert "choose the file once more" in text(send(as_hana, green_abbey, ticket))
    assert not ReceivedFile.objects.exists()


def test_a_name_that_a_browser_changed_is_put_right(as_hana: Client, green_abbey: Base) -> None:
    page = choose(as_hana, green_abbey, pupil_file(green_abbey), "8204321_CES_820LLLL_037 (1).xml")
    assert "Rename and send" in text(page)
    send(as_hana, green_abbey, ticket_of(page))
    assert ReceivedFile.objects.get().name == "8204321_CES_820LLLL_037.xml"


def test_a_file_of_another_name_gets_the_one_its_header_says_with_the_next_serial(
    as_hana: Client, green_abbey: Base
) -> None:
    upload(as_hana, green_abbey, pupil_file(green_abbey), "8204321_CES_820LLLL_037.xml")
    upload(as_hana, green_abbey, pupil_file(green_abbey, created=TUESDAY), "pupils.xml")
    assert ReceivedFile.objects.first().name == "8204321_CES_820LLLL_038.xml"  # type: ignore[union-attr]


def ctf() -> bytes:
    stream = io.BytesIO()
    header = a_header("CTF", CTF_VERSIONS[-1], destination_school="2107")
    write_students(stream, header, [a_pupil()], version=header.version, sex_tag="Sex")
    return stream.getvalue()


def test_another_schools_file_is_not_taken(as_hana: Client, green_abbey: Base, oak_lane: Base) -> None:
    page = choose(as_hana, green_abbey, pupil_file(oak_lane), "8202107_CES_820LLLL_001.xml")
    assert "The file is from school 820 2107, and you send for Green Abbey" in text(page)
    assert (page.status_code, ticket_of(page)) == (422, "")


def test_of_another_schools_files_no_serial_is_told(
    as_hana: Client, green_abbey: Base, as_olga: Client, oak_lane: Base
) -> None:
    upload(as_olga, oak_lane, pupil_file(oak_lane), "8202107_CES_820LLLL_037.xml")
    assert "_038" not in text(choose(as_hana, green_abbey, pupil_file(oak_lane, created=TUESDAY), "pupils.xml"))


def test_a_file_for_another_la_is_not_taken(as_hana: Client, green_abbey: Base) -> None:
    data = pupil_file(green_abbey, destination_la="823")
    page = choose(as_hana, green_abbey, data, "8204321_CES_823LLLL_001.xml")
    assert "The file is for LA 823, and this is Bedford Borough (820)." in text(page)


def test_a_right_name_over_another_schools_content_is_not_taken(
    as_hana: Client, green_abbey: Base, oak_lane: Base
) -> None:
    page = choose(as_hana, green_abbey, pupil_file(oak_lane))
    assert "is 4321 in the file’s name" in text(page) or "is 4321 in the file&#x27;s name" in text(page)
    assert ticket_of(page) == ""


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "The file is empty."),
        (b"<html><body>Signed out</body></html>", "This is a web page"),
        (b"%PDF-1.7", "This is a PDF"),
        (b"PK\x03\x04" + bytes(26) + b"xl/workbook.xml", "This is a spreadsheet"),
        (gzip.compress(b"<CESfile/>"), "This is a compressed file"),
        (b'<!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]><CESfile>&y;</CESfile>', "The file holds a DOCTYPE"),
        (b"\x00\x01\x02\x03", "not"),
        (CENSUS, "COLLECT"),
    ],
    ids=["empty", "web page", "pdf", "spreadsheet", "gzip", "doctype", "bytes", "census"],
)
def test_what_is_no_pupil_file_is_told_for_what_it_is(
    as_hana: Client, green_abbey: Base, data: bytes, said: str
) -> None:
    page = choose(as_hana, green_abbey, data)
    assert (page.status_code, ticket_of(page)) == (422, "")
    assert "It was not sent." in text(page)
    assert said in text(page)
    assert list(received_files().folder.glob("??/*.xml.gz")) == []


def test_what_no_other_name_would_help_is_not_told_of_its_name(as_hana: Client, green_abbey: Base) -> None:
    said = text(choose(as_hana, green_abbey, b"UPN,Surname\nH820123,Reed\n", "pupils.csv"))
    assert "This is not an XML file" in said
    assert "Rename" not in said


def test_a_ctf_is_sent_to_its_own_door(as_hana: Client, green_abbey: Base) -> None:
    assert "School to School" in text(choose(as_hana, green_abbey, ctf(), "8204321_CTF_8202107_001.xml"))


def test_a_half_written_file_is_not_taken(as_hana: Client, green_abbey: Base) -> None:
    data = pupil_file(green_abbey, pupils(4))
    assert "cut short" in text(choose(as_hana, green_abbey, data[: len(data) // 2]))


def test_problems_are_shown_by_child_with_line_path_and_cure(as_hana: Client, green_abbey: Base) -> None:
    data = changed(pupil_file(green_abbey), "2013-02-14", "14/02/2013")
    shown = text(choose(as_hana, green_abbey, data))
    for said in (
        "Daniel O., Year 9",
        "14/02/2013",
        "Date of birth",
        "a date like",
        "/CESfile/CESpupilData/Pupil[1]/DOB",
    ):
        assert said in shown
    assert "Line " in shown


def test_what_the_la_may_ask_about_is_shown_and_can_be_sent(as_hana: Client, green_abbey: Base) -> None:
    data = pupil_file(green_abbey, [a_pupil(UPN="A820432124999")])
    page = choose(as_hana, green_abbey, data)
    assert "What the LA may ask about" in text(page)
    assert "A820432124999" in text(page)
    assert ticket_of(page)


def test_many_fewer_pupils_than_last_time_are_asked_about(as_hana: Client, green_abbey: Base) -> None:
    upload(as_hana, green_abbey, pupil_file(green_abbey, pupils(10)))
    work_off()
    few = choose(as_hana, green_abbey, pupil_file(green_abbey, pupils(5), created=TUESDAY), NAME.replace("1.x", "2.x"))
    assert "50 % fewer pupils than your last one: 5, not 10" in text(few)
    assert "Send it all the same" in text(few)
    part = pupil_file(green_abbey, pupils(1), full=False, created=TUESDAY)
    assert "fewer" not in text(choose(as_hana, green_abbey, part, NAME.replace("1.x", "3.x")))


def test_a_file_without_a_pupil_is_asked_about(as_hana: Client, green_abbey: Base) -> None:
    assert "The file holds no pupil." in text(choose(as_hana, green_abbey, pupil_file(green_abbey, [])))


def test_the_very_same_file_again_leads_to_its_story_and_does_no_harm(as_hana: Client, green_abbey: Base) -> None:
    data = pupil_file(green_abbey)
    upload(as_hana, green_abbey, data)
    again = choose(as_hana, green_abbey, data)
    assert again["Location"] == reverse("portal-file", args=[green_abbey.pk, ReceivedFile.objects.get().pk])
    assert "was received before" in text(as_hana.get(again["Location"]))


def test_the_same_content_under_another_name_is_told(as_hana: Client, green_abbey: Base) -> None:
    data = pupil_file(green_abbey)
    upload(as_hana, green_abbey, data)
    assert f"was received before, as {NAME}" in text(choose(as_hana, green_abbey, data, NAME.replace("1.x", "2.x")))


def test_a_name_that_was_used_for_other_content_is_told(as_hana: Client, green_abbey: Base) -> None:
    upload(as_hana, green_abbey, pupil_file(green_abbey))
    page = choose(as_hana, green_abbey, pupil_file(green_abbey, created=TUESDAY))
    assert "with other content was received before" in text(page)


def test_a_file_is_sent_once_however_often_the_button_is_pressed(as_hana: Client, green_abbey: Base) -> None:
    ticket = ticket_of(choose(as_hana, green_abbey, pupil_file(green_abbey)))
    send(as_hana, green_abbey, ticket)
    assert "was received before" in text(send(as_hana, green_abbey, ticket))
    assert (ReceivedFile.objects.count(), Import.objects.count()) == (1, 1)
    assert AuditEntry.objects.filter(did="file uploaded").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_send_the_same_at_once_one_is_received(
    hana: User, gita: User, green_abbey: Base, signed_in: SignedIn
) -> None:
    data = pupil_file(green_abbey)
    browsers = [signed_in(hana), signed_in(gita)]
    tickets = [ticket_of(choose(browser, green_abbey, data)) for browser in browsers]
    start = threading.Barrier(2)
    seen: list[int] = []

    def press(browser: Client, ticket: str) -> None:
        start.wait()
        seen.append(send(browser, green_abbey, ticket).status_code)
        connection.close()

    threads = [threading.Thread(target=press, args=pair) for pair in zip(browsers, tickets, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [200, 200]
    assert (ReceivedFile.objects.count(), Import.objects.count()) == (1, 1)


def test_a_school_without_a_licence_is_told_and_the_la_is(as_hana: Client, green_abbey: Base) -> None:
    Base.objects.update(licensed=False)
    page = choose(as_hana, green_abbey, pupil_file(green_abbey))
    assert "has no licence for your school" in text(page)
    green_abbey.refresh_from_db()
    assert green_abbey.licence_missed_at


def test_a_licence_that_went_after_the_check_sends_nothing(as_hana: Client, green_abbey: Base) -> None:
    ticket = ticket_of(choose(as_hana, green_abbey, pupil_file(green_abbey)))
    Base.objects.update(licensed=False)
    assert "Nothing was sent. Your LA has no licence" in text(send(as_hana, green_abbey, ticket))
    assert not ReceivedFile.objects.exists()


def test_a_base_that_is_not_active_sends_nothing(as_hana: Client, green_abbey: Base) -> None:
    ticket = ticket_of(choose(as_hana, green_abbey, pupil_file(green_abbey)))
    Base.objects.update(active=False)
    assert send(as_hana, green_abbey, ticket).status_code == 404
    assert not ReceivedFile.objects.exists()


def test_in_maintenance_nothing_new_is_begun(as_hana: Client, green_abbey: Base) -> None:
    MAINTENANCE_UNTIL.set(timezone.now() + timedelta(hours=1), by=None)
    assert "is being looked after" in text(choose(as_hana, green_abbey, pupil_file(green_abbey)))


def test_a_full_disk_is_told_to_the_school_and_to_the_la(
    as_hana: Client, green_abbey: Base, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(incoming: Incoming, plain: bytes) -> None:
        raise NoSpace

    monkeypatch.setattr(Incoming, "write", full)
    page = choose(as_hana, green_abbey, pupil_file(green_abbey))
    assert page.status_code == 507
    assert "There is no space left here; your LA was told." in text(page)
    assert RefusedDelivery.objects.get().code == "no-space"


def test_a_disk_that_gets_full_while_the_browser_sends_is_told_as_that(
    hana: User, green_abbey: Base, signed_in: SignedIn, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handler: TemporaryFileUploadHandler, *args: Any, **kwargs: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 1
    monkeypatch.setattr(TemporaryFileUploadHandler, "new_file", full)
    browser = signed_in(hana)
    browser.raise_request_exception = False
    page = choose(browser, green_abbey, pupil_file(green_abbey))
    assert page.status_code == 507
    assert "There is no space left on this site" in text(page)


def test_a_file_above_the_limit_is_not_read(as_hana: Client, green_abbey: Base, settings: Any) -> None:
    settings.SCHOOLGATE_MAX_FILE_BYTES = 1024 * 1024
    page = choose(as_hana, green_abbey, b"<" * (1024 * 1024 + 1))
    assert page.status_code == 422
    assert "larger than 1 MiB" in text(page)


def test_without_a_file_it_is_asked_for(as_hana: Client, green_abbey: Base) -> None:
    page = as_hana.post(reverse("portal-upload", args=[green_abbey.pk]), {})
    assert (page.status_code, "Choose the file first." in text(page)) == (422, True)
