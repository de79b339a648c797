"""Carries the files of one LA: up to four streams, each school's files in order, a breaker for the LA (DESIGN 6).

The streams only carry bytes. Every row is written by the one thread that runs the job, so the order of steps is the
order of the lines here.
"""

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime, timedelta

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
    run = _Run(connection, _by_school(waiting))
    under_way: dict[Future[Delivery], Transfer] = {}
    with ThreadPoolExecutor(STREAMS, thread_name_prefix=f"send-{connection.destination.la}") as streams:
        through = 0
        while True:
            if not run.sent.stopped_by and not cancelled():
                for transfer in run.begin(STREAMS - len(under_way), busy={one.base for one in under_way.values()}):
                    under_way[streams.submit(_carry, connection, transfer)] = transfer
            if not under_way:
                return run.sent
            done, _ = wait(under_way, timeout=LOOK_UP_SECONDS, return_when=FIRST_COMPLETED)
            run.finish([(under_way.pop(future), future) for future in done])
            through += len(done)
            on_progress(through)


def _by_school(waiting: Iterable[Transfer]) -> dict[str, deque[Transfer]]:
    schools: dict[str, deque[Transfer]] = {}
    for transfer in waiting:
        schools.setdefault(transfer.base, deque()).append(transfer)
    return schools


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


@dataclass
class _Run:
    """One LA's files of one run, school by school. What is begun or ended together is written in one transaction."""

    connection: Connection
    schools: dict[str, deque[Transfer]]
    sent: Sent = field(default_factory=Sent)
    failures_in_a_row: int = 0

    def begin(self, most: int, *, busy: set[str]) -> list[Transfer]:
        """Make the next files of schools that have none under way `sending`."""
        begun: list[Transfer] = []
        if most <= 0 or not self.schools:
            return begun
        with transaction.atomic():
            for school in [school for school in self.schools if school not in busy]:
                if len(begun) == most:
                    break
                transfer = self._next_of(school)
                if transfer is not None:
                    begun.append(transfer)
        for transfer in begun:
            fault_point("export.sending")
            fill_spool(transfer)
        return begun

    def _next_of(self, school: str) -> Transfer | None:
        """The next file of a school, now `sending`; what is not to be sent any more is passed over."""
        queue = self.schools[school]
        while queue:
            transfer = queue.popleft()
            if transfer.take("send", attempts=transfer.attempts + 1):
                return transfer
        del self.schools[school]
        return None

    def finish(self, ended: list[tuple[Transfer, "Future[Delivery]"]]) -> None:
        """Write down what became of these files, then put away those that arrived."""
        results = [(transfer, self._result(transfer, future)) for transfer, future in ended]
        arrived: list[Transfer] = []
        attempts: list[Attempt] = []
        with transaction.atomic():
            for transfer, result in results:
                began = transfer.changed_at
                if isinstance(result, ExchangeError):
                    self._failed(transfer, result)
                    attempts.append(_attempt(transfer, began, Attempt.Result.FAILED, result))
                elif self._arrived(transfer, result):
                    arrived.append(transfer)
                    how = Attempt.Result.KNOWN if result.delivery.known else Attempt.Result.DELIVERED
                    attempts.append(_attempt(transfer, began, how))
            # A late end of an attempt that was put back meanwhile has its row already.
            Attempt.objects.bulk_create(attempts, ignore_conflicts=True)
        if arrived:
            fault_point("export.answered")
            put_away(arrived)

    def _result(self, transfer: Transfer, future: "Future[Delivery]") -> _Arrived | ExchangeError:
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
            self.schools.pop(transfer.base, None)
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
