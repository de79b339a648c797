"""Carries the files of one LA: up to four streams, each school's files in order, a breaker for the LA (DESIGN 6).

The streams only carry bytes. Every row is written by the one thread that runs the job, so the order of steps is the
order of the lines here.
"""

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from schoolgate.commons.faults import fault_point
from schoolgate.school.exchange import telling
from schoolgate.school.exchange.connecting import Connection
from schoolgate.school.exchange.filing import move_with_receipts, moves_are_noted, note_moved
from schoolgate.school.exchange.models import Attempt, State, Transfer
from schoolgate.school.exchange.outcomes import note_outcome
from schoolgate.school.exchange.taking import fill_spool, spool
from schoolgate.wire.exchange import Delivery
from schoolgate.wire.exchange_errors import Busy, ExchangeError, NotSchoolgate, Refused, Unreachable
from schoolgate.wire.http import TRIES, Again, StopRun, wait_before_next
from schoolgate.wire.receipts import Receipt

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
            began = transfer.changed_at
            if transfer.take("put back"):
                _attempt(transfer, began, Attempt.Result.INTERRUPTED).save()


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
    run = _Run(connection, waiting)
    under_way: dict[Future[Delivery], Transfer] = {}
    ended: list[tuple[Transfer, _Arrived | ExchangeError]] = []
    moved: list[Transfer] = []
    through = 0
    with ThreadPoolExecutor(STREAMS, thread_name_prefix=f"send-{connection.destination.la}") as streams:
        while True:
            most = 0 if cancelled() else STREAMS - len(under_way)
            arrived, begun = run.write_down(moved, ended, most)
            for transfer in begun:
                fill_spool(transfer)
                under_way[streams.submit(_carry, connection, transfer)] = transfer
            # While the streams carry.
            moved = move_with_receipts(arrived)
            if not under_way and not moved:
                return run.sent
            done = wait(under_way, LOOK_UP_SECONDS, FIRST_COMPLETED).done if under_way else set()
            ended = []
            for future in done:
                transfer = under_way.pop(future)
                ended.append((transfer, run.result(transfer, future)))
            through += len(ended)
            on_progress(through)


def _carry(connection: Connection, transfer: Transfer) -> Delivery:
    """Runs in a stream: no database here."""
    packed = spool().path(transfer.sha256)
    delivery = connection.client.send_file(
        transfer.kind, transfer.name, transfer.sha256, transfer.size, lambda: packed.open("rb")
    )
    fault_point("export.sent")
    return delivery


@dataclass(frozen=True)
class _Arrived:
    """A delivery whose receipt is genuine and for this very file."""

    delivery: Delivery
    receipt: Receipt


