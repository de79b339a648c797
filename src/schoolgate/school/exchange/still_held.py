"""Does the LA still hold what it gave receipts for? One that was restored from a backup has forgotten the last of it.

A backup forgets a file and all that came after it. So before anything new is sent the newest file is asked for; only
where the LA does not know it, those before it are asked for too. What was forgotten is sent again, and told.
"""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from schoolgate.commons.faults import fault_point
from schoolgate.school.exchange import telling
from schoolgate.school.exchange.connecting import Connection
from schoolgate.school.exchange.logins import Login, travels_with
from schoolgate.school.exchange.models import State, Transfer
from schoolgate.school.exchange.troubles import is_of_login
from schoolgate.wire.exchange_errors import ExchangeError

COMMITTED_WITHIN = timedelta(minutes=1)
"""Receipts of one LA may be dated in another order than that in which they became durable, by less than this."""


def send_forgotten_again(
    connection: Connection,
    logins: Collection[Login],
    *,
    on_progress: Callable[[int, int], None] = lambda *_: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> int:
    """Have those files sent again that an LA no longer holds; how many there were.

    `on_progress` gets the number of logins that were asked with, and of all; once `cancelled` says so no further one is
    asked with. A login that does not succeed is passed over: nothing is sent with it either. Raises an ExchangeError
    for anything else; then nothing was written.
    """
    forgotten: list[Transfer] = []
    for number, login in enumerate(logins):
        on_progress(number, len(logins))
        if cancelled():
            break
        try:
            forgotten += _forgotten(connection, login) if login.has_credentials else []
        except ExchangeError as error:
            if not is_of_login(error):
                raise
    with transaction.atomic():
        for transfer in forgotten:
            if transfer.take("send anew", tries=0, next_try_at=timezone.now(), filed_at=None):
                telling.file_forgotten(transfer)
    if forgotten:
        fault_point("restored.forgotten")
    return len(forgotten)


def _forgotten(connection: Connection, login: Login) -> list[Transfer]:
    destination = connection.destination
    client = connection.client(login)
    # A receipt from another address is of another site, which this one need not know of.
    arrived = Transfer.objects.lean().filter(
        travels_with(login),
        received_from=destination.address,
        state__in=(State.DELIVERED, State.IMPORTED),
        # What is not kept here any more cannot be sent again.
        content_gone_at=None,
    )
    forgotten: list[Transfer] = []
    served: set[str] = set()
    oldest: datetime | None = None
    for transfer in arrived.order_by("-received_at", "-pk").iterator():
        assert transfer.received_at is not None
        if client.find_file(transfer.kind, transfer.name, transfer.sha256) is None:
            served = served or {base.base for base in client.whoami().bases}
            # Nobody is told of the files of a school that was taken from the account: those are not forgotten.
            if transfer.base in served:
                forgotten.append(transfer)
            oldest = transfer.received_at
        elif oldest is None or transfer.received_at < oldest - COMMITTED_WITHIN:
            break
    return forgotten
