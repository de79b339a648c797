"""Carries the files of one LA: up to four streams, each school's files in order, a breaker for the LA (DESIGN 6).

A login is tried before the first file that travels with it is begun; where it fails, only its own schools wait. The
streams only carry bytes and sign in. Every row is written by the one thread that runs the job, so the order of steps
is the order of the lines here.
"""

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from schoolgate.commons.faults import fault_point
from schoolgate.school.exchange import telling
from schoolgate.school.exchange.connecting import Connection, note_signed_in
from schoolgate.school.exchange.filing import move_with_receipts, moves_are_noted, note_moved
from schoolgate.school.exchange.logins import Login, own_logins, travels_with
from schoolgate.school.exchange.models import Attempt, School, State, Transfer
from schoolgate.school.exchange.outcomes import note_outcome
from schoolgate.school.exchange.taking import fill_spool, spool
from schoolgate.school.exchange.troubles import is_of_login, note_trouble
from schoolgate.wire.exchange import Account, Delivery
from schoolgate.wire.exchange_errors import Busy, ExchangeError, NotSchoolgate, Refused, Unreachable
from schoolgate.wire.http import TRIES, Again, StopRun, wait_before_next
from schoolgate.wire.receipts import Receipt

STREAMS = 4
LOOK_UP_SECONDS = 0.5
BREAKS_AFTER = 3
"""Failures of the LA itself in a row, after which the rest of its files wait."""


@dataclass
class Sent:
    """What became of the files of one run.

    `signed_in` are the logins that succeeded, `troubles` why others did not, each in a sentence; `stopped_by` is why
    the whole run ended early.
    """

    received: int = 0
    known: int = 0
    retrying: int = 0
    needs_attention: int = 0
    signed_in: list[Login] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    stopped_by: ExchangeError | None = None


def put_back_interrupted(place: str) -> None:
    """Files that a dead run left on their way wait again; a lost answer is no state, the same call is harmless."""
    for transfer in Transfer.objects.lean().at(place).filter(state=State.SENDING):
        with transaction.atomic():
            began = transfer.changed_at
            if transfer.take("put back"):
                _attempt(transfer, began, Attempt.Result.INTERRUPTED).save()


def send_all(
    connection: Connection,
    waiting: Iterable[Transfer],
    *,
    by_person: bool,
    on_progress: Callable[[int], None],
    cancelled: Callable[[], bool],
) -> Sent:
    """Send these files, in their order within each school.

    A file that must be tried later holds back those behind it of its school, for an LA imports a school's files in the
    order of their making. `on_progress` gets the number of files that are through with; once `cancelled` says so no
    further file is begun.
    """
    run = _Run(connection, waiting, by_person)
    under_way: dict[Future[Any], Transfer | Login] = {}
    ended: list[Ended] = []
    moved: list[Transfer] = []
    through = 0
    with ThreadPoolExecutor(STREAMS, thread_name_prefix=f"send-{connection.destination.place}") as streams:
        while True:
            most = 0 if cancelled() else STREAMS - len(under_way)
            arrived, begun = run.write_down(moved, ended, most)
            for what in begun:
                if isinstance(what, Transfer):
                    fill_spool(what)
                    under_way[streams.submit(_carry, connection, run.login_of(what), what)] = what
                else:
                    under_way[streams.submit(connection.sign_in, what)] = what
            # While the streams carry.
            moved = move_with_receipts(arrived)
            if not under_way and not moved:
                return run.sent
            done = wait(under_way, LOOK_UP_SECONDS, FIRST_COMPLETED).done if under_way else set()
            ended = []
            for future in done:
                what = under_way.pop(future)
                ended.append((what, run.result(what, future)))
                through += isinstance(what, Transfer)
            on_progress(through)


def _carry(connection: Connection, login: Login, transfer: Transfer) -> Delivery:
    """Runs in a stream: no database here."""
    packed = spool().path(transfer.sha256)
    delivery = connection.client(login).send_file(
        transfer.kind, transfer.name, transfer.sha256, transfer.size, lambda: packed.open("rb")
    )
    fault_point("export.sent")
    return delivery


@dataclass(frozen=True)
class _Arrived:
    """A delivery whose receipt is genuine and for this very file."""

    delivery: Delivery
    receipt: Receipt


@dataclass(frozen=True)
class _SignedIn:
    """A login that succeeded, and what the LA said of the account if it was asked."""

    account: Account | None


Ended = tuple[Transfer | Login, _Arrived | _SignedIn | ExchangeError]


@dataclass
class _Group:
    """The schools whose files travel with one login, as seven digits each."""

    login: Login
    schools: list[str] = field(default_factory=list)


