"""What files, imports and schools tell people by mail, and mail that does not get out on the first page."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.authority.exchange.imports_shown import Send, school, text
from tests.conftest import SignedIn

from schoolgate.authority.bases.la import SILENT_DAYS
from schoolgate.authority.bases.models import Base
from schoolgate.authority.exchange import alerts
from schoolgate.authority.exchange.import_steps import agree, do_not_import
from schoolgate.authority.exchange.models import ReceivedFile
from schoolgate.authority.importing import summary_lines
from schoolgate.authority.importing.models import Import
from schoolgate.commons.accounts.models import User
from schoolgate.commons.accounts.rights import change_rights
from schoolgate.commons.alerts.choosing import choices_of
from schoolgate.commons.alerts.mailing import post
from schoolgate.commons.alerts.models import Event
from schoolgate.commons.alerts.summary import Line, TellLine
from schoolgate.commons.jobs.models import Job

pytestmark = pytest.mark.django_db


def line(tell: TellLine, reader: User) -> Line | None:
    return tell(reader, timezone.now() - timedelta(days=1))


def said(tell: TellLine, reader: User) -> str:
    found = line(tell, reader)
    return found.text if found else ""


def test_a_failed_import_is_noted_for_a_mail_with_its_page(failed: Import) -> None:
    event = Event.objects.get()
    assert event.alert == "failed-import"
    assert event.text == "8204321_CES_820LLLL_001.xml of Green Abbey Primary School was not imported."
    assert event.link.endswith(f"/imports/{failed.pk}")


def test_a_file_that_lacks_pupils_is_noted_and_what_a_person_decides_then_is_not(
    waiting: Import, officer: User
) -> None:
    event = Event.objects.get()
    assert event.alert == "tripped-guard"
    assert "lacks more than a fifth" in event.text
    do_not_import(waiting, "Half a file.", by=officer)
    assert Event.objects.count() == 1


def test_a_file_that_goes_well_is_not_noted(send: Send) -> None:
    send(school())
    assert not Event.objects.exists()


def test_the_summary_counts_what_came_failed_and_waits(
    failed: Import, send: Send, officer: User, signed_in: SignedIn
) -> None:
    assert said(alerts._failed, officer) == "1 import failed."
    assert said(alerts._waiting, officer) == ""
    send(school())
    assert said(alerts._files, officer) == "2 files were received, 1 imported."
    found = line(alerts._failed, officer)
    assert found is not None
    assert failed.source_name in text(signed_in(officer).get(found.address))


def test_the_summary_counts_files_that_wait_until_somebody_agrees(waiting: Import, officer: User) -> None:
    assert said(alerts._waiting, officer) == "1 file waits for you."
    agree(waiting, by=officer)
    assert said(alerts._waiting, officer) == ""


def test_the_summary_counts_schools_that_are_silent_and_not_those_that_are_new(
    send: Send, green_abbey: Base, oak_lane: Base, officer: User
) -> None:
    send(school())
    assert said(alerts._silent, officer) == ""
    long_ago = timezone.now() - timedelta(days=20)
    Base.objects.update(created_at=long_ago)
    assert said(alerts._silent, officer) == "1 school has sent nothing for 14 days."
    ReceivedFile.objects.update(received_at=long_ago)
    assert said(alerts._silent, officer) == "2 schools have sent nothing for 14 days."
    SILENT_DAYS.set(21, by=None)
    assert said(alerts._silent, officer) == ""


def test_a_summary_counts_nothing_for_who_may_see_nothing(failed: Import, sender: User) -> None:
    lines = [alerts._failed, alerts._waiting, alerts._silent, alerts._refused]
    lines += [summary_lines._unmatched, summary_lines._conflicts]
    assert [said(tell, sender) for tell in lines] == [""] * len(lines)


def test_only_who_has_the_right_is_told_of_restricted_records(officer: User, settings: Any) -> None:
    settings.SCHOOLGATE_RIGHTS = {"restricted-pupils": "sees restricted pupils"}

    def alerts_of(person: User) -> set[str]:
        return {chosen.alert.name for chosen in choices_of([person])}

    assert "restricted-record" not in alerts_of(officer)
    change_rights(officer, ["restricted-pupils"], by=None)
    assert "restricted-record" in alerts_of(officer)


def test_mail_that_does_not_get_out_is_on_the_first_page_once_in_the_servers_words(
    la: str, signed_in: SignedIn, officer: User
) -> None:
    mail = post(officer, "daily-summary", "2026-11-23", "All is well", "Text.")
    assert mail is not None
    Job.objects.filter(pk=mail.job_id or 0).update(state="failed", error="550 5.1.1 No such user here.")
    page = text(signed_in(officer).get("/authority/"))
    assert "A mail does not get out. 550 5.1.1 No such user here." in page
    assert "One job failed" not in page
