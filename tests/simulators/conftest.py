import ssl
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest

from schoolgate.simulators.population import Population
from schoolgate.simulators.serving import serving
from schoolgate.simulators.sims_primary import SimsPrimary
from schoolgate.simulators.sims_primary_switches import SimsPrimarySwitches
from schoolgate.simulators.switches import with_switches

BEGINS = date(2026, 9, 1)
LIVED = date(2026, 10, 9)


_NO_TLS = ssl.create_default_context()
"""Made once: a client of its own for each test would read the machine's certificates each time."""


class Clock:
    """The time at the simulator: it stands until a test moves it."""

    def __init__(self) -> None:
        self.at = datetime(2026, 10, 9, 19, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def move(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


class Caller:
    """Who collects: a real HTTP client with the settings of one school."""

    def __init__(self, root: str, settings: dict[str, str], clock: Clock) -> None:
        self.http = httpx.Client(base_url=root, trust_env=False, verify=_NO_TLS)
        self.settings = settings
        self.clock = clock
        self.token = ""

    def ask_token(self, **changes: str | None) -> httpx.Response:
        form = {
            "grant_type": "client_credentials",
            "client_id": self.settings["client_id"],
            "client_secret": self.settings["secret"],
            "scope": "partnerserverapplication",
            "acr_values": f"orgselected:{self.settings['organisation_id']}",
        }
        given = {name: text for name, text in (form | changes).items() if text is not None}
        return self.http.post("/connect/token", data=given)

    def sign_in(self, **changes: str | None) -> None:
        self.token = self.ask_token(**changes).json()["access_token"]

    def get(self, path: str, *, key: str | None = "", paced: bool = True, **options: Any) -> httpx.Response:
        """Ask for data; `paced` lets a second pass first."""
        if paced:
            self.clock.move(1)
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        if key is not None:
            headers["Ocp-Apim-Subscription-Key"] = key or self.settings["subscription_key"]
        return self.http.get(path if path.startswith("http") else f"/ssli01/{path}", headers=headers, **options)

    def pages(self, path: str, **options: Any) -> list[list[dict[str, Any]]]:
        """Follow the next links to their end."""
        pages: list[list[dict[str, Any]]] = []
        while path:
            content = self.get(path, **options).raise_for_status().json()
            pages.append(content["value"])
            path, options = content.get("@odata.nextLink", ""), {}
        return pages

    def rows(self, path: str, **options: Any) -> list[dict[str, Any]]:
        return [row for page in self.pages(path, **options) for row in page]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="package")
def _lived() -> SimsPrimary:
    schools = [
        Population("820", number, seed=5, pupils=size, begins=BEGINS) for number, size in (("2001", 20), ("2002", 7))
    ]
    simulator = SimsPrimary(schools)
    simulator.live_until(LIVED)
    return simulator


@pytest.fixture
def simulator(_lived: SimsPrimary, clock: Clock) -> SimsPrimary:
    """Two small schools after nearly six weeks, of which tests only read; the switches are the usual ones again."""
    return SimsPrimary(_lived.schools, now=clock)


@pytest.fixture
def root(simulator: SimsPrimary) -> Iterator[str]:
    with serving(simulator) as url:
        yield url


@pytest.fixture
def caller(root: str, simulator: SimsPrimary, clock: Clock) -> Caller:
    """Signed in for the first school."""
    caller = Caller(root, simulator.settings(root)[0], clock)
    caller.sign_in()
    return caller


@pytest.fixture
def living(clock: Clock) -> Iterator[tuple[SimsPrimary, Caller]]:
    """A school of its own, in which a test may let things happen."""
    school = Population("820", "2003", seed=9, pupils=9, begins=BEGINS)
    simulator = SimsPrimary([school], with_switches(SimsPrimarySwitches(), {"page_size": "3"}), now=clock)
    simulator.live_until(date(2026, 9, 11))
    with serving(simulator) as url:
        caller = Caller(url, simulator.settings(url)[0], clock)
        caller.sign_in()
        yield simulator, caller
