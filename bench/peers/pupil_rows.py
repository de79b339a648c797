"""Other ways to do parts of an import: the digest of each pupil, a plain COPY, Django's `update_or_create`.

Each prints the seconds it took as JSON, without the start of its process. `python -m bench.peers.pupil_rows WAY
ARGUMENT...`; all but `digest_pass` in the environment of an authority site.
"""

import gzip
import json
import pickle
import sys
import time
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import Any

BLOCK = 65_536


def digest_pass(path: str) -> None:
    """Read, split into pupils, and make the digest of each: what no import of an unchanged file can do without."""
    opened: Any = gzip.open if path.endswith(".gz") else open
    began = time.perf_counter()
    digests = set()
    pending = b""
    with opened(path, "rb") as file:
        while block := file.read(BLOCK):
            pending += block
            end = 0
            while (start := pending.find(b"<Pupil>", end)) >= 0 and (stop := pending.find(b"</Pupil>", start)) >= 0:
                end = stop + len(b"</Pupil>")
                digests.add(blake2b(pending[start:end], digest_size=16).digest())
            pending = pending[end:]
    _tell(began)
    assert digests


def tables() -> dict[str, Any]:
    """The models of all that an import writes of pupils, by their table, in the order in which they point to others."""
    import django

    django.setup()
    from schoolgate.authority.records import models

    ours = [
        models.Change,
        models.Pupil,
        models.Enrolment,
        models.PupilGroup,
        models.EnrolmentGroup,
        models.Attendance,
        models.PupilKey,
        models.Refusal,
        models.Settled,
    ]
    return {model._meta.db_table: model for model in ours}  # noqa: SLF001  Django's own way to ask a model


def keep_rows(folder: str) -> None:
    """Not measured: keep all rows in files, as the database's own fastest way takes them."""
    names = tables()
    from django.db import connection

    with connection.cursor() as cursor:
        for table in names:
            with Path(folder, table).open("wb") as file:
                if connection.vendor == "postgresql":
                    with cursor.copy(f"COPY {table} TO STDOUT") as rows:
                        file.writelines(rows)
                else:
                    cursor.execute(f"SELECT * FROM {table}")
                    pickle.dump(cursor.fetchall(), file)


def plain_copy(folder: str) -> None:
    """The same rows into the same tables with their indexes, ready made: COPY, or SQLite's `executemany`."""
    names = tables()
    from django.db import connection, transaction

    kept: dict[str, Any] = {table: Path(folder, table).read_bytes() for table in names}
    if connection.vendor != "postgresql":
        kept = {table: pickle.loads(content) for table, content in kept.items()}
    began = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        for table, rows in kept.items():
            if connection.vendor == "postgresql":
                with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                    for start in range(0, len(rows), BLOCK):
                        copy.write(rows[start : start + BLOCK])
            elif rows:
                cursor.executemany(f"INSERT INTO {table} VALUES ({', '.join(['%s'] * len(rows[0]))})", rows)
    _tell(began)


def update_or_create(path: str, pupils: str, keys: str) -> None:
    """The usual way: read and check, then a pupil, its enrolment and each group by itself, a transaction a pupil.

    With ``keys`` the rows by which pupils are found are written too, so that the rows are those of an import. It
    neither matches by more than the UPN, nor checks values, nor settles anything.
    """
    tables()
    from django.db import transaction

    from schoolgate.authority.bases.models import Base
    from schoolgate.authority.importing.held import keys_of_held, match_rows
    from schoolgate.authority.records.columns import enrolment_columns, pupil_columns
    from schoolgate.authority.records.groups.attendance import ATTENDANCE
    from schoolgate.authority.records.groups.canonical import canonical, digest_of
    from schoolgate.authority.records.groups.enrolment import ENROLMENT
    from schoolgate.authority.records.groups.registry import read_groups
    from schoolgate.authority.records.keys import search_keys
    from schoolgate.authority.records.models import Attendance, Change, Enrolment, EnrolmentGroup, Pupil, PupilGroup
    from schoolgate.authority.records.models import row_key as key_of
    from schoolgate.authority.records.models.attendance import register_columns
    from schoolgate.documents.students.reader import StudentFile

    base = Base.objects.get()
    began = time.perf_counter()
    change = Change.objects.create(source="file", source_name="update_or_create", base=base, rule="new/always-import")
    with Path(path).open("rb") as stream:
        for entry in islice(StudentFile(stream).entries(), int(pupils)):
            payloads = dict(read_groups(entry.record))
            with transaction.atomic():
                columns = pupil_columns(payloads)
                pupil, _ = Pupil.objects.update_or_create(
                    upn=columns.pop("upn"), defaults=columns, create_defaults={**columns, "created_by": change}
                )
                columns = enrolment_columns(payloads, base)
                enrolment, _ = Enrolment.objects.update_or_create(
                    pupil=pupil, base=base, defaults=columns, create_defaults={**columns, "created_by": change}
                )
                for group, payload in payloads.items():
                    if group is ATTENDANCE:
                        for register in payload["Attendance"]:
                            columns = register_columns(register, base)
                            year, place = columns.pop("year"), columns.pop("place")
                            Attendance.objects.update_or_create(
                                enrolment=enrolment, year=year, place=place, defaults={**columns, "change": change}
                            )
                        continue
                    text = canonical(payload)
                    row = {"payload_text": text, "digest": digest_of(text), "change": change}
                    if group.of == "pupil":
                        PupilGroup.objects.update_or_create(key=key_of(pupil.pk, group), defaults=row)
                    else:
                        EnrolmentGroup.objects.update_or_create(key=key_of(enrolment.pk, group), defaults=row)
                if keys:
                    guid = payloads.get(ENROLMENT, {}).get("GUID", "")
                    for kind, key in search_keys(payloads) | match_rows(keys_of_held(pupil, [guid])):
                        pupil.keys.update_or_create(kind=kind, text=key)
    _tell(began)


def _tell(began: float) -> None:
    print(json.dumps({"seconds": time.perf_counter() - began}))


WAYS = {way.__name__: way for way in (digest_pass, keep_rows, plain_copy, update_or_create)}

if __name__ == "__main__":
    WAYS[sys.argv[1]](*sys.argv[2:])
