"""Each place that sends somebody to the LA names whom to ask there."""

import html
from typing import Any

import pytest
from django.test import Client
from tests.school.conftest import Drop, Export
from tests.school.first_page.rows import hold_back, make_transfer
from tests.school.pages import page
from tests.school.scripted_la import ScriptedLa
from tests.wire.conftest import answer

from schoolgate.commons.journal.models import JournalLine
from schoolgate.school.exchange.models import Destination, State, Transfer

pytestmark = pytest.mark.usefixtures("school_site")

CONTACT = "Bedford Data Team, 01234 000000"
ASKED = f"the LA ({CONTACT})"


@pytest.fixture
def bedford(la: ScriptedLa) -> ScriptedLa:
    """LA 820, whose contact is known."""
    Destination.objects.update(contact=CONTACT)
    return la


def shown(browser: Client, address: str) -> str:
    return html.unescape(page(browser, address))


def refuse_password(la: ScriptedLa, export: Export) -> None:
    la.sign_in = answer(401, {"code": "wrong-credentials"})
    export()


def test_the_first_page(admin: Client, bedford: ScriptedLa, drop: Drop, export: Export) -> None:
    drop()
    refuse_password(bedford, export)
    assert ASKED in shown(admin, "/")


def test_the_las_entry(admin: Client, bedford: ScriptedLa, drop: Drop, export: Export) -> None:
    drop()
    refuse_password(bedford, export)
    assert ASKED in shown(admin, "/administration/las/820/")


def test_a_file_that_waits_for_the_login(admin: Client, bedford: ScriptedLa, drop: Drop, export: Export) -> None:
    drop()
    refuse_password(bedford, export)
    assert ASKED in shown(admin, _first_file())


def test_a_file_that_the_la_refuses(admin: Client, bedford: ScriptedLa, drop: Drop, export: Export) -> None:
    drop()
    bedford.wrong = [answer(403, {"code": "not-your-base"})]
    export()
    assert ASKED in shown(admin, _first_file())


def test_a_file_that_the_la_did_not_accept(admin: Client, bedford: ScriptedLa) -> None:
    file = make_transfer(state=State.REJECTED)
    assert f"Ask {ASKED} why." in shown(admin, f"/files/{file.pk}/")


def test_a_file_that_is_held_back(admin: Client, bedford: ScriptedLa) -> None:
    file = hold_back()
    assert CONTACT in shown(admin, f"/held-back/{file.pk}/")


def test_a_receipt_that_is_not_genuine(admin: Client, bedford: ScriptedLa) -> None:
    file = make_transfer(state=State.DELIVERED, receipt="no receipt", receipt_ref="B-1")
    assert f"Ring {ASKED}, and ask whether the file arrived." in shown(admin, f"/files/{file.pk}/receipt/")


def test_test_connection(admin: Client, bedford: ScriptedLa) -> None:
    bedford.bases = []
    tested: Any = admin.post("/administration/las/820/test/")
    assert ASKED in html.unescape(tested.content.decode())


def test_the_details_of_a_journal_line(bedford: ScriptedLa, drop: Drop, export: Export) -> None:
    drop()
    bedford.wrong = [answer(403, {"code": "no-licence"})]
    export()
    assert ASKED in JournalLine.objects.filter(level="ERROR").latest("pk").details


def test_the_details_of_a_login_that_failed(bedford: ScriptedLa, drop: Drop, export: Export) -> None:
    drop()
    refuse_password(bedford, export)
    assert ASKED in JournalLine.objects.filter(level="WARN").latest("pk").details


def _first_file() -> str:

    return f"/files/{Transfer.objects.latest('pk').pk}/"
