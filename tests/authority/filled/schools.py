"""The schools of a filled site, what they sent, and what the site wrote down of it."""

import json
import zlib

from tests.authority.filled.made_up import (
    KEPT,
    TODAY,
    Filling,
    base_of,
    before,
    write,
)

from schoolgate.authority.bases.models import Base, CodeBatch, ConnectionCode
from schoolgate.authority.exchange.models import ReceivedFile, RefusedDelivery
from schoolgate.authority.importing.base_rules import always_import_set
from schoolgate.authority.importing.models import (
    BaseRules,
    Import,
    Met,
)
from schoolgate.authority.records.models import (
    Change,
)
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.jobs.models import Job
from schoolgate.commons.journal.models import JournalLine


def schools(size: Filling) -> None:
    numbers = range(1, size.bases + 1)
    write(
        User,
        (
            User(pk=1_000 + n, username=f"820{2_000 + n}", name=f"School {n}", role="exchange account", password="!")
            for n in numbers
        ),
    )
    write(
        Base,
        (
            Base(
                pk=n,
                la="820",
                number=str(2_000 + n),
                name=f"School {n}",
                account_id=1_000 + n,
                phase="primary",
                licensed=True,
            )
            for n in numbers
        ),
    )
    always = always_import_set()
    write(BaseRules, (BaseRules(base_id=n, rule_set=always, add_unmatched=n % 2 == 0) for n in numbers))
    batch = CodeBatch.objects.create(words="schools.csv")
    write(
        ConnectionCode,
        (
            ConnectionCode(account_id=1_000 + n, batch=batch, digest=f"{n:064}", code=None, expires_at=TODAY)
            for n in numbers
        ),
    )


def imports(size: Filling) -> None:
    numbers = range(1, size.imports + 1)
    counts = {"pupils": {"added": 3, "changed": 2, "same": 1}, "groups": {"basic-details": {"added": 3, "changed": 2}}}
    write(
        Job,
        (
            Job(
                pk=n,
                kind="import",
                args={"name": "CES"},
                state="done" if n % 50 else "failed",
                run_at=before(n),
                created_at=before(n),
            )
            for n in numbers
        ),
    )
    write(
        Import,
        (
            Import(
                pk=n,
                base_id=base_of(size, n),
                source_name=f"820{2_000 + base_of(size, n)}_CES_820LLLL_{n % 999 + 1:03}.xml",
                source_key=f"{n:064x}",
                full=n % 4 == 0,
                written_at=before(n),
                arrived_at=before(n),
                job_id=n,
                pupils=6,
                done=6,
                counts=counts,
                completed_at=before(n) if n % 50 else None,
                failed_at=None if n % 50 else before(n),
            )
            for n in numbers
        ),
    )
    write(
        ReceivedFile,
        (
            ReceivedFile(
                pk=n,
                base_id=base_of(size, n),
                kind="student",
                name=f"820{2_000 + base_of(size, n)}_CES_820LLLL_{n % 999 + 1:03}.xml",
                sha256=f"{n:064x}",
                size=40_000,
                account_id=1_000 + base_of(size, n),
                received_at=before(n),
                outcome_changed_at=before(n),
                content_gone_at=before(n) + KEPT if n % 50 and before(n) + KEPT < TODAY else None,
                ref=f"R{n:09}",
                receipt="x" * 500,
                its_import_id=n,
            )
            for n in numbers
        ),
    )
    write(
        RefusedDelivery,
        (
            RefusedDelivery(
                account_id=1_000 + base_of(size, n),
                kind="student",
                name=f"820{2_000 + base_of(size, n)}_CES_820LLLL_{n % 999 + 1:03}.xml",
                sha256=f"{n:064x}",
                code="digest-malformed",
                first_at=before(n),
                last_at=before(n),
            )
            for n in range(1, size.lines + 1)
        ),
    )
    write(
        Met,
        (
            Met(
                of_id=n, packed=zlib.compress(json.dumps({"added": _whom(size, n), "changed": [], "same": []}).encode())
            )
            for n in numbers
        ),
    )
    write(
        Change,
        (
            Change(
                pk=n,
                source="file",
                source_name=f"820{2_000 + base_of(size, n)}_CES_820LLLL_{n % 999 + 1:03}.xml",
                source_key=f"{n:064x}",
                base_id=base_of(size, n),
                job=n,
                rule="upn/always-import",
                at=before(n),
            )
            for n in numbers
        ),
    )


def _whom(size: Filling, number: int) -> list[int]:
    return sorted({number * 11 % size.pupils + 1, number * 17 % size.pupils + 1, number * 29 % size.pupils + 1})


def lines(size: Filling, officer: User) -> None:
    numbers = range(size.lines)
    write(
        AuditEntry,
        (
            AuditEntry(
                at=before(n),
                user=officer,
                who=officer.username,
                did="Looked at a pupil",
                target=f"Pupil {n}",
                about=f"pupil {n}",
            )
            for n in numbers
        ),
    )
    write(
        JournalLine,
        (
            JournalLine(
                at=before(n),
                level="info",
                la="820",
                school=str(2_000 + base_of(size, n)),
                message="A file was imported.",
            )
            for n in numbers
        ),
    )
