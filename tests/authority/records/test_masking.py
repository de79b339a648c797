"""Restricted pupils in the database: without the right no row of theirs is there, whichever table it is in."""

from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models
from tests.authority.importing.importing_files import arrived
from tests.authority.records.groups.files import made_up_records
from tests.authority.records.holding import a_change, hold, write_over
from tests.documents.students.files import a_pupil

from schoolgate.authority.bases.models import Base
from schoolgate.authority.exchange.models import OutboxEntry, SentValue, ToldOf
from schoolgate.authority.importing.models import Conflict, KnownAs, RemovalCandidate, TwoChildren, Unmatched
from schoolgate.authority.importing.models.assignment import Assignment, Note
from schoolgate.authority.records.groups.canonical import digest_of
from schoolgate.authority.records.groups.registry import group_named
from schoolgate.authority.records.models import (
    Attendance,
    Decision,
    EnrolmentGroup,
    MergedInto,
    Pupil,
    PupilGroup,
    Refusal,
    Replaced,
    Restriction,
    Settled,
    row_key,
)
from schoolgate.authority.records.models.visible import RESTRICTED_PUPILS
from schoolgate.authority.requests.models import DataRequest
from schoolgate.commons.accounts.models import User
from schoolgate.commons.accounts.rights import change_rights

BASIC = group_named("basic-details")
MONDAY = date(2026, 11, 23)
BY_KEY = (PupilGroup, EnrolmentGroup, Replaced)
"""Tables whose rows are of a pupil by number, without a foreign key."""


def _path_to_pupil(model: type[models.Model]) -> str:
    """The way from a row to its pupil by foreign keys: empty where there is none."""
    for field in model._meta.get_fields():
        if isinstance(field, models.ForeignKey):
            if field.related_model is Pupil:
                return field.name
            if field.name == "enrolment":
                return "enrolment__pupil"
    return ""


OF_PUPILS = [
    model
    for model in apps.get_models()
    if model is not Restriction and (model is Pupil or model in BY_KEY or _path_to_pupil(model))
]


def with_everything(base: Base, **values: Any) -> Pupil:
    """A pupil with a row in every table that has rows of pupils."""
    record = {**made_up_records()[0], **a_pupil(**values)}
    pupil = hold(base, record=record)
    row = PupilGroup.objects.get(key=row_key(pupil.pk, BASIC))
    write_over(row, {**row.payload, "Forename": "Changed"}, a_change(base))
    register = Attendance.objects.filter(enrolment__pupil=pupil).select_related("enrolment__base").first()
    assert register is not None
    Replaced.keep(register, a_change(base)).save()
    of_enrolment = EnrolmentGroup.objects.of(pupil.enrolments.get().pk).first()
    assert of_enrolment is not None
    Replaced.keep(of_enrolment, a_change(base)).save()
    place: dict[str, Any] = {"pupil": pupil, "base": base}
    digest = digest_of(f"of {pupil.pk}")
    Settled.objects.create(full=True, digest=digest, **place)
    Refusal.objects.create(group=1, item="UPN", value_text='"X"', value_digest=digest, code="bad-upn", **place)
    RemovalCandidate.objects.create(group=1, item="UPN", **place)
    Conflict.objects.create(
        group=1, item="UPN", incoming_text='"X"', incoming_digest=digest, origin=a_change(base), **place
    )
    Unmatched.objects.create(
        base=base, seen_in=arrived(base, b""), number=1, sign=digest, entry_text="{}", digest=digest, not_of=pupil
    )
    KnownAs.objects.create(sign=digest, keys={}, **place)
    Assignment.objects.create(pupil=pupil, to=base.account)
    Note.objects.create(pupil=pupil, by=base.account, text="Ask the school")
    SentValue.objects.create(group=1, item="UPN", change=1, **place)
    ToldOf.objects.create(entry=OutboxEntry.objects.create(base=base, kind="file"), pupil=pupil)
    DataRequest.objects.create(kind="access", pupil=pupil, number=pupil.pk, received=MONDAY, due=MONDAY)
    twin = Pupil.objects.exclude(pk=pupil.pk).first() or hold(base, UPN="Q820432124010", Forename="Twin")
    one, other = sorted((pupil, twin), key=lambda one: one.pk)
    TwoChildren.objects.create(one=one, other=other)
    merge = Decision.objects.create(kind=Decision.Kind.MERGE)
    MergedInto.objects.create(number=1_000_000 + pupil.pk, pupil=pupil, decision=merge)
    return pupil


@pytest.fixture
def owner(officer: User) -> User:
    """An officer who was given the right."""
    change_rights(officer, [RESTRICTED_PUPILS], by=None)
    return officer


@pytest.mark.django_db
@pytest.mark.parametrize("model", OF_PUPILS, ids=lambda model: model.__name__)
def test_no_row_of_a_restricted_pupil_is_there_without_the_right(
    model: type[models.Model], green_abbey: Base, owner: User, administrator: User
) -> None:
    with_everything(green_abbey)
    manager: Any = model._default_manager
    of_another = manager.count()
    assert of_another > 0, "each table has a row to lose"
    hidden = with_everything(green_abbey, UPN="F820432124002", Forename="Ada")
    everything = manager.count()
    assert everything > of_another
    Restriction.objects.create(pupil=hidden, why="Whereabouts must not leak.")
    assert manager.visible_to(owner).count() == everything
    assert manager.visible_to(administrator).count() == of_another
    assert manager.unrestricted().count() == of_another


def test_every_table_of_pupils_is_asked() -> None:
    assert {"Pupil", "Attendance", "Replaced", "Conflict", "RemovalCandidate"} <= {one.__name__ for one in OF_PUPILS}


def test_a_restriction_is_seen_with_the_right_only(
    green_abbey: Base, owner: User, administrator: User, sender: User
) -> None:
    Restriction.objects.create(pupil=hold(green_abbey), why="Whereabouts must not leak.")
    assert Restriction.objects.visible_to(owner).count() == 1
    for person in (administrator, sender, green_abbey.account):
        assert not Restriction.objects.visible_to(person).exists()


def test_the_right_shows_nothing_to_who_is_not_of_the_staff(green_abbey: Base, sender: User) -> None:
    change_rights(sender, [RESTRICTED_PUPILS], by=None)
    Restriction.objects.create(pupil=hold(green_abbey), why="Whereabouts must not leak.")
    assert not Pupil.objects.visible_to(sender).exists()
    assert not Restriction.objects.visible_to(sender).exists()


def test_a_decision_on_a_restricted_pupil_is_hidden(owner: User, administrator: User) -> None:
    Decision.objects.create(kind=Decision.Kind.BY_HAND, reason="Moved to Elm Street", on_restricted=True)
    assert not Decision.objects.visible_to(administrator).exists()
    assert Decision.objects.visible_to(owner).exists()


def test_a_restriction_is_due_from_its_day_on(green_abbey: Base) -> None:
    Restriction.objects.create(pupil=hold(green_abbey), why="Court order", until=date(2026, 12, 1))
    assert not Restriction.objects.due(date(2026, 11, 30)).exists()
    assert Restriction.objects.due(date(2026, 12, 1)).exists()


def test_restricted_pupils_are_found_by_an_index(green_abbey: Base, administrator: User) -> None:
    hold(green_abbey)
    plan = Pupil.objects.visible_to(administrator).order_by("surname_key", "forename_key", "id")[:50].explain()
    if connection.vendor == "sqlite":
        assert "TEMP B-TREE" not in plan
        assert "authority_records_pupil USING INDEX" in plan
