"""What calls may do at one time, and what the log shall say of one."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import NoReturn

import pytest
from django.utils import timezone
from tests.supplier.service.calling import envelope_of, environ_of

from schoolgate.supplier.models import Buyer
from schoolgate.supplier.service import handling
from schoolgate.supplier.service.handling import LARGE_BYTES, handle
from schoolgate.supplier.service.keeping import Keeping
from schoolgate.wire.soap.faults import NotXml


class Reader:
    """Reads calls, all of them no XML, and knows how many at most it has read at one time."""

    def __init__(self) -> None:
        self.most = 0
        self._now = 0
        self._lock = threading.Lock()

    def __call__(self, *_: object) -> NoReturn:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        time.sleep(0.05)
        with self._lock:
            self._now -= 1
        raise NotXml


def test_no_two_large_calls_are_read_at_one_time(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = Reader()
    monkeypatch.setattr(handling, "read_call", reader)
    with ThreadPoolExecutor(3) as threads:
        answers = [threads.submit(handle, {}, b"x" * (LARGE_BYTES + 1), Keeping()) for _ in range(3)]
        assert [answer.result(30).status for answer in answers] == [415, 415, 415]
    assert reader.most == 1


@pytest.mark.parametrize(
    ("ago", "is_news"), [(None, True), (timedelta(seconds=70), True), (timedelta(seconds=30), False)]
)
def test_a_buyers_call_is_news_a_minute_after_the_one_before(
    ago: timedelta | None, is_news: bool, green_abbey: Buyer
) -> None:
    Buyer.objects.update(last_call_at=ago and timezone.now() - ago)
    body = envelope_of("FetchIndex", user="greenabbey", version="1.2")
    line = handle(environ_of(body=body, CONTENT_TYPE="application/soap+xml"), body, Keeping()).line
    assert (line.buyer, line.is_news) == (green_abbey.pk, is_news)
