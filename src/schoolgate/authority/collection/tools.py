"""What connectors work with on this site: pace, tokens, waiting and the HTTP client (`wire.mis.connector.Tools`)."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

import httpx
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest, Now
from django.utils import timezone

from schoolgate.authority.collection.models import PaceTurn
from schoolgate.commons.jobs.kinds import RunningJob, StopWork
from schoolgate.wire.mis.connector import Call, Token, Tools
from schoolgate.wire.typed_addresses import make_typed_address_client

ANSWER_WITHIN_SECONDS = 60.0
WAITS_HERE_SECONDS = 60.0
"""A longer wait gives the worker back: the run goes on when it is over."""

_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class NotNow(StopWork):
    """The vendor is to be asked later, in `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"in {seconds:.0f} s")
        self.seconds = seconds


class CalledOff(StopWork):
    """Somebody asked to stop."""


class DatabasePace:
    """Keeps calls of one key apart, whoever makes them: each takes its turn from one row (reference 2.10).

    Turns are times of the database's clock, which all machines share; of two who take one at once the row makes one
    wait for the other.
    """

    def __init__(self, sleep: Callable[[float], None]) -> None:
        self._sleep = sleep

    def take(self, key: str, per_second: float) -> None:
        """Wait for the turn of one call. Raises NotNow where it is far away.

        Then no turn is taken: all who come back would find theirs behind those that nobody used.
        """
        step = timedelta(seconds=1 / per_second)
        with transaction.atomic():
            wait = (self._moved(key, Greatest(F("next_at"), Now()) + step) - step).total_seconds()
            if wait > WAITS_HERE_SECONDS:
                raise NotNow(wait)
        if wait > 0:
            self._sleep(wait)

    def hold(self, key: str, seconds: float) -> None:
        """Let no call of this key go for so long, of whatever worker and machine."""
        self._moved(key, Greatest(F("next_at"), Now() + timedelta(seconds=seconds)))

    def _moved(self, key: str, next_at: object) -> timedelta:
        """Write when the next call may go, and say in how long that is."""
        with transaction.atomic():
            row = PaceTurn.objects.filter(pk=key)
            if not row.update(next_at=next_at):
                PaceTurn.objects.bulk_create([PaceTurn(key=key, next_at=_LONG_AGO)], ignore_conflicts=True)
                row.update(next_at=next_at)
            # The row is this transaction's until it ends, so that this is the turn that was just taken.
            at, now = row.values_list("next_at", Now()).get()
        wait: timedelta = at - now
        return wait


class TokensInMemory:
    """This process's tokens. A process that starts afresh asks for new ones."""

    def __init__(self) -> None:
        self._tokens: dict[str, Token] = {}
        self._lock = threading.Lock()

    def get(self, key: str) -> Token | None:
        """One that has not ended."""
        with self._lock:
            token = self._tokens.get(key)
        return token if token is not None and token.ends_at > timezone.now() else None

    def put(self, key: str, token: Token) -> None:
        with self._lock:
            self._tokens[key] = token

    def drop(self, key: str) -> None:
        with self._lock:
            self._tokens.pop(key, None)


TOKENS = TokensInMemory()


def tools_for(running: RunningJob | None, note: Callable[[Call], None] = lambda _: None) -> Tools:
    """The tools of one job; without a job, of a person who waits for an answer."""
    sleep = _sleeper(running)
    return Tools(
        http=_client(settings.SCHOOLGATE_CONFIGURATION.text("extra_ca_file"), settings.SCHOOLGATE_DEMO),
        now=timezone.now,
        sleep=sleep,
        pace=DatabasePace(sleep),
        tokens=TOKENS,
        note=note,
    )


def _sleeper(running: RunningJob | None) -> Callable[[float], None]:
    def sleep(seconds: float) -> None:
        """Wait, in touch with the job. Raises NotNow for a long wait, CalledOff, LeaseLost and GivenBack."""
        if seconds > WAITS_HERE_SECONDS:
            raise NotNow(seconds)
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if running is not None and running.cancel_asked():
                raise CalledOff
            time.sleep(min(left, 1.0))

    return sleep


@lru_cache(maxsize=4)
def _client(extra_ca_file: str, private_allowed: bool) -> httpx.Client:
    """One a process, so that connections are used again; people type the addresses of vendors in."""
    return make_typed_address_client(
        seconds=ANSWER_WITHIN_SECONDS,
        private_allowed=private_allowed,
        extra_ca_file=Path(extra_ca_file) if extra_ca_file else None,
    )
