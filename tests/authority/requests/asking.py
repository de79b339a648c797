"""A pupil of whom much is held, and what somebody asks about it."""

from datetime import date, timedelta
from typing import Any

from tests.authority.importing.importing_files import MONDAY, bring_in
from tests.documents.students.files import a_pupil

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection.models import CollectionRun, HeldBackRow, NotYetHeld, RawMark, SuspendedResult
from schoolgate.authority.importing.models import Import, Note
from schoolgate.authority.records.models import Pupil
from schoolgate.authority.requests.models import DataRequest, Kind
from schoolgate.authority.requests.receiving import write_down
from schoolgate.commons.accounts.models import User

RECEIVED = date(2026, 11, 20)
MOTHER = {"Surname": "Wexford", "Forename": "Grace", "Relationship": "PAM"}
GUID = {"SuppInfo": {"SuppID": "SIMS", "GUID": "6f9619ff-8b86-d011-b42d-00c04fc964ff"}}
SISTER = a_pupil(UPN="F820432124002", Surname="Hale", Forename="Sorrel", Sex="F", DOB="2015-03-01")

SECRETS = ("Okafor", "Daniel", "okafor", "daniel", "R820432124001", "Wexford", "Quarry Lane", "6f9619ff")
"""What tells of the pupil, in any case."""


def daniel(**changes: Any) -> dict[str, Any]:
    """The pupil, as a school tells of him; what is None is not said."""
    address = {"BS7666Address": {"PAON": "7", "Street": "Quarry Lane", "Town": "Bedford"}, "PostCode": "MK40 1AA"}
    told = a_pupil(**{"Address": address, "Contacts": [MOTHER], **GUID, **changes})
    return {name: value for name, value in told.items() if value is not None}


def hold_daniel(base: Base, officer: User) -> Pupil:
    """Imported with his sister, changed since, with a note."""
    bring_in(base, [daniel(Surname="Bell"), SISTER])
    bring_in(base, [daniel(), SISTER], created=MONDAY + timedelta(days=1))
    found = Pupil.objects.get(upn="R820432124001")
    Note.objects.create(pupil=found, by=officer, text="His sister Sorrel asked for him.")
    return found


def collected(base: Base) -> None:
    """What the school's system said of him beside what was taken, under its own key; and of somebody else."""
    key = "{6F9619FF-8B86-D011-B42D-00C04FC964FF}"
    RawMark.objects.create(base=base, key=key, day=RECEIVED, session="AM", code="Q07")
    NotYetHeld.objects.create(base=base, connector="wonde", key=key)
    for number, (group, whose, raw) in enumerate(
        (("attendance", key, "Q07"), ("contact", key, "Wexford"), ("pupil", "another", "Nobody"))
    ):
        HeldBackRow.objects.create(
            base=base,
            connector="wonde",
            group=group,
            key=whose,
            code="unknown-code",
            sentence="Nobody knows this code.",
            digest=f"{number:064}",
            recorded_raw=f'[{{"said":"{raw}"}}]',
        )
    for who in (daniel(), SISTER):
        waits = SuspendedResult(base=base, sign=who["UPN"].encode()[:12] + b"....", why="not-known", file="results.xml")
        waits.take(who, {"StageAssessments": [{"Stage": "KS2"}]})
        waits.save()
    CollectionRun.objects.create(
        task_name="Weekly",
        base=base,
        data="snapshot",
        state="successful",
        its_import=Import.objects.latest("pk"),
        source_key="ab" * 32,
    )


def ask(pupil: Pupil, kind: Kind = Kind.ERASURE, by: User | None = None) -> DataRequest:
    return write_down(pupil, kind, asked_by="Mrs Okafor, mother; passport seen", received=RECEIVED, by=by)
