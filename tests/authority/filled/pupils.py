"""The pupils of a filled site, as an import writes them, and what stood in their rows before."""

from typing import Any

from django.db import connection
from tests.authority.filled.made_up import AT_ONCE, Filling, base_of, change_of, digest_of_number, record_of, write

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.held import keys_of_columns, match_rows
from schoolgate.authority.records.columns import enrolment_columns, pupil_columns
from schoolgate.authority.records.groups.basic_details import BASIC_DETAILS
from schoolgate.authority.records.groups.enrolment import ENROLMENT
from schoolgate.authority.records.groups.identifiers import IDENTIFIERS
from schoolgate.authority.records.groups.registry import read_groups
from schoolgate.authority.records.keys import search_keys
from schoolgate.authority.records.models import (
    Change,
    Enrolment,
    EnrolmentGroup,
    Pupil,
    PupilGroup,
    PupilKey,
    Replaced,
    Settled,
    row_key,
)

_GROUPS = (IDENTIFIERS, BASIC_DETAILS)


def pupils(size: Filling) -> None:
    for first in range(1, size.pupils + 1, AT_ONCE):
        portion = range(first, min(first + AT_ONCE, size.pupils + 1))
        told = {n: dict(read_groups(record_of(n))) for n in portion}
        base = Base.objects.earliest("pk")
        write(Pupil, (Pupil(pk=n, created_by_id=change_of(size, n), **pupil_columns(told[n])) for n in portion))
        write(
            Enrolment,
            (
                Enrolment(
                    pk=n,
                    pupil_id=n,
                    base_id=base_of(size, n),
                    created_by_id=change_of(size, n),
                    **{**enrolment_columns(told[n], base), "status": "C"},
                )
                for n in portion
            ),
        )
        write(PupilGroup, (_row(PupilGroup, size, n, of, told[n][of]) for n in portion for of in _GROUPS))
        write(EnrolmentGroup, (_row(EnrolmentGroup, size, n, ENROLMENT, told[n][ENROLMENT]) for n in portion))
        write(
            PupilKey,
            (
                PupilKey(pupil_id=n, kind=kind, text=text)
                for n in portion
                for kind, text in search_keys(told[n])
                | match_rows(keys_of_columns(pupil_columns(told[n]), [f"{n:032x}"]))
            ),
        )
        write(
            Settled,
            (
                Settled(base_id=base_of(size, n), full=True, digest=digest_of_number(n), pupil_id=n, job=1)
                for n in portion
            ),
        )


def _row(model: Any, size: Filling, owner: int, group: Any, payload: Any) -> Any:
    return model(key=row_key(owner, group), change_id=change_of(size, owner)).take(payload)


def history(size: Filling) -> None:
    """What stood in the rows before: set-wise, since there are the most of these."""
    replaced, change = Replaced._meta.db_table, Change.objects.order_by("pk")
    first, last = change[0].pk, change.reverse()[0].pk
    with connection.cursor() as cursor:
        for table, model in (
            (Replaced.Table.PUPIL_GROUP, PupilGroup),
            (Replaced.Table.ENROLMENT_GROUP, EnrolmentGroup),
        ):
            for times in range(size.history):
                cursor.execute(
                    f'INSERT INTO "{replaced}" ("table", "key", "payload_text", "written_by_id", "replaced_by_id") '
                    f'SELECT %s, "key", "payload_text", "change_id", %s + ("key" / 64 + %s) %% %s '
                    f'FROM "{model._meta.db_table}"',
                    [int(table), first, times * 7, last - first + 1],
                )