class _Run:
    """One LA's files of one run. `idle` are the schools that have files to send and none under way."""

    def __init__(self, connection: Connection, waiting: Iterable[Transfer]) -> None:
        self.connection = connection
        self.sent = Sent()
        self.schools: dict[str, deque[Transfer]] = {}
        for transfer in waiting:
            self.schools.setdefault(transfer.base, deque()).append(transfer)
        self.idle = deque(self.schools)
        self.failures_in_a_row = 0

    def write_down(
        self, moved: list[Transfer], ended: list[tuple[Transfer, "_Arrived | ExchangeError"]], most: int
    ) -> tuple[list[Transfer], list[Transfer]]:
        """Write in one transaction what was moved, what became of files under way, and which are begun (`most`).

        Gives back those that arrived and those that were begun.
        """
        if not (moved or ended or (most and self.idle)):
            return [], []
        with transaction.atomic():
            note_moved(moved)
            arrived = self._end(ended)
            begun = [] if self.sent.stopped_by else self._begin(most)
        if moved:
            moves_are_noted()
        if arrived:
            fault_point("export.answered")
        if begun:
            fault_point("export.sending")
        return arrived, begun

    def _begin(self, most: int) -> list[Transfer]:
        """Make the next files of idle schools `sending`."""
        begun: list[Transfer] = []
        while self.idle and len(begun) < most:
            queue = self.schools[self.idle.popleft()]
            while queue:
                transfer = queue.popleft()
                # Not one that somebody cancelled, or that another run has sent, meanwhile.
                if transfer.take("send", attempts=transfer.attempts + 1):
                    begun.append(transfer)
                    break
        return begun

    def _end(self, ended: list[tuple[Transfer, "_Arrived | ExchangeError"]]) -> list[Transfer]:
        """Write what became of these files, each try with its row; those that arrived."""
        arrived: list[Transfer] = []
        attempts: list[Attempt] = []
        for transfer, result in ended:
            began = transfer.changed_at
            self.idle.append(transfer.base)
            if isinstance(result, ExchangeError):
                self._failed(transfer, result)
                attempts.append(_attempt(transfer, began, Attempt.Result.FAILED, result))
            elif self._arrived(transfer, result):
                arrived.append(transfer)
                how = Attempt.Result.KNOWN if result.delivery.known else Attempt.Result.DELIVERED
                attempts.append(_attempt(transfer, began, how))
        # A late end of an attempt that was put back meanwhile has its row already.
        Attempt.objects.bulk_create(attempts, ignore_conflicts=True)
        return arrived

    def result(self, transfer: Transfer, future: "Future[Delivery]") -> "_Arrived | ExchangeError":
        """What came of a stream; may fetch the LA's keys anew, so no transaction is open here."""
        try:
            delivery = future.result()
            return _Arrived(delivery, self.connection.verified(transfer, delivery.receipt))
        except ExchangeError as error:
            return error
        except OSError:
            return Refused("spool-lost", None)

    def _arrived(self, transfer: Transfer, result: _Arrived) -> bool:
        delivery, receipt = result.delivery, result.receipt
        self.failures_in_a_row = 0
        taken = transfer.take(
            "deliver",
            receipt=delivery.receipt,
            receipt_ref=receipt.ref[:40],
            received_from=self.connection.destination.address,
            received_at=receipt.received,
            outcome=dict(delivery.outcome),
            reason="",
            sentence="",
            remedy="",
            next_try_at=None,
        )
        if taken:
            telling.file_received(transfer, known=delivery.known)
            note_outcome(transfer, delivery.outcome)
            self.sent.received += 1
            self.sent.known += delivery.known
        return taken

    def _failed(self, transfer: Transfer, error: ExchangeError) -> None:
        """Blame the file, the LA or the line, and say what follows (DESIGN 8, "Retry")."""
        if isinstance(error.step, StopRun):
            transfer.take("put back")
            self.sent.stopped_by = error
            return
        told = {"reason": error.code[:40], "sentence": error.sentence[:300], "remedy": error.remedy[:300]}
        tries = transfer.tries + 1
        again = isinstance(error.step, Again) and tries < TRIES
        if again:
            asked = error.step.after if isinstance(error.step, Again) else None
            at = timezone.now() + timedelta(seconds=wait_before_next(tries, asked=asked))
            moved = transfer.take("try later", tries=tries, next_try_at=at, **told)
            self.schools[transfer.base].clear()
            self.sent.retrying += moved
        else:
            moved = transfer.take("give up", tries=tries, next_try_at=None, **told)
            self.sent.needs_attention += moved
        if moved:
            telling.file_not_received(transfer, error, final=not again)
        if isinstance(error, Unreachable | Busy | NotSchoolgate):
            self.failures_in_a_row += 1
            if self.failures_in_a_row >= BREAKS_AFTER:
                self.sent.stopped_by = error


def _attempt(
    transfer: Transfer, began: datetime, result: Attempt.Result, error: ExchangeError | None = None
) -> Attempt:
    return Attempt(
        transfer=transfer,
        number=transfer.attempts,
        started_at=began,
        ended_at=timezone.now(),
        result=result,
        code=error.code[:40] if error else "",
        sentence=error.sentence[:300] if error else "",
        details=error.details[:300] if error else "",
    )
