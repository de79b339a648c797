"""Faults on demand and steering by HTTP, which all simulators share; shown on SIMS Primary's."""

import json
from datetime import date
from typing import Any

import httpx
import pytest
from tests.simulators.conftest import Caller

from schoolgate.simulators.faults import KINDS, Fault, Faults
from schoolgate.simulators.sims_primary import SimsPrimary

LEARNERS = "Learner/V3/LearnerPersonals"


def test_a_failing_page_is_one_of_the_calls_and_passes(living: tuple[SimsPrimary, Caller]) -> None:
    simulator, caller = living
    simulator.faults.add(Fault("503", path="LearnerPersonals", after=1, times=2))
    assert [caller.get(LEARNERS).status_code for _ in range(4)] == [200, 503, 503, 200]


def test_a_fault_meets_only_the_paths_it_is_for(living: tuple[SimsPrimary, Caller]) -> None:
    simulator, caller = living
    simulator.faults.add(Fault("500", path="AttendanceLookups"))
    assert caller.get(LEARNERS).status_code == 200
    assert caller.get("Attendance/V3/AttendanceLookups").status_code == 500


def test_a_cut_connection_is_no_answer(living: tuple[SimsPrimary, Caller]) -> None:
    simulator, caller = living
    simulator.faults.add(Fault("cut"))
    with pytest.raises(httpx.RemoteProtocolError):
        caller.get(LEARNERS)


@pytest.mark.parametrize("kind", ["truncated-json", "broken-midway"])
def test_an_answer_can_look_whole_and_be_no_json(living: tuple[SimsPrimary, Caller], kind: str) -> None:
    simulator, caller = living
    simulator.faults.add(Fault(kind))
    answer = caller.get(LEARNERS)
    assert answer.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        answer.json()


def test_a_slow_page_takes_its_time(living: tuple[SimsPrimary, Caller]) -> None:
    simulator, caller = living
    simulator.faults.add(Fault("slow", seconds=5))
    with pytest.raises(httpx.ReadTimeout):
        caller.get(LEARNERS, timeout=0.05)


def test_an_empty_page_leads_on_to_the_same_rows(living: tuple[SimsPrimary, Caller]) -> None:
    simulator, caller = living
    whole = caller.rows(LEARNERS)
    simulator.faults.add(Fault("empty-page", after=1, times=2))
    pages = caller.pages(LEARNERS)
    assert pages[1:3] == [[], []]
    addresses = [(call.path, call.query) for call in simulator.calls]
    assert len(set(addresses[-len(pages) :])) == len(pages)
    assert [row for page in pages for row in page] == whole


def test_a_row_can_come_twice(living: tuple[SimsPrimary, Caller]) -> None:
    simulator, caller = living
    whole = caller.rows(LEARNERS)
    simulator.faults.add(Fault("duplicate-row"))
    assert caller.rows(LEARNERS) == [*whole[:3], whole[2], *whole[3:]]


@pytest.mark.parametrize(("row_order", "lost"), [("key", 0), ("changed", 1)])
def test_a_row_changes_between_two_pages_and_where_it_stands_by_its_change_another_is_missed(
    living: tuple[SimsPrimary, Caller], row_order: str, lost: int
) -> None:
    simulator, caller = living
    simulator.set(row_order=row_order)
    before = caller.rows(LEARNERS)
    simulator.faults.add(Fault("mutation", after=len(before) // 3 - 1))
    seen = {row["ExternalID"] for row in caller.rows(LEARNERS)}
    assert caller.rows(LEARNERS) != before
    assert len(simulator.schools[0].pupils) - len(seen) in {0, lost}


def test_a_fault_that_there_is_not_is_refused_with_the_names_of_those_there_are() -> None:
    with pytest.raises(ValueError, match=", ".join(KINDS)):
        Fault("flood")


def test_faults_of_one_path_are_met_one_by_one_or_together() -> None:
    faults = Faults()
    faults.add(Fault("slow"))
    faults.add(Fault("500", after=1))
    assert [[fault.kind for fault in faults.meet("/any")] for _ in range(3)] == [["slow"], ["500"], []]


def steer(caller: Caller, method: str, what: str, content: Any = None) -> httpx.Response:
    return caller.http.request(method, f"/simulator/{what}", json=content)


def test_a_test_beyond_the_process_steers_by_http(living: tuple[SimsPrimary, Caller]) -> None:
    simulator, caller = living
    assert steer(caller, "POST", "day", {"day": "2026-09-15"}).json() == {"day": "2026-09-15"}
    assert simulator.schools[0].lived == date(2026, 9, 15)
    assert steer(caller, "POST", "switches", {"page_size": 7, "lookup_bug": "off"}).status_code == 200
    assert (simulator.switches.page_size, simulator.switches.lookup_bug) == (7, False)
    steer(caller, "POST", "faults", {"kind": "500", "times": 3})
    assert caller.get(LEARNERS).status_code == 500
    steer(caller, "DELETE", "faults")
    assert caller.get(LEARNERS).status_code == 200
    steer(caller, "POST", "consent", {caller.settings["organisation_id"]: "paused"})
    assert caller.get(LEARNERS).status_code == 403
    assert steer(caller, "GET", "settings").json() == [caller.settings]


@pytest.mark.parametrize(
    ("what", "content"),
    [
        ("switches", {"page_sise": 7}),
        ("switches", {"span_check": "perhaps"}),
        ("switches", {"page_size": "-1"}),
        ("faults", {"kind": "flood"}),
        ("day", {"day": "soon"}),
        ("nothing", {}),
    ],
)
def test_what_is_not_understood_is_refused_and_changes_nothing(
    living: tuple[SimsPrimary, Caller], what: str, content: dict[str, Any]
) -> None:
    simulator, caller = living
    before = simulator.switches
    assert steer(caller, "POST", what, content).status_code == 400
    assert simulator.switches == before
