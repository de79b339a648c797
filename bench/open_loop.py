"""Calls at a fixed rate, however long the answers take: what a service's callers feel below its ceiling.

`python -m bench.open_loop PORT SITE CALLS RATE SECONDS CONNECTIONS` sends what `bench/soap.lua` sends. A call's time
runs from the moment at which it was due, so one that waits for a free connection waits on the clock. Not counted is the
first second, in which the server's threads open their connections to the database.
"""

import http.client
import itertools
import json
import sys
import threading
import time
from collections import Counter
from pathlib import Path

WARM_UP_SECONDS = 1.0
FIRST_NUMBER = 50_000_000
"""Of orders: new in each run."""
ACTION = "http://www.dcsf.gov.uk/open/webservices/ots/"


class Callers:
    """What the connections share: whose turn it is to send what, and the passwords as they are by now."""

    def __init__(self, site: Path, calls: str) -> None:
        self.statuses: Counter[int] = Counter()
        self.milliseconds: list[float] = []
        self._passwords = dict(line.split() for line in (site / "passwords").read_text().splitlines())
        self._calls = [line.split() for line in (site / calls).read_text().splitlines()]
        self._envelopes = {path: Path(path).read_bytes() for _, _, path in self._calls}
        self._next = 0
        self._changing = ""
        self._lock = threading.Lock()

    def take(self) -> tuple[int, str, bytes]:
        """The number of the next call, its operation and its envelope."""
        with self._lock:
            number = self._next
            self._next += 1
            operation, account, path = self._calls[number % len(self._calls)]
            if operation == "ChangePassword":
                # One change at a time, as in the other load.
                if self._changing:
                    later = (self._calls[place % len(self._calls)] for place in itertools.count(number + 1))
                    operation, account, path = next(call for call in later if call[0] != "ChangePassword")
                else:
                    self._changing = account
            password = self._passwords[account].encode()
        body = self._envelopes[path].replace(b"@PASSWORD@", password)
        return number, operation, body.replace(b"@NUMBER@", b"%08d" % (FIRST_NUMBER + number))

    def note(self, operation: str, status: int, body: bytes, milliseconds: float | None) -> None:
        with self._lock:
            self.statuses[status] += 1
            if milliseconds is not None:
                self.milliseconds.append(milliseconds)
            if operation == "ChangePassword" and self._changing:
                self._passwords[self._changing] = (
                    body.partition(b"ChangePasswordResult>")[2].partition(b"<")[0].decode()
                )
                self._changing = ""


def call_on_and_on(callers: Callers, port: int, rate: float, began: float, end: float) -> None:
    """One connection's part."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    while True:
        number, operation, body = callers.take()
        due = began + number / rate
        if due >= end:
            return
        time.sleep(max(0.0, due - time.perf_counter()))
        headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{ACTION}{operation}"'}
        line.request("POST", "/Service.asmx", body, headers)
        answer = line.getresponse()
        read = answer.read()
        took = (time.perf_counter() - due) * 1000
        callers.note(operation, answer.status, read, took if due - began >= WARM_UP_SECONDS else None)


def main(port: str, site: str, calls: str, rate: str, seconds: str, connections: str) -> None:
    callers, began = Callers(Path(site), calls), time.perf_counter()
    end = began + WARM_UP_SECONDS + float(seconds)
    arguments = (callers, int(port), float(rate), began, end)
    threads = [threading.Thread(target=call_on_and_on, args=arguments) for _ in range(int(connections))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = sorted(callers.milliseconds)
    told = {name: round(took[int(len(took) * part)], 1) for name, part in (("p50", 0.5), ("p99", 0.99))}
    print(json.dumps({"statuses": callers.statuses, **told}))


if __name__ == "__main__":
    main(*sys.argv[1:])
