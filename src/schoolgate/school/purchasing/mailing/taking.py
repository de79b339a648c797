"""Taking orders from files that came by e-mail: each becomes an order of the ledger, or waits with its reason.

An order and the message around it are kept as they came before any row says so. The row of an order and what becomes of
it are one commit: a process that dies before it leaves nothing, and the same file is given again.
"""

from codecs import BOM_UTF8
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.commons.faults import fault_point
from schoolgate.commons.filestore import NoSpace
from schoolgate.school.purchasing.documents import TAKEN_FROM_MAIL, about
from schoolgate.school.purchasing.importing import consider
from schoolgate.school.purchasing.mailing.reading import MailedOrder, MailRefused, read
from schoolgate.school.purchasing.models import DocumentState, FetchedDocument, Order
from schoolgate.school.purchasing.store import keep


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an order in a file: `name` is that of the attachment, or the file's own where it is the order.

    Without a document it is why nothing, or not all, was taken from the file.
    """

    file: str
    name: str
    state: Literal["imported", "waiting", "known", "refused"]
    said: str
    document: FetchedDocument | None = None


def take_file(name: str, raw: bytes, *, by: User | None, request: HttpRequest | None = None) -> list[Taken]:
    """Take every order of a file, each for itself. What was given before is told, and not taken again.

    Raises OSError where the disk fails.
    """
    try:
        contents = read(name, raw)
        message = keep(raw).sha256 if contents.is_message else ""
    except (MailRefused, NoSpace) as refused:
        return [Taken(name, name, "refused", str(refused))]
    taken = []
    for order in contents.orders:
        try:
            taken.append(_take(name, order, message, by, request))
        except NoSpace as refused:
            # What was taken before is here, and is told.
            taken.append(Taken(name, order.name, "refused", str(refused)))
    return [*taken, *(Taken(name, name, "refused", said) for said in contents.told)]


def _take(file: str, mailed: MailedOrder, message: str, by: User | None, request: HttpRequest | None) -> Taken:
    known = FetchedDocument.objects.filter(mailed=True, sha256__in=_same_otherwise_packed(mailed.raw)).first()
    stored = keep(mailed.raw)
    fault_point("mailed.kept")
    now = timezone.now()
    with transaction.atomic():
        document, is_new = FetchedDocument.objects.get_or_create(
            mailed=True,
            sha256=known.sha256 if known is not None else stored.sha256,
            defaults={
                "doc_id": mailed.name,
                "kind": FetchedDocument.Kind.ORDER,
                "state": DocumentState.FETCHED,
                "size": stored.size,
                "message_sha256": message,
                "listed_at": now,
                "fetched_at": now,
            },
        )
        if is_new:
            record(TAKEN_FROM_MAIL, by=by, target=mailed.name, request=request, about=about(document))
            consider(document, mailed.text)
    fault_point("mailed.taken")
    if not is_new:
        state = document.get_state_display().lower()
        return Taken(file, mailed.name, "known", f"It was here before, and is {state}. Nothing was done.", document)
    if document.state == DocumentState.IMPORTED:
        number = Order.objects.get(document=document).number
        return Taken(file, mailed.name, "imported", f"It is order {number}.", document)
    return Taken(file, mailed.name, "waiting", document.said, document)


def _same_otherwise_packed(raw: bytes) -> set[str]:
    """The digests of an order as other mail programs hand it over: other ends of lines, with or without the last one.

    One without a number of its own would else be two orders, from the message and from the file that was saved of it.
    """
    plain = raw.removeprefix(BOM_UTF8).replace(b"\r\n", b"\n").rstrip(b"\n")
    forms = [mark + plain + end for mark in (b"", BOM_UTF8) for end in (b"", b"\n")]
    return {sha256(packed).hexdigest() for form in forms for packed in (form, form.replace(b"\n", b"\r\n"))}
