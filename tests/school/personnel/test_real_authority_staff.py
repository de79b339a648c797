"""The school's site and the authority's own: a staff file goes, and what the LA changed comes back once."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from tests.school.personnel.conftest import PLACE, DropStaff, MakeRow

from schoolgate.authority.bases.models import Base
from schoolgate.authority.exchange.models import OutboxEntry, ReceivedFile
from schoolgate.authority.exchange.models.outbox_entry import EntryState
from schoolgate.authority.exchange.outbox import offer_file
from schoolgate.school.exchange.administration.personnel import set_personnel_url
from schoolgate.school.exchange.exporting import LaSummary
from schoolgate.school.exchange.importing import import_from
from schoolgate.school.exchange.models import Destination, PersonnelSchool

pytestmark = pytest.mark.django_db(transaction=True)

BACK = "820LLLL_PER_8204321_001.xml"


@pytest.fixture
def row(authority: str, make_row: MakeRow) -> PersonnelSchool:
    """Green Abbey's row at a real authority, with the account that pupil files have there."""
    set_personnel_url(authority, by=None)
    account = Destination.objects.get()
    return make_row(user=account.user, password=account.password)


def test_one_account_serves_pupil_and_personnel_files(
    row: PersonnelSchool, drop_staff: DropStaff, export_staff: Callable[..., LaSummary]
) -> None:
    drop_staff()
    assert export_staff().all_well
    assert ReceivedFile.objects.get().kind == "personnel"


def test_what_the_la_offers_lies_in_files_imported_and_is_offered_no_more(row: PersonnelSchool) -> None:
    content = b"<PERfile/>"
    offer_file(Base.objects.get(), document="personnel", group="", name=BACK, content=content, made_for="a test")
    OutboxEntry.objects.update(made_at=timezone.now() - timedelta(minutes=1))
    assert import_from(PLACE, by_person=True).imported == 1
    assert (Path(row.imported) / BACK).read_bytes() == content
    assert OutboxEntry.objects.get().state == EntryState.CLOSED
    assert import_from(PLACE, by_person=True).imported == 0