class _Run:
    """One LA's files of one run.

    `closed` are the logins that were not tried yet; `idle` the schools, of logins that succeeded, that have files to
    send and none under way.
    """

    def __init__(self, connection: Connection, waiting: Iterable[Transfer], by_person: bool) -> None:
        self.connection = connection
        self.by_person = by_person
        self.sent = Sent()
        self.failures_in_a_row = 0
        self.failed: list[Login] = []
        self.idle: deque[str] = deque()
        self.schools: dict[str, deque[Transfer]] = {}
        for transfer in waiting:
            self.schools.setdefault(transfer.base, deque()).append(transfer)
        own = own_logins(connection.destination)
        wide = _Group(connection.destination)
        self.groups: dict[str, _Group] = {}
        for school in self.schools:
            group = self.groups[school] = _Group(own[school]) if school in own else wide
            group.schools.append(school)
        self.closed = deque(group for group in self.groups.values() if group is not wide)
        if wide.schools or (not self.schools and wide.login.has_credentials):
            self.closed.appendleft(wide)

    def login_of(self, transfer: Transfer) -> Login:
        """The login this file travels with."""
        return self.groups[transfer.base].login

    def _schools_of(self, login: Login) -> list[str]:
        return [school for school, group in self.groups.items() if group.login is login]

    def write_down(
        self, moved: list[Transfer], ended: list[Ended], most: int
    ) -> tuple[list[Transfer], list[Transfer | Login]]:
        """Write in one transaction what was moved, what became of what was under way, and which are begun (`most`).

        Gives back the files that arrived, and the files and logins that were begun.
        """
        if not (moved or ended or (most and (self.idle or self.closed))):
            return [], []
        with transaction.atomic():
            note_moved(moved)
            arrived = self._end(ended)
            begun = [] if self.sent.stopped_by else self._begin(most)
        if moved:
            moves_are_noted()
        if arrived:
            fault_point("export.answered")
        if any(isinstance(one, Transfer) for one in begun):
            fault_point("export.sending")
        return arrived, begun

    def _begin(self, most: int) -> list[Transfer | Login]:
        """Make the next files of idle schools `sending`; streams that are left over try the next logins."""
        begun: list[Transfer | Login] = []
        while self.idle and len(begun) < most:
            queue = self.schools[self.idle.popleft()]
            while queue:
                transfer = queue.popleft()
                # Not one that somebody cancelled, or that another run has sent, meanwhile.
                if transfer.take("send", attempts=transfer.attempts + 1):
                    begun.append(transfer)
                    break
        while self.closed and len(begun) < most:
            begun.append(self.closed.popleft().login)
        return begun

    def _end(self, ended: list[Ended]) -> list[Transfer]:
        """Write what became of these, each try of a file with its row; the files that arrived."""
        arrived: list[Transfer] = []
        attempts: list[Attempt] = []
        for what, result in ended:
            if not isinstance(what, Transfer):
                self._login_ended(what, result)
                continue
            began = what.changed_at
            self.idle.append(what.base)
            if isinstance(result, ExchangeError):
                self._failed(what, result)
                attempts.append(_attempt(what, began, Attempt.Result.FAILED, result))
            elif isinstance(result, _Arrived) and self._arrived(what, result):
                arrived.append(what)
                how = Attempt.Result.KNOWN if result.delivery.known else Attempt.Result.DELIVERED
                attempts.append(_attempt(what, began, how))
        # A late end of an attempt that was put back meanwhile has its row already.
        Attempt.objects.bulk_create(attempts, ignore_conflicts=True)
        return arrived

    def result(self, what: Transfer | Login, future: "Future[Any]") -> "_Arrived | _SignedIn | ExchangeError":
        """What came of a stream; may fetch the LA's keys anew, so no transaction is open here."""
        try:
            came = future.result()
            if not isinstance(what, Transfer):
                return _SignedIn(came)
            return _Arrived(came, self.connection.verified(what, came.receipt))
        except ExchangeError as error:
            return error
        except OSError:
            return Refused("spool-lost", None)

    def _login_ended(self, login: Login, result: "_Arrived | _SignedIn | ExchangeError") -> None:
        if isinstance(result, _SignedIn):
            note_signed_in(self.connection, login, result.account)
            self.sent.signed_in.append(login)
            self.idle.extend(self._schools_of(login))
        elif isinstance(result, ExchangeError) and is_of_login(result):
            self._login_failed(login, result)
        elif isinstance(result, ExchangeError):
            self.sent.stopped_by = result

    def _login_failed(self, login: Login, error: ExchangeError) -> None:
        """The files that travel with this login stay; those of other logins go on.

        Several streams may find out at once: it is told once.
        """
        if login in self.failed:
            return
        self.failed.append(login)
        for school in self._schools_of(login):
            self.schools[school].clear()
        waiting = Transfer.objects.filter(travels_with(login), state__in=(State.READY, State.RETRYING))
        note_trouble(login, error, waiting=waiting.count(), by_person=self.by_person)
        whose = f"{login}: " if isinstance(login, School) else ""
        self.sent.troubles.append(f"{whose}{error.sentence}")

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
            if is_of_login(error):
                self._login_failed(self.login_of(transfer), error)
            else:
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
