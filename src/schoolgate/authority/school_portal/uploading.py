"""*Upload*: a checked file is kept until its person says that it is to be sent, then received as from a program.

The bytes wait where received files lie, since what no row speaks of is left alone there for a day. A signed ticket in
the form says whose they are, and under which name they may go.
"""

from datetime import timedelta
from typing import BinaryIO

from django.core import signing
from django.db import transaction
from django.http import HttpRequest

from schoolgate.authority.bases.models import Base
from schoolgate.authority.exchange.door import refuse_in_maintenance
from schoolgate.authority.exchange.models import ReceivedFile
from schoolgate.authority.exchange.models.received_file import BY_PORTAL
from schoolgate.authority.exchange.problems import ApiProblem
from schoolgate.authority.exchange.receiving import Delivery, accept, base_of
from schoolgate.authority.exchange.refusing import remember_refusal
from schoolgate.authority.exchange.store import received_files
from schoolgate.authority.school_portal.checking import KIND, Checked
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.commons.filestore import NoSpace, Stored

READ_AT_ONCE = 1024 * 1024
TICKET = "schoolgate.school_portal.upload"
GOOD_FOR = timedelta(hours=12)
"""A ticket; half as long as its bytes are left alone."""


class CheckAgain(Exception):
    """The ticket is not good, or not any more; the message is for the person."""

    def __init__(self) -> None:
        super().__init__("It is too long since the file was checked. Nothing was sent: choose the file once more.")


def keep(checked: Checked, base: Base, stream: BinaryIO, *, by: User) -> str:
    """Keep the bytes of a file that may be sent, durably: the ticket with which it is.

    Raises ApiProblem `no-space`, which is remembered for the LA.
    """
    stream.seek(0)
    try:
        with received_files().incoming() as incoming:
            while chunk := stream.read(READ_AT_ONCE):
                incoming.write(chunk)
            stored = incoming.keep()
    except NoSpace:
        remember_refusal(by, KIND, checked.name, checked.verdict.sha256, "no-space")
        raise ApiProblem.no_space() from None
    return signing.dumps([base.pk, by.pk, checked.name, stored.sha256, stored.size], salt=TICKET)


def send(ticket: str, base: Base, *, by: User, request: HttpRequest | None = None) -> tuple[ReceivedFile, bool]:
    """Receive a checked file by the rules of the exchange API: its row, and whether it is new.

    Raises CheckAgain, or ApiProblem where the base may not send any more.
    """
    try:
        of_base, of_person, name, sha256, size = signing.loads(ticket, salt=TICKET, max_age=GOOD_FOR)
    except signing.BadSignature:
        raise CheckAgain from None
    if (of_base, of_person) != (base.pk, by.pk):
        raise CheckAgain
    refuse_in_maintenance()
    base = base_of(Base.objects.visible_to(by).filter(pk=base.pk), KIND, name)
    delivery = Delivery(account=by, base=base, kind=KIND, name=name, sha256=sha256, via=BY_PORTAL)
    try:
        with transaction.atomic():
            file, new = accept(delivery, Stored(sha256, size, received_files().path(sha256)))
            if new:
                record("file uploaded", by=by, target=f"{name}, {file.ref}", request=request)
    except FileNotFoundError:
        # The bytes were swept, or went with the last file that spoke of them.
        raise CheckAgain from None
    return file, new
