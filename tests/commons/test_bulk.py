"""Rows written in bulk, with ids taken beforehand."""

from datetime import date

import pytest

from schoolgate.authority.bases.models import Base
from schoolgate.authority.records.columns import PUPIL_COLUMNS, pupil_columns
from schoolgate.authority.records.groups.basic_details import BASIC_DETAILS
from schoolgate.authority.records.models import Change, Pupil
from schoolgate.authority.records.removing import remove
from schoolgate.commons.bulk import insert, take_ids, update

pytestmark = pytest.mark.django_db


def a_change(base: Base) -> Change:
    return Change.objects.create(source="file", source_name="one.xml", base=base, rule="new")


def test_no_id_is_taken_that_a_row_had_though_the_row_is_gone(green_abbey: Base) -> None:
    pupil = Pupil.objects.create(surname="Okafor", created_by=a_change(green_abbey))
    its_id = pupil.pk
    remove(pupil)
    assert min(take_ids(Pupil, 3)) > its_id


def test_the_database_goes_on_behind_ids_that_were_taken(green_abbey: Base) -> None:
    change = a_change(green_abbey)
    ids = take_ids(Pupil, 2)
    insert(Pupil, ["id", "surname", "created_by"], [])
    columns = pupil_columns({BASIC_DETAILS: {"Surname": "O\u2019Neill \\N\t", "DOB": "2013-02-14"}})
    insert(
        Pupil,
        ["id", "created_by", "active", *PUPIL_COLUMNS],
        [(one, change.pk, True, *columns.values()) for one in ids],
    )
    made = Pupil.objects.create(surname="Bell", created_by=change).pk
    assert [made > one for one in ids] == [True, True]
    assert set(take_ids(Pupil, 2)).isdisjoint({*ids, made})
    stored = Pupil.objects.get(pk=ids[1])
    assert {name: getattr(stored, name) for name in PUPIL_COLUMNS} == columns


def test_an_update_writes_the_named_fields_of_the_named_rows_alone(green_abbey: Base) -> None:
    change = a_change(green_abbey)
    first, second = (Pupil.objects.create(surname=name, upn="x", created_by=change).pk for name in ("Okafor", "Bell"))
    update(Pupil, ["id", "surname", "born", "active"], [(first, "O\u2019Neill", date(2013, 2, 14), False)])
    update(Pupil, ["id", "surname"], [])
    rows = Pupil.objects.order_by("pk").values_list("pk", "surname", "born", "active", "upn")
    assert list(rows) == [(first, "O\u2019Neill", date(2013, 2, 14), False, "x"), (second, "Bell", None, True, "x")]
