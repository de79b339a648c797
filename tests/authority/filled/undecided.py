"""What waits for people in a filled site, and what they decided."""

from datetime import date, timedelta
from typing import Any

from tests.authority.filled.made_up import (
    Filling,
    base_of,
    before,
    change_of,
    digest_of_number,
    name_of,
    record_of,
    upn_of,
    write,
)

from schoolgate.authority.importing.models import (
    Assignment,
    Conflict,
    KnownAs,
    Note,
    RemovalCandidate,
    TwoChildren,
    Unmatched,
)
from schoolgate.authority.records.groups.basic_details import BASIC_DETAILS
from schoolgate.authority.records.groups.canonical import canonical
from schoolgate.authority.records.groups.identifiers import IDENTIFIERS
from schoolgate.authority.records.groups.registry import read_groups
from schoolgate.authority.records.models import (
    Decision,
    MergedInto,
    PupilKey,
    Refusal,
    Restriction,
)
from schoolgate.commons.accounts.models import User


def decided(size: Filling, officer: User) -> None:
    kinds = [kind for kind in Decision.Kind if kind is not Decision.Kind.UNDO]
    write(
        Decision,
        (
            Decision(pk=n, kind=kinds[n % len(kinds)], by=officer, at=before(n), reason="The school said so.")
            for n in range(1, size.lines + 1)
        ),
    )


def undecided(size: Filling, officer: User) -> None:
    items = (("MiddleNames", "Robin"), ("FormerSurname", "Lowe"), ("PreferredForename", "Sam"))

    def conflict(n: int, **values: Any) -> Conflict:
        item, value = items[n % 3]
        pupil = n // 3 % size.pupils + 1
        return Conflict(
            pupil_id=pupil,
            base_id=base_of(size, pupil),
            group=BASIC_DETAILS.number,
            item=item,
            incoming_text=canonical(value),
            incoming_digest=digest_of_number(n),
            origin_id=change_of(size, n),
            since=before(n),
            seen_in=change_of(size, n),
            **values,
        )

    numbers = range(size.conflicts)
    write(Conflict, (conflict(n) for n in numbers))
    write(Conflict, (conflict(n, outcome="accepted", decision_id=n % size.lines + 1) for n in numbers))
    write(
        Unmatched,
        (
            Unmatched(
                base_id=base_of(size, n),
                seen_in_id=n % size.imports + 1,
                number=n + 1,
                sign=digest_of_number(n),
                why="not-known",
                surname=name_of(n)[0],
                forename=name_of(n)[1],
                surname_key=name_of(n)[0].lower().replace("-", ""),
                born=date(2012, 1, 1) + timedelta(days=n % 900),
                sex="FM"[n % 2],
                upn=upn_of(900_000 + n),
                year_group="7",
                entry_text=canonical(
                    {"groups": {of.name: told for of, told in read_groups(record_of(n))}, "full": True, "invalid": []}
                ),
                digest=digest_of_number(n),
                since=before(n),
            )
            for n in range(size.unmatched)
        ),
    )
    lines = range(size.lines)
    of_whom = [(n, n % size.pupils + 1) for n in lines]
    write(
        Refusal,
        (
            Refusal(
                pupil_id=pupil,
                base_id=base_of(size, pupil),
                group=IDENTIFIERS.number,
                item="UPN",
                value_text='"A1"',
                value_digest=digest_of_number(n),
                code=("upn-check-letter", "address-not-found")[n % 2],
                since=before(n),
                first_seen_in=change_of(size, n),
            )
            for n, pupil in of_whom
        ),
    )
    few = list({pupil: n for n, pupil in of_whom}.items())
    write(RemovalCandidate, (RemovalCandidate(pupil_id=one, base_id=base_of(size, one), seen_in=1) for one, _ in few))
    write(Assignment, (Assignment(pupil_id=one, to=officer) for one, _ in few))
    write(Note, (Note(pupil_id=one, by=officer, text="Asked the school.", at=before(n)) for one, n in few))
    alike = range(1, size.lines // 2 * 2, 2)
    write(PupilKey, (PupilKey(pupil_id=n + 1, kind=PupilKey.Kind.GUID, text=f"{n:032x}") for n in alike))
    write(TwoChildren, (TwoChildren(one_id=n, other_id=n + 1, by=officer) for n in alike[1::3]))
    write(
        MergedInto,
        (MergedInto(number=10_000_000 + n, pupil_id=n, decision_id=n % size.lines + 1) for n in alike[::2]),
    )
    write(
        KnownAs,
        (KnownAs(pupil_id=one, base_id=base_of(size, one), sign=digest_of_number(n), keys=[]) for one, n in few),
    )
    write(
        Restriction,
        (Restriction(pupil_id=one, why="A court said so.", by=officer) for one, _ in few[5 :: max(10, len(few) // 20)]),
    )
