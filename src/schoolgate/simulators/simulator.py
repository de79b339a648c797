"""What every simulator has: schools that live, switches, faults, a memory of its calls, and a way to steer it by HTTP.

A test in the same process steers it by the methods, one beyond it by the addresses under `/simulator/`, which belong to
no vendor and need no login: a simulator listens on this machine alone and holds made-up people only.
"""

import threading
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar
from urllib.parse import urlencode

from schoolgate.simulators.answering import Answer, Request, request_of, respond
from schoolgate.simulators.calls import CallLimit, LoggedCall
from schoolgate.simulators.faults import Fault, Faults, spoiled
from schoolgate.simulators.population import Population
from schoolgate.simulators.switches import described, with_switches

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

S = TypeVar("S")
CONTROL = "/simulator/"
_CALLS_KEPT = 100_000


class Simulator(ABC, Generic[S]):
    """One vendor's cloud with several schools."""

    rows: ClassVar[str]
    """The name of the list of rows in an answer's content."""

    def __init__(
        self, schools: Sequence[Population], switches: S, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        """`now` is the clock (UTC) of tokens and of the pace, not of what happens in the schools."""
        self.schools = tuple(schools)
        self.switches = switches
        self.now = now
        self.faults = Faults()
        self.consent: dict[str, str] = {}
        """What schools (as the vendor names them) said of their data being collected, in the vendor's words; a school
        that is not here gave its consent."""
        self.limit = CallLimit()
        self.calls: deque[LoggedCall] = deque(maxlen=_CALLS_KEPT)
        self.lock = threading.RLock()
        """Held while schools live or are told of: a population knows no threads."""

    @abstractmethod
    def answer(self, request: Request) -> tuple[Answer, str]:
        """Answer a call as the vendor does, with the school's name at the vendor's (empty if it came to none)."""

    @abstractmethod
    def same_page(self, request: Request) -> Mapping[str, Any]:
        """What an answer must say for its next link to lead to the same rows, by an address of its own."""

    @abstractmethod
    def settings(self, root: str) -> list[dict[str, str]]:
        """What to enter for each school at who collects from `root`, the simulator's address."""

    @abstractmethod
    def mutate(self, request: Request) -> None:
        """Change a row of what is asked for; nothing where who asks may not."""

    @property
    def revoked(self) -> frozenset[str]:
        """The schools whose data may not be collected at present."""
        return frozenset(school for school, state in self.consent.items() if state != "approved")

    def live_until(self, day: date) -> None:
        """Let all schools live up to and with this day."""
        with self.lock:
            for school in self.schools:
                school.live_until(day)

    def set(self, **changes: str) -> None:
        """Set switches by their texts; raises ValueError with a sentence."""
        self.switches = with_switches(self.switches, changes)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer over WSGI."""
        request = request_of(environ)
        if request.path.startswith(CONTROL):
            return respond(self._steer(request), start_response)
        faults = self.faults.meet(request.path)
        answer, school = self._told(request, faults)
        for fault in faults:
            if fault.kind == "slow":
                time.sleep(fault.seconds)
            else:
                answer = spoiled(answer, fault, rows=self.rows, same_page=self.same_page(request))
        content = answer.content if isinstance(answer.content, dict) else {}
        rows = content.get(self.rows)
        self.calls.append(
            LoggedCall(
                at=self.now(),
                school=school,
                method=request.method,
                path=request.path,
                query=urlencode(request.query, safe="$/:'"),
                status=answer.status,
                rows=len(rows) if isinstance(rows, list) else 0,
            )
        )
        return respond(answer, start_response)

    def _told(self, request: Request, faults: list[Fault]) -> tuple[Answer, str]:
        with self.lock:
            if any(fault.kind == "mutation" for fault in faults):
                self.mutate(request)
            return self.answer(request)

    def _steer(self, request: Request) -> Answer:
        try:
            return Answer(200, self._steered(request.method, request.path.removeprefix(CONTROL), request))
        except (KeyError, TypeError, ValueError) as error:
            return Answer(400, {"message": str(error)})

    def _steered(self, method: str, what: str, request: Request) -> Any:
        match method, what:
            case "GET", "requests":
                return [call.as_json() for call in list(self.calls)]
            case "DELETE", "requests":
                self.calls.clear()
            case "GET", "settings":
                return self.settings(request.root)
            case "GET", "switches":
                return described(self.switches)
            case "POST", "switches":
                self.set(**{str(name): str(value) for name, value in request.json().items()})
                return described(self.switches)
            case "POST", "faults":
                self.faults.add(Fault(**request.json()))
            case "DELETE", "faults":
                self.faults.clear()
            case "POST", "consent":
                self.consent |= {str(school): str(state) for school, state in request.json().items()}
                return self.consent
            case "GET", "day":
                return {"day": str(max(school.lived for school in self.schools))}
            case "POST", "day":
                self.live_until(date.fromisoformat(request.json()["day"]))
                return {"day": str(max(school.lived for school in self.schools))}
            case _:
                raise ValueError(f"There is no {method} {CONTROL}{what}.")
        return {}
