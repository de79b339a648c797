"""Carries the files of one LA: up to four streams, each school's files in order, a breaker for the LA (DESIGN 6).

The streams only carry bytes. Every row is written by the one thread that runs the job, so the order of steps is the
order of the lines here.
"""

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from schoolgate.commons.faults import fault_point
from schoolgate.school.exchange import telling
from schoolgate.school.exchange.connecting import Connection
from schoolgate.school.exchange.filing import put_away
from schoolgate.school.exchange.models import Attempt, State, Transfer
from schoolgate.school.exchange.outcomes import note_outcome
from schoolgate.school.exchange.taking import fill_spool, spool
from schoolgate.wire.exchange import Delivery
from schoolgate.wire.exchange_errors import Busy, ExchangeError, NotSchoolgate, Refused, Unreachable
from schoolgate.wire.http import TRIES, Again, StopRun, wait_before_next

STREAMS = 4
LOOK_UP_SECONDS = 0.5
BREAKS_AFTER = 3
"""Failures of the LA itself in a row, after which the rest of its files wait."""


@dataclass
class Sent:
    """What became of the files of one run; `stopped_by` is why the run ended early."""

    received: int = 0
    known: int = 0
    retrying: int = 0
    needs_attention: int = 0
    stopped_by: ExchangeError | None = None


def put_back_interrupted(la: str) -> None:
    """Files that a dead run left on their way wait again; a lost answer is no state, the same call is harmless."""
    for transfer in Transfer.objects.lean().filter(la=la, state=State.SENDING):
        with transaction.atomic():
            if transfer.take("put back"):
                _end(transfer, Attempt.Result.INTERRUPTED)


def send_all(
    connection: Connection,
    waiting: Iterable[Transfer],
    *,
    on_progress: Callable[[int], None],
    cancelled: Callable[[], bool],
) -> Sent:
    """Send these files, in their order within each school.

    A file that must be tried later holds back those behind it of its school, for an LA imports a school's files in the
    order of their making. `on_progress` gets the number of files that are through with; once `cancelled` says so no
    further file is begun.
    """
    run = _Run(connection, _by_school(waiting))
    with ThreadPoolExecutor(STREAMS, thread_name_prefix=f"send-{connection.destination.la}") as streams:
        through = 0
        while True:
            while len(run.under_way) < STREAMS and not run.over and not cancelled():
                transfer = run.next_file()
                if transfer is None:
                    break
                run.under_way[streams.submit(_carry, connection, transfer)] = transfer
            if not run.under_way:
                return run.sent
            done, _ = wait(run.under_way, timeout=LOOK_UP_SECONDS, return_when=FIRST_COMPLETED)
            for future in done:
                run.finish(future, run.under_way.pop(future))
                through += 1
            on_progress(through)


def _by_school(waiting: Iterable[Transfer]) -> dict[str, deque[int]]:
    schools: dict[str, deque[int]] = {}
    for transfer in waiting:
        schools.setdefault(transfer.base, deque()).append(transfer.pk)
    return schools


def _carry(connection: Connection, transfer: Transfer) -> Delivery:
    """Runs in a stream: no database here."""
    packed = spool().path(transfer.sha256)
    delivery = connection.client.send_file(
        transfer.kind, transfer.name, transfer.sha256, transfer.size, lambda: packed.open("rb")
    )
    fault_point("export.sent")
    return delivery


@dataclass
class _Run:
    """One LA's files under way."""

    connection: Connection
    schools: dict[str, deque[int]]
    sent: Sent = field(default_factory=Sent)
    under_way: dict[Future[Delivery], Transfer] = field(default_factory=dict)
    failures_in_a_row: int = 0

    @property
    def over(self) -> bool:
        return self.sent.stopped_by is not None

    def next_file(self) -> Transfer | None:
        """The next file of a school that has none under way, begun; None when there is none just now."""
        busy = {transfer.base for transfer in self.under_way.values()}
        for school in [school for school in self.schools if school not in busy]:
            queue = self.schools[school]
            while queue:
                transfer = Transfer.objects.lean().filter(pk=queue.popleft()).first()
                if transfer is not None and _begin(transfer):
                    fill_spool(transfer)
                    return transfer
            del self.schools[school]
        return None

    def finish(self, future: "Future[Delivery]", transfer: Transfer) -> None:
        try:
            delivery = future.result()
            receipt = self.connection.verified(transfer, delivery.receipt)
        except ExchangeError as error:
            self._failed(transfer, error)
            return
        except OSError:
            self._failed(transfer, Refused("spool-lost", None))
            return
        self.failures_in_a_row = 0
        with transaction.atomic():
            arrived = transfer.take(
                "deliver",
                receipt=delivery.receipt,
                receipt_ref=receipt.ref[:40],
                received_at=receipt.received,
                reason="",
                sentence="",
                remedy="",
                next_try_at=None,
            )
            if not arrived:
                return
            _end(transfer, Attempt.Result.KNOWN if delivery.known else Attempt.Result.DELIVERED)
            telling.file_received(transfer, known=delivery.known)
            note_outcome(transfer, delivery.outcome)
        fault_point("export.answered")
        self.sent.received += 1
        self.sent.known += delivery.known
        put_away(transfer)

    def _failed(self, transfer: Transfer, error: ExchangeError) -> None:
        """Blame the file, the LA or the line, and say what follows (DESIGN 8, "Retry")."""
        if isinstance(error.step, StopRun):
            with transaction.atomic():
                transfer.take("put back")
                _end(transfer, Attempt.Result.FAILED, error)
            self.sent.stopped_by = error
            return
        told = {"reason": error.code[:40], "sentence": error.sentence[:300], "remedy": error.remedy[:300]}
        tries = transfer.tries + 1
        with transaction.atomic():
            if isinstance(error.step, Again) and tries < TRIES:
                at = timezone.now() + timedelta(seconds=wait_before_next(tries, asked=error.step.after))
                moved = transfer.take("try later", tries=tries, next_try_at=at, **told)
                self.schools.pop(transfer.base, None)
                self.sent.retrying += moved
            else:
                moved = transfer.take("give up", tries=tries, next_try_at=None, **told)
                self.sent.needs_attention += moved
            _end(transfer, Attempt.Result.FAILED, error)
            if moved:
                telling.file_not_received(transfer, error, final=transfer.state == State.NEEDS_ATTENTION)
        if isinstance(error, Unreachable | Busy | NotSchoolgate):
            self.failures_in_a_row += 1
            if self.failures_in_a_row >= BREAKS_AFTER:
                self.sent.stopped_by = error


def _begin(transfer: Transfer) -> bool:
    """Make it `sending`, with a row for the attempt; false when it is not to be sent any more."""
    with transaction.atomic():
        number = transfer.attempts + 1
        if not transfer.take("send", attempts=number):
            return False
        Attempt.objects.create(transfer=transfer, number=number, started_at=timezone.now())
    fault_point("export.sending")
    return True


def _end(transfer: Transfer, result: Attempt.Result, error: ExchangeError | None = None) -> None:
    values: dict[str, Any] = {}
    if error is not None:
        values = {"code": error.code[:40], "sentence": error.sentence[:300], "details": error.details[:300]}
    Attempt.objects.filter(transfer=transfer, number=transfer.attempts).update(
        ended_at=timezone.now(), result=result, **values
    )
