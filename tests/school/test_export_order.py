"""An export: the order in which a school's files go, and who goes beside whom."""

import threading
from datetime import datetime, timedelta

import time_machine
from django.utils import timezone
from tests.school.conftest import NAME, Drop, Export, MakeLa
from tests.school.scripted_la import ScriptedLa
from tests.wire.conftest import answer

from schoolgate.school.exchange.models import State, Transfer

BUSY = answer(503, {"code": "busy"}, Retry_After="600")
REFUSED = answer(403, {"code": "not-your-base"})


def states() -> dict[str, str]:
    return {transfer.name: transfer.state for transfer in Transfer.objects.all()}


def test_a_schools_files_go_in_the_order_of_their_making(drop: Drop, export: Export, la: ScriptedLa) -> None:
    day = datetime(2026, 11, 19).date()  # noqa: DTZ001  a day
    drop(serial=1, today=day, seed=1)
    drop(serial=3, today=day - timedelta(days=2), seed=2)
    drop(serial=2, today=day - timedelta(days=1), seed=3)
    export()
    assert [name[-7:-4] for name in la.puts] == ["003", "002", "001"]


def test_files_made_in_the_same_second_go_by_their_serial(drop: Drop, export: Export, la: ScriptedLa) -> None:
    for serial in (2, 3, 1):
        drop(serial=serial, seed=serial)
    export()
    assert [name[-7:-4] for name in la.puts] == ["001", "002", "003"]


def test_behind_a_file_to_be_tried_again_the_later_ones_of_its_school_wait(
    drop: Drop, export: Export, la: ScriptedLa
) -> None:
    day = datetime(2026, 11, 19).date()  # noqa: DTZ001  a day
    drop(serial=1, today=day - timedelta(days=1), seed=1)
    drop(serial=2, today=day, seed=2)
    drop(serial=1, school="2107", seed=3)
    la.wrong_of[NAME] = [answer(500, "")]
    export()
    assert states() == {
        NAME: State.RETRYING,
        "8204321_CES_820LLLL_002.xml": State.READY,
        "8202107_CES_820LLLL_001.xml": State.DELIVERED,
    }


def test_what_waited_behind_goes_with_the_retry(drop: Drop, export: Export, la: ScriptedLa) -> None:
    day = datetime(2026, 11, 19).date()  # noqa: DTZ001  a day
    drop(serial=1, today=day - timedelta(days=1), seed=1)
    drop(serial=2, today=day, seed=2)
    la.wrong = [answer(500, "")]
    export()
    with time_machine.travel(timezone.now() + timedelta(minutes=5)):
        export(look=False, by_person=False)
    assert [name[-7:-4] for name in la.puts] == ["001", "001", "002"]
    assert set(states().values()) == {State.DELIVERED}


def test_a_refused_file_does_not_hold_back_the_next_of_its_school(drop: Drop, export: Export, la: ScriptedLa) -> None:
    drop(serial=1, seed=1)
    drop(serial=2, seed=2)
    la.wrong = [REFUSED]
    export()
    assert sorted(states().values()) == [State.DELIVERED, State.NEEDS_ATTENTION]


def test_up_to_four_schools_send_side_by_side(drop: Drop, export: Export, la: ScriptedLa) -> None:
    together = threading.Barrier(4, timeout=60)

    def wait_for_the_others(_: str) -> None:
        together.wait()

    la.before_put = wait_for_the_others
    for number in range(4):
        drop(school=f"{4300 + number}", seed=number)
    export()
    assert set(states().values()) == {State.DELIVERED}


def test_files_that_nobody_asked_to_send_are_not_sent_with_a_retry(drop: Drop, export: Export, la: ScriptedLa) -> None:
    la.wrong = [answer(500, "")]
    drop(serial=1, seed=1)
    export()
    drop(school="2107", seed=2)
    with time_machine.travel(timezone.now() + timedelta(minutes=5)):
        export(look=False, by_person=False)
    assert la.puts == [NAME, NAME]


def test_one_las_trouble_is_not_anothers(drop: Drop, export: Export, la: ScriptedLa, make_la: MakeLa) -> None:
    other = make_la("823")
    la.sign_in = BUSY
    drop()
    drop(destination_la="823", folder_la="823")
    export("820")
    export("823")
    assert states() == {NAME: State.READY, "8204321_CES_823LLLL_001.xml": State.DELIVERED}
    assert len(other.puts) == 1
