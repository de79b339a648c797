"""Who touches a restricted record: people with the right are told at once, and never whose record it is."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from tests.authority.records.holding import hold
from tests.conftest import SignedIn

from schoolgate.authority.bases.models import Base
from schoolgate.authority.records.models import Pupil
from schoolgate.authority.records.restricting import lift, restrict
from schoolgate.commons.accounts.models import User
from schoolgate.commons.accounts.rights import change_rights
from schoolgate.commons.alerts.models import Event, Mail
from schoolgate.commons.alerts.telling import mail_what_waits

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(officer: User) -> User:
    """The officer, who may see restricted pupils and has an address."""
    officer.email = "omar@bedford.example"
    officer.save()
    change_rights(officer, ["restricted-pupils"], by=None)
    return officer


@pytest.fixture
def hidden(green_abbey: Base, owner: User) -> Pupil:
    pupil = hold(green_abbey, Surname="Quillfeather")
    restrict(pupil, "safety", None, seen=0, by=owner)
    return pupil


def test_an_opening_is_told_within_ten_minutes_to_those_with_the_right_and_names_nobody(
    hidden: Pupil, owner: User, administrator: User, signed_in: SignedIn, settings: Any
) -> None:
    settings.EMAIL_HOST = "mail.example"
    assert signed_in(owner).get(f"/authority/pupils/{hidden.pk}").status_code == 200
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        mail_what_waits()
    mail = Mail.objects.get()
    assert mail.person == owner
    assert "Omar Khan opened the record of a restricted pupil" in mail.text
    assert "Quillfeather" not in mail.text
    assert f"pupils/{hidden.pk}" not in mail.text


def test_a_look_at_another_pupil_is_not_told(green_abbey: Base, owner: User, signed_in: SignedIn) -> None:
    pupil = hold(green_abbey)
    assert signed_in(owner).get(f"/authority/pupils/{pupil.pk}").status_code == 200
    assert not Event.objects.exists()


def test_a_change_and_a_lift_of_a_restriction_are_told_and_its_beginning_is_not(hidden: Pupil, owner: User) -> None:
    assert not Event.objects.exists()
    restrict(hidden, "court order", None, seen=1, by=owner)
    lift(hidden, "moved", seen=2, by=owner)
    assert [event.text.partition(" the record")[0] for event in Event.objects.all()] == [
        "Omar Khan changed the restriction on",
        "Omar Khan lifted the restriction on",
    ]
