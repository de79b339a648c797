"""Change the password of an account, from its page."""

import html
import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from tests.school.pages import page
from tests.school.scripted_la import ScriptedLa
from tests.wire.conftest import RawRequest, answer

from schoolgate.school.exchange.models import Destination, PasswordChange, School

pytestmark = pytest.mark.usefixtures("school_site")

ADDRESS = "/administration/las/820/password/"


@pytest.fixture
def changing(la: ScriptedLa, destination: Destination) -> ScriptedLa:
    """LA 820, whose account's password can be changed; it wants twelve characters."""
    handle = la.handle

    def also_password(request: RawRequest, connection: Any) -> bytes | None:
        if not request.path.endswith("/password"):
            return handle(request, connection)
        new = json.loads(request.body)["new_password"]
        if len(new) < 12:
            return answer(422, {"code": "password-not-allowed", "rules": ["Twelve characters, our rule says."]})
        la.password = new
        return answer(200, {"password_expires": "2027-02-01T00:00:00Z"})

    la.server.handler = also_password
    return la


def test_a_made_password_is_shown_to_nobody(admin: Client, changing: ScriptedLa) -> None:
    assert "Change the password" in page(admin, "/administration/las/820/")
    sent = admin.post(ADDRESS, {"how": "made"}, follow=True)
    assert "The password was changed at the LA." in sent.content.decode()
    assert changing.password not in sent.content.decode()
    kept = Destination.objects.get()
    assert kept.password == changing.password
    assert kept.password_expires_at is not None


def test_a_rule_that_is_broken_is_told_in_the_las_words(admin: Client, changing: ScriptedLa) -> None:
    sent = admin.post(ADDRESS, {"how": "typed", "password": "short"})
    assert sent.status_code == 422
    assert "Twelve characters, our rule says." in sent.content.decode()
    assert 'value="short"' not in sent.content.decode()


def test_who_types_none_is_asked_for_one(admin: Client, changing: ScriptedLa) -> None:
    assert "Type the new password" in admin.post(ADDRESS, {"how": "typed", "password": ""}).content.decode()


def test_a_lost_answer_is_told_as_what_it_is(admin: Client, la: ScriptedLa, destination: Destination) -> None:
    la.server.handler = lambda *_: None
    sent = html.unescape(admin.post(ADDRESS, {"how": "made"}).content.decode())
    assert "Both are kept, and the next sign-in finds out." in sent
    assert "is not finished" in page(admin, ADDRESS)
    assert PasswordChange.objects.exists()


def test_a_schools_own_account_has_its_own_page(admin: Client, changing: ScriptedLa) -> None:
    row = School.objects.create(
        name="Green Abbey", la="820", number="4321", destination_la="820", user="own", password="Own-Password-11"
    )
    assert f"/administration/schools/{row.pk}/password/" in page(admin, f"/administration/schools/{row.pk}/")
    admin.post(f"/administration/schools/{row.pk}/password/", {"how": "typed", "password": "Another-One-22!"})
    row.refresh_from_db()
    assert row.password == "Another-One-22!"


def test_without_an_account_there_is_nothing_to_change(admin: Client, destination: Destination) -> None:
    Destination.objects.update(user="", password="")
    assert admin.get(ADDRESS).status_code == 404


def test_a_sender_changes_no_password(office: Client, destination: Destination) -> None:
    assert office.get(ADDRESS).status_code == 403


def test_the_first_page_offers_it_before_and_after_the_end(admin: Client, destination: Destination) -> None:
    Destination.objects.update(password_expires_at=timezone.now() + timedelta(days=3))
    assert f'<a href="{ADDRESS}">Change it now</a>' in page(admin, "/")
    Destination.objects.update(trouble="password-expired", trouble_sentence="The password for the LA has expired.")
    assert f'<a href="{ADDRESS}">Change the password</a>' in page(admin, "/")
