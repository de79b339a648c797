"""How a file is taken in: bytes durable, then row and receipt in one commit, then the answer (DESIGN 8)."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from schoolgate.authority.bases.la import LA_NUMBER
from schoolgate.authority.bases.licensing import Licensing
from schoolgate.authority.bases.models import Base
from schoolgate.authority.bases.models.base import BaseQuerySet
from schoolgate.authority.exchange.import_job import HEAD_BYTES, ask_for_import
from schoolgate.authority.exchange.keys import current_key
from schoolgate.authority.exchange.kinds import FileKind
from schoolgate.authority.exchange.licences import require_licence
from schoolgate.authority.exchange.models import ReceivedFile
from schoolgate.authority.exchange.models.received_file import BY_PROGRAM
from schoolgate.authority.exchange.problems import ApiProblem
from schoolgate.authority.exchange.store import received_files
from schoolgate.commons.accounts.models import User
from schoolgate.commons.faults import fault_point
from schoolgate.commons.filestore import NoSpace, Stored
from schoolgate.commons.journal import writing as journal
from schoolgate.wire.receipts import Receipt, sign


@dataclass(frozen=True)
class Delivery:
    """Who sends which file, and by which door (`ReceivedFile.via`): its identity is its address."""

    account: User
    base: Base
    kind: FileKind
    name: str
    sha256: str
    via: str = BY_PROGRAM

    @property
    def destination_la(self) -> str:
        """As the name says it; `base_of` has held it to be this authority."""
        sent_from = self.kind.sent_from(self.name)
        return sent_from.destination_la if sent_from else ""

    def find(self) -> ReceivedFile | None:
        """The file, if it was received before."""
        files = ReceivedFile.objects.filter(base=self.base, kind=self.kind.name, name=self.name, sha256=self.sha256)
        return files.select_related("base", "its_import__job").first()


def base_of(may_send_for: BaseQuerySet, kind: FileKind, name: str) -> Base:
    """The base the name says the file is from, if it is one of those that the sender may send for today.

    Raises ApiProblem `name-pattern`, `not-this-authority`, `not-your-base`, `no-licence`, `no-out-of-county-licence` or
    `not-set-up`.
    """
    sent_from = kind.sent_from(name)
    if sent_from is None:
        raise ApiProblem("name-pattern")
    here = LA_NUMBER.get()
    if not here:
        raise ApiProblem("not-set-up", headers={"Retry-After": "3600"})
    if sent_from.destination_la != here:
        raise ApiProblem("not-this-authority")
    base = may_send_for.filter(la=sent_from.la, number=sent_from.school).first()
    if base is None:
        raise ApiProblem("not-your-base")
    require_licence(base, Licensing(here))
    return base


def receive(delivery: Delivery, plain: Iterable[bytes]) -> tuple[ReceivedFile, bool]:
    """Write the plain bytes durably and accept the file: its row, and whether it is new.

    Nothing is kept under its final name before length, digest and header are known to be right. Raises ApiProblem
    `digest-mismatch`, `name-and-content-differ` or `no-space`, and what reading the body raises.
    """
    head = bytearray()
    try:
        with received_files().incoming() as incoming:
            for chunk in plain:
                incoming.write(chunk)
                if len(head) < HEAD_BYTES:
                    head += chunk[: HEAD_BYTES - len(head)]
            if incoming.sha256 != delivery.sha256:
                raise ApiProblem("digest-mismatch")
            if not delivery.kind.fits(delivery.name, bytes(head)):
                raise ApiProblem("name-and-content-differ")
            fault_point("receive.written")
            stored = incoming.keep()
    except NoSpace:
        raise ApiProblem.no_space() from None
    fault_point("receive.stored")
    file, new = accept(delivery, stored)
    fault_point("receive.committed")
    return file, new


def accept(delivery: Delivery, stored: Stored) -> tuple[ReceivedFile, bool]:
    """Row and receipt in one commit: the file, and whether it is new. Of two at once the later gets the earlier's row.

    Whatever must happen exactly once for an accepted file, its import job for one, belongs into this transaction.
    """
    key = current_key()
    try:
        with transaction.atomic():
            # Taken once the database lets us write: outcomes are told in the order of these times.
            now = timezone.now()
            file = ReceivedFile.objects.create(
                base=delivery.base,
                kind=delivery.kind.name,
                name=delivery.name,
                sha256=stored.sha256,
                size=stored.size,
                account=delivery.account,
                via=delivery.via,
                received_at=now,
                outcome_changed_at=now,
            )
            file.ref = f"B-{timezone.localtime(now):%Y%m%d}-{file.pk:04}"
            file.receipt = sign(_receipt_of(file, delivery.base), key)
            file.save(update_fields=["ref", "receipt"])
            ask_for_import(file, delivery.kind)
            journal.write(
                "INFO",
                f"{delivery.kind.words} received: {file.name}, receipt {file.ref}.",
                la=delivery.base.la,
                destination_la=delivery.destination_la,
                school=delivery.base.number,
                link=reverse("received-file", args=[file.pk], urlconf=settings.ROOT_URLCONF),
            )
            fault_point("receive.before-commit")
    except IntegrityError:
        known = delivery.find()
        if known is None:
            raise
        return known, False
    return file, True


def _receipt_of(file: ReceivedFile, base: Base) -> Receipt:
    return Receipt(
        issuer=settings.SCHOOLGATE_URL,
        base=base.dfe_number,
        kind=file.kind,
        name=file.name,
        sha256=file.sha256,
        size=file.size,
        received=file.received_at,
        ref=file.ref or "",
    )
